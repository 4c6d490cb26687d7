"""What people do with an alert: every transition, every refusal, and who was faster."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.ladders import (
    Json,
    activity,
    alert_of,
    happened,
    ladder,
    level,
    mail_channel,
    outlook,
    read,
    renewed,
    team_of,
)
from tests.world import Engine, Mailbox, Person

STATUSES = ("open", "acknowledged", "snoozed", "closed")
MAY = {
    "acknowledge": {"open": "acknowledged", "snoozed": "acknowledged"},
    "unacknowledge": {"acknowledged": "open"},
    "snooze": {"open": "snoozed", "acknowledged": "snoozed"},
    "close": {"open": "closed", "acknowledged": "closed", "snoozed": "closed"},
}


def later(engine: Engine, **span: float) -> str:
    return (engine.clock.now() + timedelta(**span)).isoformat()


async def presses(person: Person, alert_id: str, verb: str, engine: Engine) -> Any:
    body = {"until": later(engine, hours=1)} if verb == "snooze" else {}
    return await person.post(f"/alerts/{alert_id}/{verb}", **body)


async def alert_in(ana: Person, status: str, engine: Engine) -> str:
    alert = await ana.makes("/alerts", message="Disk full")
    verb = {"acknowledged": "acknowledge", "snoozed": "snooze", "closed": "close"}.get(status)
    if verb:
        assert (await presses(ana, alert["id"], verb, engine)).status_code == 200
    return str(alert["id"])


async def test_every_verb_does_what_the_status_allows_and_shows_what_stands_where_it_does_not(
    ana: Person, engine: Engine
) -> None:
    for verb, moves in MAY.items():
        for status in STATUSES:
            alert = await alert_in(ana, status, engine)
            answer = await presses(ana, alert, verb, engine)
            if status in moves:
                assert (answer.status_code, answer.json()["status"]) == (200, moves[status]), (verb, status)
            else:
                assert (answer.status_code, answer.json()["code"]) == (409, "alert_state_conflict"), (verb, status)
                assert answer.json()["current"] == await alert_of(ana, alert)
                assert answer.json()["current"]["status"] == status


async def test_of_two_who_press_at_once_one_wins_and_the_other_sees_who(ana: Person, bo: Person) -> None:
    alert = await ana.makes("/alerts", message="Disk full")
    path = f"/alerts/{alert['id']}/acknowledge"
    answers = await asyncio.gather(ana.post(path), bo.post(path))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert lost.json()["current"]["acknowledged_by"] == won.json()["acknowledged_by"]
    assert (await happened(ana, alert["id"])).count("alert.acknowledged") == 1


async def test_an_acknowledgement_says_who_and_when_and_an_undone_one_nothing(ana: Person, bo: Person) -> None:
    alert = await ana.makes("/alerts", message="Disk full")
    acknowledged = await bo.makes(f"/alerts/{alert['id']}/acknowledge")
    assert acknowledged["acknowledged_by"] == {"id": str(bo.id), "name": "Bo"}
    assert datetime.fromisoformat(acknowledged["acknowledged_at"])
    undone = await ana.makes(f"/alerts/{alert['id']}/unacknowledge")
    assert (undone["acknowledged_by"], undone["acknowledged_at"]) == (None, None)


async def test_a_close_says_who_when_and_why(ana: Person) -> None:
    alert = await ana.makes("/alerts", message="Disk full")
    closed = await ana.makes(f"/alerts/{alert['id']}/close", reason="Rotated the logs")
    assert closed["closed_by"] == {"id": str(ana.id), "name": "Ana"}
    assert closed["close_reason"] == "Rotated the logs"
    assert closed["closed_at"]
    bare = await ana.makes("/alerts", message="Disk full")
    answer = await ana.request("POST", f"/alerts/{bare['id']}/close")
    assert (answer.status_code, answer.json()["close_reason"]) == (200, None)


async def test_a_snooze_lasts_a_day_at_most(ana: Person, engine: Engine) -> None:
    for hours, status in ((-1, 422), (0, 422), (0.01, 200), (23.99, 200), (24.01, 422), (1000, 422)):
        alert = await ana.makes("/alerts", message="Disk full")
        answer = await ana.post(f"/alerts/{alert['id']}/snooze", until=later(engine, hours=hours))
        assert answer.status_code == status, hours
        if status == 422:
            assert answer.json()["errors"][0]["field"] == "until"


async def test_a_snooze_until_an_hour_of_no_zone_is_refused(ana: Person) -> None:
    alert = await ana.makes("/alerts", message="Disk full")
    assert (await ana.post(f"/alerts/{alert['id']}/snooze", until="2030-01-01T00:00:00")).status_code == 422


async def test_when_a_snooze_ends_those_are_paged_who_are_targeted_then(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    policy = await ladder(ana, level(0, ana))
    alert = await ana.makes("/alerts", message="Disk full")
    await engine.settle()
    snoozed = await ana.makes(f"/alerts/{alert['id']}/snooze", until=later(engine, minutes=30))
    assert snoozed["snoozed_until"]
    await ana.patch(f"/escalation-policies/{policy['id']}", rules=[level(0, bo)])

    await engine.advance(minutes=29, seconds=55)
    assert len(mail.mails) == 1
    await engine.advance(seconds=6)
    assert [m.to for m in mail.mails] == [ana.email, bo.email]
    woken = await alert_of(ana, alert["id"])
    assert (woken["status"], woken["snoozed_until"]) == ("open", None)
    reopened = next(e for e in await activity(ana, alert["id"]) if e["type"] == "alert.reopened")
    assert (reopened["actor"]["type"], reopened["data"]["reason"]) == ("system", "its snooze ended")


async def test_a_snooze_ends_to_the_moment_and_not_when_the_sweep_comes(ana: Person, engine: Engine) -> None:
    alert = await ana.makes("/alerts", message="Disk full")
    await ana.makes(f"/alerts/{alert['id']}/snooze", until=later(engine, minutes=10))
    await engine.advance(minutes=10)
    assert (await alert_of(ana, alert["id"]))["status"] == "open"


@pytest.mark.parametrize("verb", ["acknowledge", "close"])
async def test_acknowledging_or_closing_ends_a_snooze(ana: Person, engine: Engine, mail: Mailbox, verb: str) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(60, ana))
    alert = await alert_in(ana, "snoozed", engine)
    ended = (await presses(ana, alert, verb, engine)).json()
    assert ended["snoozed_until"] is None
    await engine.advance(hours=25)
    assert mail.mails == []
    assert (await alert_of(ana, alert))["status"] == MAY[verb]["open"]


async def test_a_snooze_that_was_prolonged_ends_at_its_new_time(ana: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    alert = await ana.makes("/alerts", message="Disk full")
    await ana.makes(f"/alerts/{alert['id']}/snooze", until=later(engine, minutes=5))
    await ana.makes(f"/alerts/{alert['id']}/acknowledge")
    await ana.makes(f"/alerts/{alert['id']}/snooze", until=later(engine, minutes=10))
    await engine.advance(minutes=9)
    assert mail.mails == []
    await engine.advance(minutes=2)
    assert len(mail.mails) == 1


async def test_unacknowledging_pages_from_the_first_level_again(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail, follow_ups=False)
    await ladder(ana, level(0, ana), level(300, bo))
    alert = await ana.makes("/alerts", message="Disk full")
    await engine.advance(minutes=6)
    await bo.makes(f"/alerts/{alert['id']}/acknowledge")
    await engine.advance(minutes=6)
    assert [m.to for m in mail.mails] == [ana.email, bo.email]
    await bo.makes(f"/alerts/{alert['id']}/unacknowledge")
    await engine.advance(minutes=4)
    assert [m.to for m in mail.mails] == [ana.email, bo.email, ana.email]
    await engine.advance(minutes=2)
    assert [m.to for m in mail.mails] == [ana.email, bo.email, ana.email, bo.email]


async def test_an_alert_is_assigned_to_a_user_or_to_a_team_and_never_to_both(ana: Person, bo: Person) -> None:
    alert = await ana.makes("/alerts", message="Disk full", assigned_to_user_id=str(ana.id))
    team = await team_of(ana)
    path = f"/alerts/{alert['id']}/assign"
    assert alert["assignee"] == {"type": "user", "id": str(ana.id), "name": "Ana"}
    assert (await ana.makes(path, team_id=team["id"]))["assignee"] == {
        "type": "team",
        "id": team["id"],
        "name": "Database",
    }
    assert (await ana.makes(path, user_id=str(bo.id)))["assignee"]["name"] == "Bo"
    both = {"user_id": str(bo.id), "team_id": team["id"]}
    assert (await ana.post(path, **both)).status_code == 422
    assert (await ana.makes(path))["assignee"] is None
    fields = {"assigned_to_user_id": str(bo.id), "assigned_to_team_id": team["id"]}
    assert (await ana.post("/alerts", message="x", **fields)).status_code == 422


async def test_nobody_can_be_assigned_who_is_not_here(ana: Person, eve: Person) -> None:
    alert = await ana.makes("/alerts", message="Disk full")
    hers = await team_of(eve)
    for body in ({"user_id": str(eve.id)}, {"team_id": hers["id"]}):
        refused = await ana.post(f"/alerts/{alert['id']}/assign", **body)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"] in body
    assert (await alert_of(ana, alert["id"]))["assignee"] is None


async def test_notes_are_kept_in_their_order_with_their_authors(ana: Person, bo: Person, vic: Person) -> None:
    alert = await ana.makes("/alerts", message="Disk full")
    path = f"/alerts/{alert['id']}/notes"
    await ana.makes(path, text="Looking")
    await bo.makes(path, text="Found it: <b>logs</b>")
    notes = (await read(vic, path))["items"]
    assert [(n["author"]["name"], n["text"]) for n in notes] == [("Ana", "Looking"), ("Bo", "Found it: <b>logs</b>")]
    assert (await vic.post(path, text="Me too")).status_code == 403


async def test_an_edit_changes_what_it_names_and_says_what_it_was(ana: Person) -> None:
    alert = await ana.makes("/alerts", message="Disk full", tags=["a"], details={"host": "db-1"}, source="me")
    path = f"/alerts/{alert['id']}"
    changed = await ana.patch(path, message="Disk nearly full", tags=["b", "b", "a"], priority="P4")
    assert changed.json()["message"] == "Disk nearly full"
    assert changed.json()["tags"] == ["b", "a"]
    assert changed.json()["details"] == {"host": "db-1"}
    updates = [e["data"] for e in await activity(ana, alert["id"]) if e["type"] == "alert.updated"]
    assert {field: edit["before"] for field, edit in updates[0]["changes"].items()} == {
        "message": "Disk full",
        "tags": ["a"],
    }
    assert updates[1] == {"changes": {"priority": {"before": "P3", "after": "P4"}}}
    assert (await ana.patch(path, message="Disk nearly full")).status_code == 200
    assert len(await activity(ana, alert["id"])) == 3


async def test_what_is_sent_after_an_edit_has_the_new_words(ana: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(60, ana))
    alert = await ana.makes("/alerts", message="Disk full")
    await ana.patch(f"/alerts/{alert['id']}", message="Database disk full", priority="P1")
    await engine.advance(minutes=2)
    assert [m.subject for m in mail.mails] == ["[P1] #1 Database disk full"]


async def test_a_deleted_alert_pages_nobody_and_is_gone(ana: Person, bo: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(60, bo))
    alert = await ana.makes("/alerts", message="Disk full")
    await ana.makes(f"/alerts/{alert['id']}/notes", text="x")
    await engine.settle()
    assert (await ana.delete(f"/alerts/{alert['id']}")).status_code == 204
    await engine.advance(minutes=5)
    assert [m.to for m in mail.mails] == [ana.email]
    assert (await ana.get(f"/alerts/{alert['id']}")).status_code == 404


async def test_a_deleted_alert_does_not_wake_from_its_snooze(ana: Person, engine: Engine) -> None:
    alert = await alert_in(ana, "snoozed", engine)
    assert (await ana.delete(f"/alerts/{alert}")).status_code == 204
    await engine.advance(hours=2)
    assert await engine.waiting() == []


async def test_in_bulk_what_can_be_done_is_done_and_the_rest_is_named(ana: Person, eve: Person, engine: Engine) -> None:
    ids = [await alert_in(ana, status, engine) for status in STATUSES]
    hers = await alert_in(eve, "open", engine)
    answer = await ana.makes("/alerts/bulk/acknowledge", ids=[*ids, ids[0], hers])
    assert sorted(answer["done"]) == sorted([ids[0], ids[2]])
    failures = {failure["id"]: failure["code"] for failure in answer["failed"]}
    assert failures == {ids[1]: "alert_state_conflict", ids[3]: "alert_state_conflict", hers: "not_found"}
    closed = await ana.makes("/alerts/bulk/close", ids=ids, reason="Over")
    assert sorted(closed["done"]) == sorted(ids[:3])
    assert (await alert_of(ana, ids[1]))["close_reason"] == "Over"
    assert (await alert_of(eve, hers))["status"] == "open"


async def test_in_bulk_at_most_500_and_at_least_one(ana: Person) -> None:
    some = [f"00000000-0000-7000-8000-{n:012d}" for n in range(501)]
    for ids, status in (([], 422), (some, 422), (some[:500], 200)):
        assert (await ana.post("/alerts/bulk/close", ids=ids)).status_code == status


async def test_the_activity_tells_the_whole_story_with_its_actors(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(60, bo))
    alert = await ana.makes("/alerts", message="Disk full")
    path = f"/alerts/{alert['id']}"
    await engine.settle()
    await bo.makes(f"{path}/acknowledge")
    await bo.makes(f"{path}/notes", text="Looking")
    await bo.makes(f"{path}/unacknowledge")
    await ana.makes(f"{path}/assign", user_id=str(bo.id))
    await ana.makes(f"{path}/snooze", until=later(engine, hours=1))
    await engine.advance(hours=1, seconds=5)
    await (await renewed(bo)).makes(f"{path}/close", reason="Done")
    told = await story(ana, alert["id"])
    assert told == [
        ("alert.created", "Ana"),
        ("escalation.level_fired", "Pulsar"),
        ("notification.sent", "Pulsar"),
        ("alert.acknowledged", "Bo"),
        ("escalation.stopped", "Bo"),
        ("alert.note_added", "Bo"),
        ("alert.unacknowledged", "Bo"),
        ("escalation.started", "Bo"),
        ("alert.assigned", "Ana"),
        ("alert.snoozed", "Ana"),
        ("escalation.stopped", "Ana"),
        ("alert.reopened", "Pulsar"),
        ("escalation.started", "Pulsar"),
        ("escalation.level_fired", "Pulsar"),
        ("notification.sent", "Pulsar"),
        ("alert.closed", "Bo"),
        ("escalation.stopped", "Bo"),
    ]
    assert (await outlook(ana, alert["id"]))["stopped_reason"] == "closed by Bo"


async def story(person: Person, alert_id: str) -> list[tuple[str, str]]:
    events: list[Json] = await activity(person, alert_id)
    numbers = [event["id"] for event in events]
    assert numbers == sorted(set(numbers))
    return [(event["type"], event["actor"]["name"]) for event in events]
