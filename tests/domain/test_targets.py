"""Whom a level means: leads, somebody by lot, whoever is on call next, and people who take turns."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from pulsar.base.http import Pulsar
from pulsar.engine.registry import HANDLERS
from tests.ladders import Json, activity, ladder, level, mail_channel, outlook, team_of
from tests.schedules import rotation, schedule
from tests.world import Engine, Mailbox, Person


def of_team(found: Json, which: str) -> Json:
    return {"type": f"team_{which}", "team_id": found["id"]}


def in_turn(*targets: Any, delay: int = 0) -> Json:
    return level(delay, *targets) | {"round_robin": True}


async def why(person: Person, alert: Json) -> Json:
    fired = [event["data"] for event in await activity(person, alert["id"]) if event["type"].endswith("level_fired")]
    found: Json = fired[-1]["why"]
    return found


async def alert_of_(person: Person, message: str = "Disk full") -> Json:
    made: Json = await person.makes("/alerts", message=message)
    return made


async def test_the_leads_of_a_team_are_paged_and_its_other_members_are_not(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    database = await team_of(ana, bo, vic)
    await ana.patch(f"/teams/{database['id']}/members/{bo.id}", role="lead")
    await ladder(ana, level(0, of_team(database, "leads")))
    alert = await alert_of_(ana)
    await engine.settle()
    assert [m.to for m in mail.mails] == [bo.email]
    assert [one["why"] for one in (await why(ana, alert))["people"]] == ["a lead of the team Database"]


async def test_a_lot_falls_on_one_member_who_was_foretold_and_the_others_know_on_whom(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    database = await team_of(ana, ana, bo, vic)
    await ladder(ana, level(60, of_team(database, "random")))
    for number in range(6):
        alert = await alert_of_(ana, f"m{number}")
        said = (await outlook(ana, alert["id"]))["next"]["people"]
        mail.empty()
        await engine.advance(seconds=61)
        assert len(mail.mails) == len(said) == 1
        reasons = await why(ana, alert)
        assert [one["name"] for one in reasons["people"]] == said
        assert {one["why"] for one in reasons["passed_over"]} == {f"the lot fell on {said[0]}"}


async def test_whoever_is_on_call_next_can_be_the_second_level(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    yesterday = (engine.clock.now() - timedelta(days=1)).date().isoformat()
    found = await schedule(ana, rotation(ana, bo, rotation_type="weekly", starts_on=yesterday), time_zone="UTC")
    target = {"schedule_id": found["id"]}
    await ladder(ana, level(0, target | {"type": "schedule"}), level(60, target | {"type": "schedule_next"}))
    alert = await alert_of_(ana)
    await engine.advance(seconds=62)
    assert [m.to for m in mail.mails] == [ana.email, bo.email]
    assert (await why(ana, alert))["people"][0]["why"] == "on call next in Database by the rotation First line"


async def test_those_who_take_turns_are_paged_one_alert_after_the_other(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, in_turn(ana, bo, vic))
    told = []
    for number in range(6):
        alert = await alert_of_(ana, f"m{number}")
        said = (await outlook(ana, alert["id"]))["next"]["people"]
        await engine.settle()
        told += [one["name"] for one in (await why(ana, alert))["people"]]
        assert told[-1:] == said
    assert told[:3] == told[3:]
    assert sorted(told[:3]) == ["Ana", "Bo", "Vic"]
    assert sorted(m.to for m in mail.mails[:3]) == sorted([ana.email, bo.email, vic.email])


async def test_a_repeated_round_stays_with_the_person_whose_turn_it_was(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, in_turn(ana, bo), repeat_count=2, repeat_delay_seconds=120)
    await alert_of_(ana)
    await engine.advance(minutes=10)
    assert len({m.to for m in mail.mails}) == 1
    assert len(mail.mails) == 3


async def test_turns_survive_an_edit_of_the_policy(ana: Person, bo: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    policy = await ladder(ana, in_turn(ana, bo))
    await alert_of_(ana, "one")
    await engine.settle()
    await ana.patch(f"/escalation-policies/{policy['id']}", rules=[in_turn(bo, ana)])
    await alert_of_(ana, "two")
    await engine.settle()
    assert sorted(m.to for m in mail.mails) == sorted([ana.email, bo.email])


async def test_when_many_alerts_fire_at_once_on_several_workers_everybody_gets_the_same_number(
    ana: Person, bo: Person, vic: Person, engine: Engine, pulsar: Pulsar
) -> None:
    """No turn is given twice, and nobody waits in a circle: also when two jobs have the levels of two policies."""
    for name in ("One", "Other"):
        await ladder(ana, in_turn(ana, bo, vic), level(600, ana), in_turn(bo, vic), name=name, is_default=name == "One")
    policies = {one["name"]: one["id"] for one in (await ana.has("/escalation-policies"))["items"]}
    alerts = [
        await ana.makes("/alerts", message=f"m{number}", escalation_policy_id=policies[name])
        for number in range(9)
        for name in ("One", "Other")
    ]
    await engine.lose_jobs()
    async with pulsar.db.in_org(ana.org_id) as tx:
        ids = [str(one) for one in await tx.scalars(text("SELECT id FROM escalations"))]
    steps = [[one, 1, 0, 0] for one in ids]
    jobs = [steps[:6], list(reversed(steps[6:12])), *([one] for one in steps[12:])]
    await asyncio.gather(
        *(HANDLERS["escalate"](pulsar, {"org": str(ana.org_id), "steps": one}) for one in (*jobs, *jobs))
    )
    counts = Counter([(await why(ana, alert))["people"][0]["name"] for alert in alerts])
    assert counts == {"Ana": 6, "Bo": 6, "Vic": 6}


async def test_a_level_whose_every_target_has_nobody_says_of_each_why(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    """F14: a schedule with nobody on call is said, and never silence."""
    await mail_channel(ana, mail)
    found = await schedule(ana, rotation(None))
    nobody = await team_of(ana, name="Nobody")
    await ladder(
        ana, level(0, {"type": "schedule", "schedule_id": found["id"]}, of_team(nobody, "leads")), level(60, bo)
    )
    alert = await alert_of_(ana)
    await engine.settle()
    assert [m.to for m in mail.mails] == [bo.email]
    skipped = [event["data"] for event in await activity(ana, alert["id"]) if event["type"].endswith("level_skipped")]
    assert skipped[0]["why"]["missing"] == ["nobody is on call in Database", "the team Nobody has no active lead"]


async def test_a_team_can_be_a_target_in_two_ways_but_not_twice_in_one(ana: Person, bo: Person) -> None:
    database = await team_of(ana, ana, bo)
    both = level(0, {"type": "team", "team_id": database["id"]}, of_team(database, "leads"))
    made = await ladder(ana, both)
    assert [target["type"] for target in made["rules"][0]["targets"]] == ["team", "team_leads"]
    twice = level(0, of_team(database, "random"), of_team(database, "random"))
    refused = await ana.post("/escalation-policies", name="Twice", rules=[twice])
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    wrong = level(0, {"type": "team_leads", "schedule_id": database["id"]})
    assert (await ana.post("/escalation-policies", name="Wrong", rules=[wrong])).status_code == 422
