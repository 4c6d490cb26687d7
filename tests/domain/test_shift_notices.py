"""Mails before and at the start of a shift: once, in time, as each person wants them, whatever the jobs do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pulsar.base.http import Pulsar
from tests.ladders import Json, mail_channel, renewed
from tests.schedules import leaves, override, path_of, rotation, schedule
from tests.world import Engine, Mailbox, Person


def ahead(engine: Engine, **span: float) -> datetime:
    return engine.clock.now() + timedelta(**span)


async def covers(person: Person, made: Json, who: Person, engine: Engine, minutes: float, hours: float = 2) -> Json:
    """An override that begins in so many minutes."""
    return await override(person, made, who, ahead(engine, minutes=minutes), hours)


def told(mail: Mailbox) -> list[tuple[str, str]]:
    return [(one.to.partition("-")[0], one.subject.partition(",")[0]) for one in mail.mails]


async def wants(person: Person, **wish: Any) -> None:
    answer = await person.patch("/users/me/shift-notices", **wish)
    assert answer.status_code == 200, answer.text


async def test_who_says_nothing_is_told_at_the_start_and_who_returns_when_they_do(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    made = await schedule(ana, rotation(ana))
    await covers(ana, made, bo, engine, 60)
    await engine.advance(minutes=59)
    assert mail.mails == []
    await engine.advance(minutes=2)
    assert told(mail) == [("bo", "You are on call: Database")]
    assert f"/schedules/{made['id']}" in mail.mails[0].text
    await engine.advance(minutes=120)
    assert told(mail)[1:] == [("ana", "You are on call: Database")]
    ana = await renewed(ana)
    log = (await ana.has("/notifications/logs"))["items"]
    assert [(entry["purpose"], entry["status"]) for entry in log] == [("shift", "sent")] * 2


async def test_before_a_shift_for_whoever_wants_it(ana: Person, bo: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    made = await schedule(ana, rotation(ana))
    await covers(ana, made, bo, engine, 300)
    await wants(bo, before_minutes=[60, 15], at_start=False)
    await engine.advance(minutes=239)
    assert mail.mails == []
    await engine.advance(minutes=62)
    assert told(mail) == [("bo", "You will be on call: Database")] * 2
    assert len({one.message["Message-ID"] for one in mail.mails}) == 2


async def test_an_override_that_begins_now_is_told_now(ana: Person, bo: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    made = await schedule(ana, rotation(ana))
    await engine.settle()
    await covers(ana, made, bo, engine, 0)
    await engine.settle()
    assert told(mail) == [("bo", "You are on call: Database")]


async def test_nobody_is_told_at_a_handoff_to_themselves(ana: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    await schedule(ana, rotation(ana, rotation_type="daily"))
    await engine.advance(days=3)
    assert mail.mails == []


async def test_a_change_moves_the_notice_with_the_shift(ana: Person, bo: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    made = await schedule(ana, rotation(ana))
    one = await covers(ana, made, bo, engine, 60)
    await ana.patch(path_of(made, "overrides", one["id"]), starts_at=ahead(engine, minutes=30).isoformat())
    await engine.advance(minutes=31)
    assert told(mail) == [("bo", "You are on call: Database")]
    other = await covers(await renewed(ana), made, bo, engine, 600)
    assert (await (await renewed(ana)).delete(path_of(made, "overrides", other["id"]))).status_code == 204
    mail.empty()
    await engine.advance(minutes=700)
    assert told(mail) == [("ana", "You are on call: Database")], "only she, when the first one was over"


async def test_an_edit_of_the_rotation_is_followed(ana: Person, bo: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    made = await schedule(ana, rotation(ana))
    await engine.settle()
    await ana.request("PUT", path_of(made["rotations"][0], "participants"), json={"user_ids": [str(bo.id)]})
    await engine.settle()
    assert told(mail) == [("bo", "You are on call: Database")]


async def test_a_worker_that_comes_late_sends_what_is_still_true(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    made = await schedule(ana, rotation(ana))
    await wants(bo, before_minutes=[30])
    await covers(ana, made, bo, engine, 60)
    await engine.settle()
    await engine.stand_still(minutes=75)
    await engine.settle()
    assert told(mail) == [("bo", "You are on call: Database")], "and not that it will begin"


@pytest.mark.parametrize(("late", "hours"), [(95, 2), (75, 0.2)])
async def test_what_is_old_news_is_not_sent(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, late: float, hours: float
) -> None:
    await mail_channel(ana, mail)
    made = await schedule(ana, rotation(ana))
    await covers(ana, made, bo, engine, 60, hours)
    await engine.settle()
    await engine.stand_still(minutes=late)
    await engine.settle()
    assert [name for name, _ in told(mail)] == ([] if hours > 1 else ["ana"])


async def test_a_mail_that_could_not_go_out_for_half_an_hour_does_not_go_out(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    made = await schedule(ana, rotation(ana))
    await covers(ana, made, bo, engine, 1)
    mail.refuse_with = "451 later"
    await engine.advance(minutes=2)
    await engine.stand_still(minutes=31)
    mail.refuse_with = None
    await engine.settle()
    assert mail.mails == []
    (entry,) = (await (await renewed(ana)).has("/notifications/logs"))["items"]
    assert (entry["status"], len(entry["attempts"]) > 0) == ("cancelled", True)


async def test_a_notice_whose_job_is_lost_comes_all_the_same_and_once(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    made = await schedule(ana, rotation(ana))
    await covers(ana, made, bo, engine, 60)
    await engine.settle()
    assert await engine.lose_jobs() > 0
    await engine.stand_still(minutes=60, seconds=6)
    for _ in range(3):
        await engine.sweep()
    assert await engine.waiting() == ["tell_of_shifts"]
    await engine.settle()
    await engine.sweep()
    await engine.settle()
    assert told(mail) == [("bo", "You are on call: Database")]


async def test_who_has_left_is_not_told(ana: Person, bo: Person, engine: Engine, mail: Mailbox, pulsar: Pulsar) -> None:
    await mail_channel(ana, mail)
    made = await schedule(ana, rotation(ana))
    await covers(ana, made, bo, engine, 60)
    await leaves(pulsar, bo, ana)
    await engine.advance(minutes=90)
    assert mail.mails == []


async def test_who_has_switched_mails_off_finds_it_in_the_log(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    channel = await mail_channel(ana, mail)
    await bo.makes("/notifications/preferences", channel_id=channel["id"], enabled=False)
    made = await schedule(ana, rotation(ana))
    await covers(ana, made, bo, engine, 0)
    await engine.settle()
    assert mail.mails == []
    (entry,) = (await ana.has("/notifications/logs"))["items"]
    assert (entry["purpose"], entry["status"]) == ("shift", "suppressed")


async def test_the_times_are_those_of_the_readers_clock(ana: Person, bo: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    await bo.patch("/auth/me", time_zone="Asia/Kolkata")
    made = await schedule(ana, rotation(ana))
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=10)
    await override(ana, made, bo, start, 2)
    await override(ana, made, ana, start + timedelta(hours=1), 1)
    await engine.advance(minutes=11)
    assert "(Asia/Kolkata)" in mail.mails[0].text
    assert f"{start + timedelta(hours=5, minutes=30):%H:%M}" in mail.mails[0].text


async def test_each_says_it_for_themselves_viewers_too(ana: Person, vic: Person, eve: Person) -> None:
    assert await ana.has("/users/me/shift-notices") == {"before_minutes": [], "at_start": True}
    await wants(vic, before_minutes=[1440, 60, 60], at_start=False)
    assert await vic.has("/users/me/shift-notices") == {"before_minutes": [60, 1440], "at_start": False}
    await wants(vic, at_start=True)
    assert await vic.has("/users/me/shift-notices") == {"before_minutes": [60, 1440], "at_start": True}
    await wants(vic, before_minutes=None)
    assert await vic.has("/users/me/shift-notices") == {"before_minutes": [], "at_start": True}
    assert await ana.has("/users/me/shift-notices") == {"before_minutes": [], "at_start": True}
    for bad in ([4], [10081], [60] * 6, ["soon"]):
        refused = await ana.patch("/users/me/shift-notices", before_minutes=bad)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"].startswith("before_minutes")
