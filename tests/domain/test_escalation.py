"""The ladder at work: who is paged when, and what stops it."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from pulsar.base.http import Pulsar
from pulsar.engine.registry import HANDLERS
from pulsar.escalation import firing
from pulsar.escalation.steps import DueStep
from tests.ladders import (
    Json,
    activity,
    fire,
    happened,
    is_the_one_to_give_way,
    ladder,
    level,
    log_of,
    mail_channel,
    outlook,
    renewed,
    team,
    team_of,
    waits_for_a_lock,
)
from tests.world import Engine, Mailbox, People, Person


async def opened(person: Person, **fields: Any) -> str:
    alert = await person.makes("/alerts", **({"message": "Disk full"} | fields))
    return str(alert["id"])


async def leaves(pulsar: Pulsar, person: Person) -> None:
    """No member of the organization any more."""
    async with pulsar.db.in_org(person.org_id) as tx:
        await tx.execute(text("UPDATE memberships SET active = false WHERE user_id = :id"), {"id": person.id})


async def data_of(person: Person, alert_id: str, kind: str) -> list[Json]:
    return [event["data"] for event in await activity(person, alert_id) if event["type"] == kind]


async def test_levels_fire_in_order_each_after_its_delay(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(30, ana), level(60, bo), level(90, vic))
    alert = await opened(ana)
    told = []
    for _ in range(5):
        await engine.advance(seconds=40)
        told.append(len(mail.mails))
    assert told == [1, 1, 2, 2, 3]
    assert [m.to for m in mail.mails] == [ana.email, bo.email, vic.email]
    assert [e["level"] for e in await data_of(ana, alert, "escalation.level_fired")] == [0, 1, 2]
    assert await data_of(ana, alert, "escalation.completed") == [{"rounds": 1}]


async def test_a_level_pages_who_is_in_its_team_when_it_fires(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    database = await team_of(ana, bo)
    await ladder(ana, level(0, ana), level(60, team(database)))
    await opened(ana)
    await engine.settle()
    await ana.makes(f"/teams/{database['id']}/members", user_id=str(vic.id))
    await ana.delete(f"/teams/{database['id']}/members/{bo.id}")
    await engine.advance(minutes=2)
    assert [m.to for m in mail.mails] == [ana.email, vic.email]


async def test_who_is_meant_by_several_targets_is_paged_once(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    one = await team_of(ana, ana, bo, name="One")
    other = await team_of(ana, ana, name="Other")
    await ladder(ana, level(0, ana, team(one), team(other)))
    await opened(ana)
    await engine.settle()
    assert sorted(mail.recipients()) == sorted([ana.email, bo.email])


async def test_an_empty_level_is_skipped_at_once_and_said(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    nobody = await ana.makes("/teams", name="Nobody")
    await ladder(ana, level(0, team(nobody)), level(600), level(600, ana), level(60, bo))
    alert = await opened(ana)
    await engine.settle()
    assert [m.to for m in mail.mails] == [ana.email]
    assert [e["level"] for e in await data_of(ana, alert, "escalation.level_skipped")] == [0, 1]
    await engine.advance(seconds=61)
    assert [m.to for m in mail.mails] == [ana.email, bo.email]
    assert [entry["state"] for entry in (await outlook(ana, alert))["levels"]] == ["skipped", "skipped", "done", "done"]


async def test_a_run_that_reached_nobody_goes_to_owners_and_admins_and_says_so(
    ana: Person, bo: Person, vic: Person, people: People, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await people.colleague(ana, "Mia", "member")
    nobody = await ana.makes("/teams", name="Nobody")
    await ladder(ana, level(0, team(nobody)), level(60, team(nobody)))
    alert = await opened(ana)
    await engine.settle()
    assert sorted(mail.recipients()) == sorted([ana.email, bo.email])
    assert "No level reached anybody, so this goes to: Ana, Bo" in mail.to(bo)[0].text
    told = await outlook(ana, alert)
    assert (told["status"], told["fault"]) == ("completed", "No level of the policy reached anybody.")
    assert told["levels"][-1]["people"] == ["Ana", "Bo"]
    assert (await data_of(ana, alert, "escalation.fallback"))[0]["people"] == ["Ana", "Bo"]
    await engine.advance(hours=1)
    assert len(mail.mails) == 2


async def test_without_any_policy_owners_and_admins_are_paged_at_once(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    alert = await opened(ana)
    await engine.settle()
    assert sorted(mail.recipients()) == sorted([ana.email, bo.email])
    assert (await outlook(ana, alert))["fault"] == "No escalation policy was found for this alert."


async def test_without_any_channel_the_fault_is_there_to_see_until_somebody_mends_it(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await ladder(ana, level(0, ana), level(60, bo))
    alert = await opened(ana)
    await engine.settle()
    assert "no enabled notification channel" in (await outlook(ana, alert))["fault"]
    assert (await data_of(ana, alert, "escalation.level_fired"))[0]["messages"] == 0
    await mail_channel(ana, mail)
    await engine.advance(minutes=2)
    assert [m.to for m in mail.mails] == [bo.email]
    assert (await outlook(ana, alert))["fault"] is None


async def test_somebody_who_left_is_not_paged(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox, pulsar: Pulsar
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, bo, vic), level(60, bo))
    await leaves(pulsar, bo)
    alert = await opened(ana)
    await engine.advance(minutes=5)
    assert [m.to for m in mail.mails] == [vic.email]
    assert [e["level"] for e in await data_of(ana, alert, "escalation.level_skipped")] == [1]


async def test_a_ladder_that_repeats_starts_over_as_often_as_it_says(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(60, bo), repeat_count=2, repeat_delay_seconds=120)
    alert = await opened(ana)
    counts = []
    for _ in range(12):
        await engine.advance(seconds=61)
        counts.append(len(mail.mails))
    assert counts[:8] == [2, 2, 3, 4, 4, 5, 6, 6]
    assert counts[-1] == 6
    assert "(again, round 3)" in mail.to(bo)[2].text
    assert await data_of(ana, alert, "escalation.completed") == [{"rounds": 3}]


@pytest.mark.parametrize("verb", ["acknowledge", "close"])
async def test_between_two_levels_a_press_stops_all_that_would_follow(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, verb: str
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(60, bo), repeat_count=3)
    alert = await opened(ana)
    await engine.advance(seconds=30)
    await ana.makes(f"/alerts/{alert}/{verb}")
    await engine.advance(hours=2)
    assert [m.to for m in mail.mails] == [ana.email]
    told = await outlook(ana, alert)
    assert (told["status"], told["next"]) == ("stopped", None)
    assert told["stopped_reason"] == f"{verb}{'' if verb.endswith('e') else 'e'}d by Ana"


async def test_a_level_until_the_close_goes_on_after_an_acknowledgement(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(
        ana,
        level(0, ana),
        level(60, bo),
        level(60, vic, condition="not_closed"),
        repeat_count=1,
        repeat_delay_seconds=60,
    )
    alert = await opened(ana)
    await engine.settle()
    await ana.makes(f"/alerts/{alert}/acknowledge")
    await engine.advance(seconds=125)
    assert [m.to for m in mail.mails] == [ana.email, vic.email]
    await ana.makes(f"/alerts/{alert}/close")
    await engine.advance(hours=1)
    assert [m.subject for m in mail.mails[2:]] == ["Closed by Ana: [P3] #1 Disk full"]


async def test_editing_a_policy_does_not_change_a_run_under_way(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    policy = await ladder(ana, level(0, ana), level(60, bo))
    await opened(ana)
    await engine.settle()
    await ana.patch(f"/escalation-policies/{policy['id']}", rules=[level(0, vic)], repeat_count=5)
    await engine.advance(hours=1)
    assert [m.to for m in mail.mails] == [ana.email, bo.email]
    await (await renewed(ana)).makes("/alerts", message="Another")
    await engine.settle()
    assert mail.mails[-1].to == vic.email


async def test_a_policy_in_use_cannot_be_deleted(ana: Person, engine: Engine) -> None:
    policy = await ladder(ana, level(60, ana))
    path = f"/escalation-policies/{policy['id']}"
    alert = await opened(ana)
    refused = await ana.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "policy_in_use")
    await ana.makes(f"/alerts/{alert}/close")
    team = await team_of(ana, escalation_policy_id=policy["id"])
    assert (await ana.delete(path)).status_code == 409
    await ana.delete(f"/teams/{team['id']}")
    assert (await ana.delete(path)).status_code == 204


async def test_of_several_policies_made_the_default_at_once_one_is(ana: Person) -> None:
    answers = await asyncio.gather(
        *(ana.post("/escalation-policies", name=f"Policy {n}", is_default=True, rules=[]) for n in range(6))
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    found = (await ana.has("/escalation-policies"))["items"]
    assert [policy["is_default"] for policy in found].count(True) == 1


async def test_a_user_or_team_that_a_level_names_cannot_vanish(ana: Person) -> None:
    database = await team_of(ana, ana)
    await ladder(ana, level(60, team(database)))
    assert (await ana.delete(f"/teams/{database['id']}")).status_code == 409


async def run_of(pulsar: Pulsar, ana: Person, alert_id: str) -> Any:
    async with pulsar.db.in_org(ana.org_id) as tx:
        query = text("SELECT id, generation, cycle, position, status FROM escalations WHERE subject_id = :id")
        return (await tx.execute(query, {"id": alert_id})).one()


async def job(pulsar: Pulsar, ana: Person, *step: Any) -> None:
    await HANDLERS["escalate"](pulsar, {"org": str(ana.org_id), "steps": [[str(step[0]), *step[1:]]]})


async def test_a_job_that_comes_twice_or_from_an_older_life_does_nothing(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, pulsar: Pulsar
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(60, bo))
    alert = await opened(ana)
    await engine.settle()
    run = await run_of(pulsar, ana, alert)
    assert (run.generation, run.cycle, run.position) == (1, 0, 1)
    for step in ((1, 0, 0), (0, 0, 1), (2, 0, 1), (1, 1, 1), (1, 0, 2)):
        await job(pulsar, ana, run.id, *step)
    assert await run_of(pulsar, ana, alert) == run
    await engine.settle()
    assert len(mail.mails) == 1

    await ana.makes(f"/alerts/{alert}/acknowledge")
    await ana.makes(f"/alerts/{alert}/unacknowledge")
    await engine.advance(minutes=2)
    await job(pulsar, ana, run.id, 1, 0, 1)
    await engine.settle()
    assert [m.to for m in mail.mails] == [ana.email, ana.email, bo.email]


async def test_a_job_for_what_does_not_exist_does_nothing(ana: Person, engine: Engine, pulsar: Pulsar) -> None:
    await job(pulsar, ana, "00000000-0000-7000-8000-000000000000", 1, 0, 0)


async def test_the_same_step_at_once_on_two_workers_pages_once(
    ana: Person, engine: Engine, mail: Mailbox, pulsar: Pulsar
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    alert = await opened(ana)
    run = await run_of(pulsar, ana, alert)
    await asyncio.gather(*(job(pulsar, ana, run.id, 1, 0, 0) for _ in range(5)))
    await engine.settle()
    assert len(mail.mails) == 1
    assert (await happened(ana, alert)).count("escalation.level_fired") == 1


async def test_steps_that_fire_together_do_not_wait_for_one_that_is_held(
    ana: Person, engine: Engine, mail: Mailbox, pulsar: Pulsar, owner: AsyncConnection
) -> None:
    """Who waits for one run while holding others waits in a circle with who closes both."""
    await mail_channel(ana, mail, bundle_seconds=0)
    await ladder(ana, level(0, ana))
    runs = [await run_of(pulsar, ana, await opened(ana, message=f"m{i}")) for i in range(3)]
    await engine.lose_jobs()
    await is_the_one_to_give_way(owner)
    lock = text("SELECT FROM escalations WHERE id = :id FOR UPDATE")
    await owner.execute(lock, {"id": runs[2].id})
    steps = [[str(run.id), 1, 0, 0] for run in runs]
    together = asyncio.ensure_future(HANDLERS["escalate"](pulsar, {"org": str(ana.org_id), "steps": steps}))
    await waits_for_a_lock(owner)
    await owner.execute(lock, {"id": runs[0].id})
    await owner.rollback()
    await together
    await engine.settle()
    assert sorted(m.subject for m in mail.mails) == ["[P3] #1 m0", "[P3] #2 m1", "[P3] #3 m2"]


async def test_a_step_that_cannot_be_fired_does_not_keep_those_with_it_waiting(
    ana: Person, engine: Engine, mail: Mailbox, pulsar: Pulsar
) -> None:
    await mail_channel(ana, mail, bundle_seconds=0)
    await ladder(ana, level(0, ana))
    runs = [await run_of(pulsar, ana, await opened(ana, message=f"m{i}")) for i in range(3)]
    await engine.lose_jobs()
    async with pulsar.db.in_org(ana.org_id) as tx:
        await tx.execute(text("UPDATE escalations SET ladder = '{}' WHERE id = :id"), {"id": runs[1].id})
    steps = [[str(run.id), 1, 0, 0] for run in runs]
    with pytest.raises(ExceptionGroup):
        await HANDLERS["escalate"](pulsar, {"org": str(ana.org_id), "steps": steps})
    await engine.settle()
    assert sorted(m.subject for m in mail.mails) == ["[P3] #1 m0", "[P3] #3 m2"]


async def test_starting_anew_withdraws_what_a_level_had_just_sent(ana: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana, condition="not_closed"))
    alert = await opened(ana)
    await fire(engine)
    await ana.makes(f"/alerts/{alert}/acknowledge")
    await ana.makes(f"/alerts/{alert}/unacknowledge")
    await engine.settle()
    assert len(mail.mails) == 1
    assert [line["status"] for line in await log_of(ana, alert)] == ["cancelled", "sent"]


async def test_starting_anew_waits_for_a_level_that_is_being_fired_and_withdraws_its_messages_too(
    ana: Person, engine: Engine, mail: Mailbox, pulsar: Pulsar
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana, condition="not_closed"))
    alert = await opened(ana)
    await ana.makes(f"/alerts/{alert}/acknowledge")
    run = await run_of(pulsar, ana, alert)
    await engine.lose_jobs()
    async with pulsar.db.in_org(ana.org_id) as tx:
        await firing.fire(tx, [DueStep(run.id, 1, 0, 0)])
        press = asyncio.create_task(ana.post(f"/alerts/{alert}/unacknowledge"))
        await waits_for_a_lock(await tx.connection())
    assert (await press).status_code == 200
    await engine.settle()
    assert [line["status"] for line in await log_of(ana, alert)] == ["cancelled", "sent"]
    assert len(mail.mails) == 1
