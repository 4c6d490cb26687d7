"""How signals become alerts: deduplicated, in their order, and closed when the tool says that it is over."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.ladders import (
    Integration,
    Json,
    activity,
    alert_of,
    happened,
    integration,
    is_the_one_to_give_way,
    ladder,
    level,
    mail_channel,
    outlook,
    read,
    team_of,
    waits_for_a_lock,
)
from tests.world import Engine, Mailbox, Person


@pytest_asyncio.fixture
async def nagios(ana: Person) -> Integration:
    return await integration(ana)


def disk(**fields: Any) -> Json:
    return {"message": "Disk full", "alias": "disk"} | fields


def results(summary: Json) -> list[str]:
    return [entry["result"] for entry in summary["alerts"]]


def the_id(summary: Json) -> str:
    (alert,) = {entry["id"] for entry in summary["alerts"]}
    return str(alert)


async def alerts(ana: Person, **params: Any) -> list[Json]:
    items: list[Json] = (await read(ana, "/alerts", page_size=100, **params))["items"]
    return items


async def test_the_same_alarm_again_raises_its_count_and_pages_nobody_anew(
    ana: Person, nagios: Integration, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    first = await nagios.tells(**disk())
    await engine.settle()
    again = await nagios.tells(**disk(message="Disk still full"))
    await engine.advance(minutes=10)
    assert (results(first), results(again)) == (["created"], ["repeated"])
    assert the_id(again) == the_id(first)
    alert = await alert_of(ana, the_id(first))
    assert (alert["count"], alert["message"]) == (2, "Disk full")
    assert alert["last_occurred_at"] > alert["created_at"]
    assert len(mail.mails) == 1
    repeated = [event for event in await activity(ana, alert["id"]) if event["type"] == "alert.repeated"]
    assert [event["data"] for event in repeated] == [{"times": 1, "count": 2}]
    assert repeated[0]["actor"]["name"] == "Nagios"


async def test_after_a_close_the_same_alarm_is_a_new_alert(
    ana: Person, nagios: Integration, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail, bundle_seconds=0)
    await ladder(ana, level(0, ana))
    first = the_id(await nagios.tells(**disk()))
    await engine.settle()
    await ana.makes(f"/alerts/{first}/close")
    second = await nagios.tells(**disk())
    await engine.settle()
    assert results(second) == ["created"]
    assert [(a["number"], a["status"]) for a in await alerts(ana)] == [(2, "open"), (1, "closed")]
    assert [m.subject for m in mail.to(ana)] == ["[P3] #1 Disk full", "[P3] #2 Disk full"]


async def test_alarms_without_an_alias_are_never_one(ana: Person, nagios: Integration) -> None:
    for alias in (None, "", "  "):
        await nagios.tells(message="Disk full", alias=alias)
    assert len({alert["alias"] for alert in await alerts(ana)}) == 3


async def test_a_higher_priority_is_taken_over_and_a_lower_one_is_not(ana: Person, nagios: Integration) -> None:
    alert = the_id(await nagios.tells(**disk(priority="P3")))
    for priority, stands in (("P5", "P3"), ("P2", "P2"), ("P4", "P2"), ("P1", "P1")):
        await nagios.tells(**disk(priority=priority))
        assert (await alert_of(ana, alert))["priority"] == stands
    assert (await happened(ana, alert)).count("alert.updated") == 2


async def test_a_higher_priority_pages_again_only_who_thought_it_was_acknowledged(
    ana: Person, nagios: Integration, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    alert = the_id(await nagios.tells(**disk(priority="P4")))
    await engine.settle()
    await nagios.tells(**disk(priority="P3"))
    await engine.advance(minutes=5)
    assert len(mail.mails) == 1

    await ana.makes(f"/alerts/{alert}/acknowledge")
    await nagios.tells(**disk(priority="P3"))
    await engine.advance(minutes=5)
    assert len(mail.mails) == 1

    await nagios.tells(**disk(priority="P1"))
    await engine.settle()
    assert [m.subject for m in mail.to(ana)] == ["[P4] #1 Disk full", "[P1] #1 Disk full"]
    raised = await alert_of(ana, alert)
    assert (raised["status"], raised["acknowledged_by"]) == ("open", None)
    assert "alert.reopened" in await happened(ana, alert)


async def test_a_snooze_outlasts_a_higher_priority(
    ana: Person, nagios: Integration, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(60, ana))
    alert = the_id(await nagios.tells(**disk(priority="P4")))
    in_an_hour = engine.clock.now() + timedelta(hours=1)
    await ana.makes(f"/alerts/{alert}/snooze", until=in_an_hour.isoformat())
    await nagios.tells(**disk(priority="P1"))
    await engine.advance(minutes=59)
    assert mail.mails == []
    await engine.advance(minutes=3)
    assert [m.subject for m in mail.mails] == ["[P1] #1 Disk full"]


async def test_resolved_closes_and_says_who_said_so(
    ana: Person, nagios: Integration, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(300, ana))
    alert = the_id(await nagios.tells(**disk()))
    summary = await nagios.tells(alias="disk", action="close")
    assert (summary["closed"], the_id(summary)) == (1, alert)
    closed = await alert_of(ana, alert)
    assert (closed["status"], closed["close_reason"], closed["closed_by"]) == ("closed", "resolved by Nagios", None)
    await engine.advance(hours=1)
    assert mail.mails == []
    assert (await outlook(ana, alert))["stopped_reason"] == "closed by Nagios"


async def test_resolved_that_matches_nothing_is_accepted_and_does_nothing(ana: Person, nagios: Integration) -> None:
    summary = await nagios.tells_all([disk(action="close"), disk(alias="cpu", action="acknowledge")])
    assert (summary["accepted"], summary["ignored"]) == (2, 2)
    assert [entry["id"] for entry in summary["alerts"]] == [None, None]
    assert await alerts(ana) == []


async def test_a_source_acknowledges_what_is_open_and_nothing_else(ana: Person, nagios: Integration) -> None:
    alert = the_id(await nagios.tells(**disk()))
    assert results(await nagios.tells(alias="disk", action="acknowledge")) == ["acknowledged"]
    acknowledged = await alert_of(ana, alert)
    assert (acknowledged["status"], acknowledged["acknowledged_by"]) == ("acknowledged", None)
    assert results(await nagios.tells(alias="disk", action="acknowledge")) == ["ignored"]
    actors = {e["type"]: e["actor"]["name"] for e in await activity(ana, alert)}
    assert actors["alert.acknowledged"] == "Nagios"


async def test_one_request_may_open_close_and_open_again(ana: Person, nagios: Integration) -> None:
    close = {"alias": "disk", "action": "close"}
    summary = await nagios.tells_all([disk(), disk(), close, close, disk(), {"alias": "disk", "action": "acknowledge"}])
    assert results(summary) == ["created", "repeated", "closed", "ignored", "created", "acknowledged"]
    assert (summary["created"], summary["repeated"], summary["closed"], summary["ignored"]) == (2, 1, 1, 1)
    assert [(a["number"], a["status"], a["count"]) for a in await alerts(ana)] == [
        (2, "acknowledged", 1),
        (1, "closed", 2),
    ]


async def test_the_answer_keeps_the_order_of_the_request(nagios: Integration) -> None:
    aliases = [f"a{i % 7}" for i in range(40)]
    summary = await nagios.tells_all([disk(alias=alias) for alias in aliases])
    assert [entry["alias"] for entry in summary["alerts"]] == aliases
    assert results(summary) == ["created"] * 7 + ["repeated"] * 33


async def test_an_alert_by_hand_and_one_by_a_tool_with_one_alias_are_one(ana: Person, nagios: Integration) -> None:
    await nagios.tells(**disk())
    by_hand = await ana.post("/alerts", **disk())
    assert by_hand.status_code == 200
    assert (by_hand.json()["count"], by_hand.json()["number"]) == (2, 1)
    assert (await ana.post("/alerts", **disk(alias="cpu"))).status_code == 201


async def test_aliases_of_another_organization_are_none_of_this_one_s(
    ana: Person, eve: Person, nagios: Integration
) -> None:
    hers = await integration(eve, name="Hers")
    await nagios.tells(**disk())
    assert results(await hers.tells(**disk())) == ["created"]
    assert [alert["number"] for alert in await alerts(eve)] == [1]


async def test_the_nearest_policy_is_followed(ana: Person) -> None:
    """The alert's own, else its integration's, else its team's, else the default, else none."""
    policies = {
        name: await ladder(ana, level(600, ana), name=name, is_default=name == "default")
        for name in ("own", "integration", "team", "default")
    }
    team = await team_of(ana, name="Team", escalation_policy_id=policies["team"]["id"])
    bare = await ana.makes("/teams", name="Bare")

    async def followed(**fields: Any) -> str | None:
        alert = await ana.makes("/alerts", message="x", **fields)
        return ((await outlook(ana, alert["id"]))["policy"] or {}).get("name")

    async def through(**fields: Any) -> str:
        source = await integration(ana, **fields)
        found: str = (await outlook(ana, the_id(await source.tells(message="x"))))["policy"]["name"]
        return found

    own = policies["own"]["id"]
    assert await followed(escalation_policy_id=own, assigned_to_team_id=team["id"]) == "own"
    assert await through(escalation_policy_id=policies["integration"]["id"], team_id=team["id"]) == "integration"
    assert await through(team_id=team["id"]) == "team"
    assert await through(team_id=bare["id"]) == "default"
    assert await followed(assigned_to_team_id=bare["id"]) == "default"
    await ana.patch(f"/escalation-policies/{policies['default']['id']}", is_default=False)
    assert await followed() is None


