"""A policy tried out: whom it would page, when and over which channel, with no effect, and as it then comes."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from pulsar.base.http import Pulsar
from tests.ladders import Json, ladder, level, log_of, mail_channel, team, team_of
from tests.schedules import rotation, schedule
from tests.world import Engine, Mailbox, Person


async def tried(person: Person, policy: Json, **question: Any) -> Json:
    answer = await person.post(f"/escalation-policies/{policy['id']}/simulate", **question)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def told(found: Json) -> list[tuple[Any, ...]]:
    return [(s["after_seconds"], s["state"], [p["name"] for p in s["people"]]) for s in found["steps"]]


async def test_it_says_who_when_why_and_over_which_channel(ana: Person, bo: Person, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    database = await team_of(ana, bo)
    policy = await ladder(ana, level(0, ana), level(300, team(database)), repeat_count=1, repeat_delay_seconds=600)
    found = await tried(ana, policy)
    assert told(found) == [
        (0, "fires", ["Ana"]),
        (300, "fires", ["Bo"]),
        (900, "fires", ["Ana"]),
        (1200, "fires", ["Bo"]),
    ]
    person = found["steps"][1]["people"][0]
    assert person["why"] == "a member of the team Database"
    assert [(m["channel"], m["held_back"]) for m in person["messages"]] == [("E-mail", None)]
    assert found["warnings"] == []


async def test_it_pages_nobody_and_takes_nobodys_turn(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, pulsar: Pulsar
) -> None:
    await mail_channel(ana, mail)
    policy = await ladder(ana, level(0, ana, bo) | {"round_robin": True})
    first = told(await tried(ana, policy))
    assert told(await tried(ana, policy)) == first
    await engine.settle()
    assert mail.mails == []
    async with pulsar.db.in_org(ana.org_id) as tx:
        for table in ("notifications", "escalations", "escalation_turns"):
            assert await tx.scalar(text(f"SELECT count(*) FROM {table}")) == 0


async def test_what_it_foretold_is_what_comes(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    nobody = await team_of(ana, name="Nobody")
    policy = await ladder(ana, level(60, ana), level(120, team(nobody)), level(600, bo, vic), level(300, ana))
    foretold = told(await tried(ana, policy))
    alert = await ana.makes("/alerts", message="Disk full")
    await engine.advance(minutes=30)
    start = datetime.fromisoformat(alert["created_at"])
    came = [
        (round((datetime.fromisoformat(line["created_at"]) - start) / timedelta(seconds=1)), line["user"]["name"])
        for line in await log_of(ana, alert["id"])
    ]
    assert [(at, name) for at, state, names in foretold if state == "fires" for name in names] == sorted(came)


async def test_tonight_it_is_whoever_is_on_call_then(ana: Person, bo: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    today = engine.clock.now().date()
    rotated = rotation(ana, bo, rotation_type="daily", starts_on=today.isoformat(), handoff_time="00:00")
    found = await schedule(ana, rotated, time_zone="UTC")
    policy = await ladder(ana, level(0, {"type": "schedule", "schedule_id": found["id"]}))
    for day, name in ((0, "Ana"), (1, "Bo"), (2, "Ana")):
        at = f"{(today + timedelta(days=day)).isoformat()}T03:00:00Z"
        step = (await tried(ana, policy, at=at))["steps"][0]
        assert (step["at"], [p["name"] for p in step["people"]]) == (at, [name])
        assert step["people"][0]["why"] == "on call in Database by the rotation First line"


async def test_what_somebody_has_set_for_themselves_counts_and_is_warned_of(
    ana: Person, bo: Person, mail: Mailbox
) -> None:
    channel = await mail_channel(ana, mail)
    await bo.makes("/notifications/preferences", channel_id=channel["id"], min_priority="P2")
    policy = await ladder(ana, level(0, bo), level(600, ana))
    quiet = await tried(ana, policy, priority="P4")
    assert told(quiet) == [(0, "skipped", ["Bo"]), (0, "fires", ["Ana"])]
    assert quiet["warnings"] == [
        "Level 1 reaches nobody, so it is skipped.",
        "Bo is not reached on level 1: It is P4; this person wants P2 and above here.",
    ]
    assert told(await tried(ana, policy, priority="P1")) == [(0, "fires", ["Bo"]), (600, "fires", ["Ana"])]


async def test_an_acknowledgement_ends_it_but_for_what_goes_on_until_the_close(
    ana: Person, bo: Person, vic: Person, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    ends = await ladder(ana, level(0, ana), level(300, bo), ack_timeout_seconds=3600)
    found = await tried(ana, ends, acknowledged_after_seconds=60)
    assert told(found) == [(0, "fires", ["Ana"])]
    assert (found["afterwards"]["what"], found["afterwards"]["after_seconds"]) == ("reopen", 3660)
    goes_on = await ladder(
        ana, level(0, ana), level(300, bo), level(300, vic, condition="not_closed"), name="Other", is_default=False
    )
    assert told(await tried(ana, goes_on, acknowledged_after_seconds=60)) == [
        (0, "fires", ["Ana"]),
        (300, "held", []),
        (600, "fires", ["Vic"]),
    ]


async def test_a_ladder_that_reaches_nobody_says_where_it_ends(ana: Person, bo: Person, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    nobody = await team_of(ana, name="Nobody")
    found = await tried(ana, await ladder(ana, level(60, team(nobody)), close_after_seconds=600))
    assert told(found) == [(60, "skipped", []), (60, "fallback", ["Ana", "Bo"])]
    assert found["warnings"] == [
        "Level 1: the team Nobody has no active member.",
        "Level 1 reaches nobody, so it is skipped.",
        "No level reaches anybody: this goes to the fallback.",
    ]
    assert (found["afterwards"]["what"], found["afterwards"]["after_seconds"]) == ("close", 660)


async def test_a_draft_is_tried_before_it_is_saved(ana: Person, bo: Person, eve: Person, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    draft = {"name": "Draft", "rules": [level(0, bo), level(60, eve)]}
    answer = await ana.post("/escalation-policies/simulate", draft=draft)
    assert told(answer.json()) == [(0, "fires", ["Bo"]), (60, "skipped", [])], "nobody of another organization"
    policy = await ladder(ana, level(0, ana))
    assert told(await tried(ana, policy, draft=draft))[0] == (0, "fires", ["Bo"])


async def test_rules_are_reordered_in_one_step_and_only_all_of_them(ana: Person, bo: Person, vic: Person) -> None:
    policy = await ladder(ana, level(0, ana), level(60, bo), level(120, vic))
    path = f"/escalation-policies/{policy['id']}/rules/order"
    ids = [rule["id"] for rule in policy["rules"]]
    answer = await ana.request("PUT", path, json={"rule_ids": ids[::-1], "version": policy["version"]})
    assert [rule["targets"][0]["name"] for rule in answer.json()["rules"]] == ["Vic", "Bo", "Ana"]
    assert [rule["id"] for rule in answer.json()["rules"]] == ids[::-1]
    for wrong in (ids[:2], [*ids, ids[0]], [ids[0]] * 3):
        refused = await ana.request("PUT", path, json={"rule_ids": wrong})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "rule_ids")
    assert (await ana.request("PUT", path, json={"rule_ids": ids, "version": 1})).status_code == 409


async def test_a_copy_is_the_same_but_for_its_name_and_never_the_default(ana: Person, bo: Person) -> None:
    policy = await ladder(
        ana, level(0, ana, bo) | {"round_robin": True}, level(60, bo), ack_timeout_seconds=600, close_after_seconds=60
    )
    path = f"/escalation-policies/{policy['id']}/copy"
    copies = [await ana.makes(path), await ana.makes(path), await ana.makes(path, name="Mine")]
    assert [copy["name"] for copy in copies] == ["Copy of Everything", "Copy of Everything (2)", "Mine"]
    for copy in copies:
        assert not copy["is_default"]
        assert (copy["ack_timeout_seconds"], copy["close_after_seconds"]) == (600, 60)
        rules = [(r["delay_seconds"], r["round_robin"], [t["name"] for t in r["targets"]]) for r in copy["rules"]]
        assert rules == [(0, True, ["Ana", "Bo"]), (60, False, ["Bo"])]
    assert (await ana.post(path, name="Mine")).status_code == 409


async def test_it_is_an_alert_of_a_team_whose_members_come_before_the_admins(
    ana: Person, bo: Person, vic: Person, eve: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    database = await team_of(ana, vic)
    nobody = await team_of(ana, name="Nobody")
    policy = await ladder(ana, level(60, team(nobody)))
    found = await tried(ana, policy, team_id=database["id"])
    assert told(found) == [(60, "skipped", []), (60, "fallback", ["Vic"])]
    assert found["steps"][1]["people"][0]["why"] == "a member of the alert's team"
    assert told(await tried(ana, policy, team_id=nobody["id"]))[1] == (60, "fallback", ["Ana", "Bo"])

    alert = await ana.makes("/alerts", message="Disk full")
    await ana.makes(f"/alerts/{alert['id']}/assign", team_id=database["id"])
    await engine.advance(minutes=2)
    assert [m.to for m in mail.mails] == [vic.email]

    foreign = await team_of(eve, name="Theirs")
    refused = await ana.post(f"/escalation-policies/{policy['id']}/simulate", team_id=foreign["id"])
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "team_id")
