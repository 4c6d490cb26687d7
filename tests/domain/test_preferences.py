"""What each person wants of the channels: set by themselves, kept to when they are paged, and said in the log."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from pulsar.base.http import Pulsar
from pulsar.base.ids import new_id
from pulsar.notify import actions
from pulsar.notify.rules import Occasion, Subject
from tests.ladders import Json, activity, happened, ladder, level, log_of, mail_channel, outlook, read
from tests.receiver import Receiver
from tests.stories.phones import told
from tests.world import Engine, Mailbox, Person

PREFERENCES = "/notifications/preferences"


async def wants(person: Person, channel: Json, **wishes: Any) -> Json:
    made: Json = await person.makes(PREFERENCES, channel_id=channel["id"], **wishes)
    return made


def around(engine: Engine, zone: str = "Asia/Tokyo") -> Json:
    """A window of four hours around the present, by the clock in this zone."""
    wall = engine.clock.now().astimezone(ZoneInfo(zone))
    start, end = wall - timedelta(hours=2), wall + timedelta(hours=2)
    return {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}


async def lives_in(person: Person, zone: str = "Asia/Tokyo") -> None:
    assert (await person.patch("/auth/me", time_zone=zone)).status_code == 200


async def opened(person: Person, priority: str = "P3", **fields: Any) -> str:
    alert = await person.makes("/alerts", **({"message": "Disk full", "priority": priority} | fields))
    return str(alert["id"])


async def test_a_preference_is_set_read_changed_and_deleted(vic: Person, ana: Person, mail: Mailbox) -> None:
    channel = await mail_channel(ana, mail)
    await lives_in(vic, "Europe/Berlin")
    night = {"start": "22:00", "end": "07:00", "days": [5, 6, 5]}
    made = await wants(vic, channel, dnd=night, min_priority="P3", delay_seconds=120)
    path = f"{PREFERENCES}/{made['id']}"
    assert made["dnd"] == {"start": "22:00", "end": "07:00", "days": [5, 6]}
    assert (made["enabled"], made["p1_passes_dnd"], made["delay_seconds"]) == (True, True, 120)
    assert (made["channel_name"], made["user_id"]) == ("E-mail", str(vic.id))
    assert await vic.has(path) == made
    assert (await vic.has(PREFERENCES))["items"] == [made]

    changed = (await vic.patch(path, dnd={"start": "00:00", "end": "24:00", "days": []}, enabled=False)).json()
    assert changed["dnd"] == {"start": "00:00", "end": "24:00", "days": []}
    assert (changed["enabled"], changed["min_priority"], changed["delay_seconds"]) == (False, "P3", 120)
    assert (await vic.patch(path, dnd=None)).json()["dnd"] is None
    assert (await vic.delete(path)).status_code == 204
    assert (await vic.has(PREFERENCES))["total"] == 0


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"min_priority": "P6"}, "min_priority"),
        ({"delay_seconds": -1}, "delay_seconds"),
        ({"delay_seconds": 86_401}, "delay_seconds"),
        ({"dnd": {"start": "22:00", "end": "22:00"}}, "dnd"),
        ({"dnd": {"start": "24:00", "end": "07:00"}}, "dnd.start"),
        ({"dnd": {"start": "22:00", "end": "7"}}, "dnd.end"),
        ({"dnd": {"start": "22:00", "end": "07:00", "days": [0]}}, "dnd.days.0"),
        ({"dnd": {"start": "22:00", "end": "07:00"}}, "dnd"),
        ({"channel_id": "0193a5b0-0000-7000-8000-00000000abcd"}, "channel_id"),
    ],
)
async def test_what_does_not_fit_is_refused_with_the_name_of_the_field(
    ana: Person, mail: Mailbox, wish: Json, field: str
) -> None:
    """The last but one has no fault but that nobody knows yet in which zone it is meant."""
    channel = await mail_channel(ana, mail)
    refused = await ana.post(PREFERENCES, **({"channel_id": channel["id"]} | wish))
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]


async def test_there_is_one_for_each_channel_and_none_for_a_room(
    ana: Person, mail: Mailbox, receiver: Receiver
) -> None:
    channel = await mail_channel(ana, mail)
    room = await ana.makes("/notifications/channels", **receiver.channel())
    await wants(ana, channel)
    again = await ana.post(PREFERENCES, channel_id=channel["id"])
    assert (again.status_code, again.json()["code"]) == (409, "preference_exists")
    assert (await ana.post(PREFERENCES, channel_id=room["id"])).status_code == 422


async def test_an_edit_of_an_old_version_is_refused(ana: Person, mail: Mailbox) -> None:
    made = await wants(ana, await mail_channel(ana, mail))
    path = f"{PREFERENCES}/{made['id']}"
    await ana.patch(path, min_priority="P2", version=1)
    stale = await ana.patch(path, min_priority="P4", version=1)
    assert (stale.status_code, stale.json()["current"]["min_priority"]) == (409, "P2")


async def test_an_admin_may_look_at_anybodys_and_change_nobodys_but_her_own(
    ana: Person, bo: Person, vic: Person, mail: Mailbox
) -> None:
    made = await wants(vic, await mail_channel(ana, mail))
    path = f"{PREFERENCES}/{made['id']}"
    assert await bo.has(path) == made
    assert (await bo.has(PREFERENCES, user_id=str(vic.id)))["items"] == [made]
    assert (await bo.has(PREFERENCES))["total"] == 0
    assert (await bo.patch(path, enabled=False)).status_code == 404
    assert (await bo.delete(path)).status_code == 404

    own = await wants(bo, {"id": made["channel_id"]})
    assert (await vic.get(f"{PREFERENCES}/{own['id']}")).status_code == 404
    assert (await vic.get(PREFERENCES, user_id=str(bo.id))).status_code == 403


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "europe/berlin", "UTC+1", "../etc"])
async def test_a_zone_that_there_is_not_is_refused(ana: Person, zone: str) -> None:
    refused = await ana.patch("/auth/me", time_zone=zone)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "time_zone")
    assert (await ana.has("/auth/me"))["user"]["time_zone"] is None


async def test_people_change_their_own_name_and_zone(vic: Person) -> None:
    changed = (await vic.patch("/auth/me", full_name="Vic the Second", time_zone="Asia/Kathmandu")).json()
    assert (changed["full_name"], changed["time_zone"]) == ("Vic the Second", "Asia/Kathmandu")
    assert (await vic.has("/auth/me"))["user"] == changed


async def test_the_preferences_of_a_channel_go_with_it(ana: Person, mail: Mailbox) -> None:
    channel = await mail_channel(ana, mail)
    await wants(ana, channel)
    assert (await ana.delete(f"/notifications/channels/{channel['id']}")).status_code == 204
    assert (await ana.has(PREFERENCES))["total"] == 0


@pytest.mark.parametrize(
    ("wish", "by", "reason"),
    [
        ({"enabled": False}, "disabled", "switched this channel off"),
        ({"min_priority": "P2"}, "priority", "It is P3; this person wants P2 and above here."),
        ({"dnd": True}, "dnd", "Do not disturb:"),
    ],
)
async def test_what_a_preference_holds_back_is_not_sent_and_the_log_says_why(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, wish: Json, by: str, reason: str
) -> None:
    channel = await mail_channel(ana, mail)
    await lives_in(ana)
    await wants(ana, channel, **(wish | ({"dnd": around(engine)} if "dnd" in wish else {})))
    await ladder(ana, level(0, ana, bo))
    alert = await opened(ana)
    await engine.advance(hours=5)
    assert told(mail, ana, bo) == [("Bo", "[P3] #1 Disk full")]
    assert "Level 1: Bo" in mail.mails[0].text
    assert "Not told, by their own settings: Ana" in mail.mails[0].text
    (line,) = [line for line in await log_of(bo, alert) if line["user"]["name"] == "Ana"]
    assert (line["status"], line["held_back_by"], line["attempts"]) == ("suppressed", by, [])
    assert reason in line["reason"]
    (fired,) = [e["data"] for e in await activity(bo, alert) if e["type"] == "escalation.level_fired"]
    assert (fired["people"], fired["held_back"], fired["messages"]) == (["Bo"], ["Ana"], 1)


async def test_p1_passes_do_not_disturb_unless_she_says_otherwise(ana: Person, engine: Engine, mail: Mailbox) -> None:
    channel = await mail_channel(ana, mail)
    await lives_in(ana)
    made = await wants(ana, channel, dnd=around(engine))
    await ladder(ana, level(0, ana))
    await opened(ana, "P1")
    await engine.settle()
    assert told(mail, ana) == [("Ana", "[P1] #1 Disk full")]
    await ana.patch(f"{PREFERENCES}/{made['id']}", p1_passes_dnd=False)
    alert = await opened(ana, "P1")
    await engine.settle()
    assert (await log_of(ana, alert))[0]["held_back_by"] == "dnd"


async def test_the_delays_make_a_ladder_that_an_acknowledgement_cuts_off(
    ana: Person, engine: Engine, mail: Mailbox
) -> None:
    first = await mail_channel(ana, mail, name="At once")
    second = await mail_channel(ana, mail, name="After two minutes")
    third = await mail_channel(ana, mail, name="After five minutes")
    await wants(ana, second, delay_seconds=120)
    await wants(ana, third, delay_seconds=300)
    await ladder(ana, level(0, ana))
    alert = await opened(ana)
    sent = []
    for minutes in (1, 2, 1):
        await engine.advance(minutes=minutes)
        sent.append(len(mail.mails))
    assert sent == [1, 2, 2]
    waiting = {line["channel"]["id"]: line for line in await log_of(ana, alert)}[third["id"]]
    due = datetime.fromisoformat(waiting["next_attempt_at"]) - datetime.fromisoformat(waiting["created_at"])
    assert abs(due - timedelta(minutes=5)) < timedelta(seconds=1)
    await ana.makes(f"/alerts/{alert}/acknowledge")
    await engine.advance(hours=1)
    assert len(mail.mails) == 2
    lines = {line["channel"]["id"]: line for line in await log_of(ana, alert)}
    assert [lines[c["id"]]["status"] for c in (first, second, third)] == ["sent", "sent", "cancelled"]
    assert lines[third["id"]]["reason"] == "acknowledged by Ana"


async def test_a_rung_whose_job_was_lost_is_found_by_the_sweep(ana: Person, engine: Engine, mail: Mailbox) -> None:
    await wants(ana, await mail_channel(ana, mail), delay_seconds=120)
    await ladder(ana, level(0, ana))
    await opened(ana)
    await engine.settle()
    assert await engine.lose_jobs() == 1
    await engine.stand_still(minutes=2, seconds=6)
    await engine.sweep()
    await engine.settle()
    assert len(mail.mails) == 1


async def test_a_level_whose_people_hold_everything_back_hands_over_at_once(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    """F14, F34: nobody waits for somebody who was never told, and the alert says so."""
    await wants(ana, await mail_channel(ana, mail), enabled=False)
    await ladder(ana, level(0, ana), level(600, bo))
    alert = await opened(ana)
    await engine.settle()
    assert told(mail, ana, bo) == [("Bo", "[P3] #1 Disk full")]
    (skipped,) = [e["data"] for e in await activity(ana, alert) if e["type"] == "escalation.level_skipped"]
    assert skipped["reason"] == "held back by their own settings: Ana"
    assert [(step["state"], step["people"]) for step in (await outlook(ana, alert))["levels"]] == [
        ("skipped", ["Ana"]),
        ("done", ["Bo"]),
    ]


async def test_when_the_whole_ladder_holds_back_owners_and_admins_are_paged(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    await wants(vic, await mail_channel(ana, mail), min_priority="P1")
    await ladder(ana, level(0, vic), repeat_count=1)
    alert = await opened(ana)
    await engine.settle()
    assert sorted(told(mail, ana, bo, vic)) == [("Ana", "[P3] #1 Disk full"), ("Bo", "[P3] #1 Disk full")]
    assert "escalation.fallback" in await happened(ana, alert)


async def test_of_the_last_resort_those_are_told_whose_settings_allow_it(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    channel = await mail_channel(ana, mail)
    await wants(vic, channel, enabled=False)
    await wants(ana, channel, enabled=False)
    await ladder(ana, level(0, vic))
    alert = await opened(ana)
    await engine.settle()
    assert told(mail, ana, bo, vic) == [("Bo", "[P3] #1 Disk full")]
    (fallback,) = [e["data"] for e in await activity(ana, alert) if e["type"] == "escalation.fallback"]
    assert fallback["people"] == ["Bo"]


async def test_never_silence_the_last_resort_passes_everybodys_settings_by_if_it_must(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    channel = await mail_channel(ana, mail)
    await wants(ana, channel, enabled=False)
    await wants(bo, channel, min_priority="P1", delay_seconds=3600)
    await ladder(ana, level(0, ana))
    await opened(ana, "P4")
    await engine.settle()
    assert sorted(told(mail, ana, bo)) == [("Ana", "[P4] #1 Disk full"), ("Bo", "[P4] #1 Disk full")]


async def test_a_room_hears_of_a_level_that_its_people_hold_back(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, receiver: Receiver
) -> None:
    await ana.makes("/notifications/channels", **receiver.channel())
    await wants(ana, await mail_channel(ana, mail), enabled=False)
    await ladder(ana, level(0, ana), level(600, bo))
    await opened(ana)
    await engine.settle()
    assert mail.mails == []
    (got,) = receiver.received
    assert "Not told, by their own settings: Ana" in got.json["text"]


async def test_what_one_person_wants_binds_nobody_else(ana: Person, bo: Person, engine: Engine, mail: Mailbox) -> None:
    channel = await mail_channel(ana, mail)
    await wants(ana, channel, delay_seconds=60)
    await ladder(ana, level(0, ana, bo))
    await opened(ana)
    await engine.settle()
    assert told(mail, ana, bo) == [("Bo", "[P3] #1 Disk full")]
    await engine.advance(minutes=1)
    assert told(mail, ana, bo)[1:] == [("Ana", "[P3] #1 Disk full")]


async def test_pages_for_a_storm_ask_for_the_preferences_once(ana: Person, mail: Mailbox, pulsar: Pulsar) -> None:
    await wants(ana, await mail_channel(ana, mail), min_priority="P2")
    asked: list[str] = []

    def notes(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(pulsar.db.engine.sync_engine, "before_cursor_execute", notes)
    async with pulsar.db.in_org(ana.org_id) as tx:
        for n in range(50):
            subject = Subject(new_id(), n, "P1", "Disk full", "", "/")
            await actions.page(tx, subject, [(ana.id, "Ana")], Occasion(f"storm {n}", "page"))
    event.remove(pulsar.db.engine.sync_engine, "before_cursor_execute", notes)
    assert len([statement for statement in asked if "notification_preferences" in statement]) == 1


async def test_the_log_is_asked_by_alert_person_channel_state_and_time(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, owner: AsyncConnection
) -> None:
    first = await mail_channel(ana, mail)
    second = await mail_channel(ana, mail, name="Second")
    await wants(ana, second, enabled=False)
    await ladder(ana, level(0, ana, bo))
    alert = await opened(ana)
    await engine.advance(minutes=10)
    middle = engine.clock.now().isoformat()
    other = await opened(ana)
    await engine.settle()

    async def found(**filters: Any) -> int:
        total: int = (await read(ana, "/notifications/logs", **filters))["total"]
        return total

    assert await found() == 8
    assert await found(alert_id=alert) == await found(alert_id=other) == 4
    assert await found(user_id=str(bo.id)) == 4
    assert await found(channel_id=first["id"]) == 4
    assert await found(status="suppressed") == 2
    assert await found(status=["suppressed", "sent"]) == 8
    assert await found(**{"from": middle}) == await found(to=middle) == 4
    assert await found(alert_id=alert, user_id=str(ana.id), status="sent", to=middle) == 1
    assert (await ana.get("/notifications/logs", **{"from": "yesterday"})).status_code == 422


async def test_everybody_tries_out_their_own_way_of_being_reached(
    ana: Person, vic: Person, mail: Mailbox, receiver: Receiver
) -> None:
    channel = await mail_channel(ana, mail)
    room = await ana.makes("/notifications/channels", **receiver.channel())
    tried = await vic.makes(f"{PREFERENCES}/test", channel_id=channel["id"])
    assert tried["delivered"]
    assert told(mail, vic) == [("Vic", "Test from Pulsar")]
    (line,) = (await vic.has("/notifications/logs/user/me"))["items"]
    assert (line["purpose"], line["status"]) == ("test", "sent")
    assert (await vic.post(f"{PREFERENCES}/test", channel_id=room["id"])).status_code == 422
    assert (await vic.post(f"{PREFERENCES}/test", channel_id=str(new_id()))).status_code == 422
    for _ in range(9):
        await vic.makes(f"{PREFERENCES}/test", channel_id=channel["id"])
    many = await vic.post(f"{PREFERENCES}/test", channel_id=channel["id"])
    assert (many.status_code, many.headers["retry-after"]) == (429, "600")
    assert (await ana.post(f"{PREFERENCES}/test", channel_id=channel["id"])).status_code == 200


async def test_a_channel_that_cannot_reach_her_is_none_for_the_ladder(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, receiver: Receiver
) -> None:
    """Without a verified number no text reaches her; the mail does, and the level is not skipped."""
    await mail_channel(ana, mail)
    config = {"account_sid": "AC" + "0" * 32, "auth_token": "t", "from_number": "+15017122661"}
    await ana.makes("/notifications/channels", name="SMS", channel_type="sms", config=config)
    await ladder(ana, level(0, ana), level(600, bo))
    alert = await opened(ana)
    await engine.settle()
    assert told(mail, ana, bo) == [("Ana", "[P3] #1 Disk full")]
    states = {line["channel"]["name"]: (line["status"], line["held_back_by"]) for line in await log_of(ana, alert)}
    assert states == {"E-mail": ("sent", None), "SMS": ("suppressed", "contact")}