async def test_a_deleted_policy_gives_way_to_the_next(ana: Person, engine: Engine) -> None:
    own = await ladder(ana, level(600, ana), name="own", is_default=False)
    await ladder(ana, level(600, ana), name="default")
    alert = await ana.makes("/alerts", message="x", escalation_policy_id=own["id"])
    await ana.makes(f"/alerts/{alert['id']}/acknowledge")
    assert (await ana.delete(f"/escalation-policies/{own['id']}")).status_code == 204
    await ana.makes(f"/alerts/{alert['id']}/unacknowledge")
    assert (await outlook(ana, alert["id"]))["policy"]["name"] == "default"


async def test_a_crowd_leaves_every_number_once_and_nobody_waiting_in_a_circle(ana: Person, bo: Person) -> None:
    """Two tools report, repeat and close many aliases in orders of their own, while two people do the same."""
    tools = [await integration(ana, name=name) for name in ("Nagios", "Zabbix")]
    aliases = [f"a{i}" for i in range(12)]

    async def reports(n: int) -> list[int]:
        turned = aliases[n:] + aliases[:n]
        batch = [disk(alias=alias, priority=f"P{5 - n % 5}") for alias in (turned if n % 2 else turned[::-1])]
        closes = [{"alias": alias, "action": "close"} for alias in turned[:: n % 3 + 1]]
        answers = [await tools[n % 2].post(body) for body in (batch, closes, batch)]
        return [answer.status_code for answer in answers]

    async def presses(person: Person, verb: str) -> list[int]:
        codes = []
        for _ in range(6):
            ids = [alert["id"] for alert in await alerts(person)]
            codes.append((await person.post(f"/alerts/bulk/{verb}", ids=ids[:100])).status_code if ids else 200)
        return codes

    codes = await asyncio.gather(
        *(reports(n) for n in range(12)), presses(ana, "close"), presses(bo, "acknowledge"), presses(bo, "close")
    )
    assert {code for some in codes for code in some} <= {200, 202}
    numbers = [alert["number"] for alert in await every_alert(ana)]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    standing = [alert["alias"] for alert in await every_alert(ana) if alert["status"] != "closed"]
    assert len(standing) == len(set(standing))


