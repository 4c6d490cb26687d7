"""Who bears the load, and do messages arrive? Pages by the clock where people live, shifts as they were in the end."""

from datetime import timedelta
from uuid import UUID

import pytest

from pulsar.base.http import Pulsar
from pulsar.oncall.model import OverrideRow
from pulsar.people.model import User
from tests.ladders import Json, mail_channel, read, team_of
from tests.reports import Message, Past, remember, tell
from tests.schedules import rotation, schedule, wall
from tests.world import Mailbox, Person

SPAN = {"from": "2026-03-23", "to": "2026-03-29", "time_zone": "Europe/Berlin"}
"""A week in whose last night the clocks go forward, long past."""


async def lives_in(pulsar: Pulsar, person: Person, zone: str) -> None:
    async with pulsar.db.in_org(person.org_id) as tx:
        user = await tx.get(User, person.id)
        assert user
        user.time_zone = zone


async def load(person: Person, **more: object) -> dict[str, Json]:
    return {line["name"]: line for line in (await read(person, "/reports/load", **SPAN, **more))["items"]}


async def test_a_page_over_three_channels_is_one_page_and_counts_by_the_clock_where_its_person_lives(
    pulsar: Pulsar, ana: Person, bo: Person
) -> None:
    await lives_in(pulsar, bo, "America/New_York")
    evening, night = wall("2026-03-24 21:59"), wall("2026-03-24 22:00")
    await tell(pulsar, ana, [
        *(Message(ana, evening, "run:1:0:0", channel_id=UUID(int=n)) for n in (1, 2, 3)),
        Message(ana, night, "run:1:0:1"),
        Message(ana, wall("2026-03-25 06:59:30"), "run:1:1:0", took=timedelta(seconds=29)),
        Message(ana, wall("2026-03-25 06:59:30"), "run:1:1:1", took=timedelta(seconds=30)),
        Message(bo, night, "run:1:0:1"),
        Message(bo, wall("2026-03-25 03:00"), "run:2:0:0"),
        Message(bo, wall("2026-03-25 03:30"), "run:2:0:1", status="suppressed"),
        Message(bo, wall("2026-03-25 03:30"), "other", purpose="follow_up"),
    ])  # fmt: skip
    found = await load(ana)
    parts = ("pages", "pages_by_day", "pages_at_night", "messages")
    assert [found["Ana"][part] for part in parts] == [4, 2, 2, 6]
    assert [found["Bo"][part] for part in parts] == [2, 1, 1, 2]
    assert (found["Ana"]["time_zone"], found["Bo"]["time_zone"]) == ("Europe/Berlin", "America/New_York")


async def test_time_on_call_is_that_of_the_final_schedules_and_counts_once(
    pulsar: Pulsar, ana: Person, bo: Person
) -> None:
    await schedule(ana, rotation(ana))
    await schedule(ana, rotation(ana), name="Also hers")
    found = await load(ana)
    week = timedelta(days=7) - timedelta(hours=1)
    assert found["Ana"]["on_call_seconds"] == week.total_seconds()
    # Six whole nights of nine hours, that of the clock change has eight; the first morning and the last evening.
    assert found["Ana"]["on_call_at_night_seconds"] == timedelta(hours=7 + 5 * 9 + 8 + 2).total_seconds()
    assert "Bo" not in found


async def test_who_stood_in_for_somebody_was_on_call_and_they_were_not(pulsar: Pulsar, ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana))
    start = wall("2026-03-24 20:00")
    async with pulsar.db.in_org(ana.org_id) as tx:
        ids = {"schedule_id": UUID(made["id"]), "user_id": bo.id}
        tx.add(OverrideRow(**ids, starts_at=start, ends_at=start + timedelta(hours=6)))
    found = await load(ana)
    assert (found["Bo"]["on_call_seconds"], found["Bo"]["on_call_at_night_seconds"]) == (6 * 3600, 4 * 3600)
    assert found["Ana"]["on_call_seconds"] == (7 * 24 - 1 - 6) * 3600


async def test_a_team_is_asked_about_its_own_alerts_and_schedules(pulsar: Pulsar, ana: Person, bo: Person) -> None:
    team = await team_of(ana)
    await schedule(ana, rotation(ana), name="Theirs", team_id=team["id"])
    await schedule(ana, rotation(bo), name="Nobody's")
    at = wall("2026-03-24 12:00")
    theirs, other = await remember(pulsar, ana, [Past(at, team_id=team["id"]), Past(at)])
    await tell(pulsar, ana, [
        Message(ana, at, "a:1:0:0", subject_id=theirs),
        Message(bo, at, "b:1:0:0", subject_id=other),
        Message(ana, at, "c:1:0:0", subject_id=theirs, priority="P1"),
    ])  # fmt: skip
    found = await load(ana, team_id=team["id"])
    assert {name: line["pages"] for name, line in found.items()} == {"Ana": 2}
    assert (await load(ana, team_id=team["id"], priority="P1"))["Ana"]["pages"] == 1
    assert {name: line["pages"] for name, line in (await load(ana)).items()} == {"Ana": 2, "Bo": 1}


async def test_what_is_still_to_come_is_no_time_on_call(ana: Person) -> None:
    await schedule(ana, rotation(ana))
    report = await read(ana, "/reports/load", **{"from": "2190-01-01", "to": "2190-01-02"})
    assert report["items"] == []


@pytest.mark.usefixtures("bo")
async def test_deliveries_are_counted_by_channel_and_a_deleted_one_keeps_its_name(
    pulsar: Pulsar, ana: Person, mail: Mailbox
) -> None:
    kept = await mail_channel(ana, mail)
    at = wall("2026-03-24 12:00")
    statuses = ["sent", "delivered", "delivered", "failed", "cancelled", "suppressed", "pending"]
    await tell(pulsar, ana, [
        *(Message(ana, at, f"a{n}", status=one, channel_id=UUID(kept["id"])) for n, one in enumerate(statuses)),
        Message(ana, at, "b", channel_id=UUID(int=7), took=timedelta(seconds=5)),
    ])  # fmt: skip
    first, second = (await read(ana, "/reports/delivery", **SPAN))["items"]
    assert (first["channel_name"], first["deleted"], second["channel_name"], second["deleted"]) == (
        "E-mail", False, "Channel 7", True)  # fmt: skip
    counted = ("messages", "sent", "confirmed", "failed", "cancelled", "held_back", "waiting", "success_rate")
    assert [first[one] for one in counted] == [7, 3, 2, 1, 1, 1, 1, 0.75]
    assert (first["median_seconds"], second["median_seconds"], second["success_rate"]) == (1, 5, 1)