async def every_alert(ana: Person) -> list[Json]:
    page = await read(ana, "/alerts", page_size=100)
    found: list[Json] = page["items"]
    while page["next_cursor"]:
        page = await read(ana, "/alerts", page_size=100, cursor=page["next_cursor"])
        found += page["items"]
    return found


async def test_a_report_comes_to_the_alerts_in_the_order_of_their_ids(
    ana: Person, nagios: Integration, owner: AsyncConnection
) -> None:
    """The other order, which its own would be, waits in a circle with who closes both at once."""
    first = the_id(await nagios.tells(**disk(alias="first")))
    second = the_id(await nagios.tells(**disk(alias="second")))
    await is_the_one_to_give_way(owner)
    lock = text("SELECT FROM alerts WHERE id = :id FOR UPDATE")
    await owner.execute(lock, {"id": first})
    request = asyncio.create_task(nagios.tells_all([disk(alias="second"), {"alias": "first", "action": "close"}]))
    await waits_for_a_lock(owner)
    await owner.execute(lock, {"id": second})
    await owner.rollback()
    assert results(await request) == ["repeated", "closed"]


@pytest.mark.parametrize("verb", ["acknowledge", "close"])
async def test_who_acts_while_a_report_of_the_same_alert_comes_in_is_not_forgotten(
    ana: Person, nagios: Integration, verb: str
) -> None:
    alert = the_id(await nagios.tells(**disk()))
    answers = await asyncio.gather(*(nagios.post(disk()) for _ in range(10)), ana.post(f"/alerts/{alert}/{verb}"))
    assert answers[-1].status_code == 200
    assert {answer.status_code for answer in answers[:-1]} == {202}
    counted = sum(a["count"] for a in await alerts(ana))
    assert counted == 11
