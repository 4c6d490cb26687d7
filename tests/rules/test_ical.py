"""What a calendar program shows of a schedule: read back with the library that wrote it, and with one that did not."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from pulsar.oncall.ical import MOST_ENTRIES, Duty, Entry, calendar_file, entries, etag, window
from pulsar.oncall.rules import Override, Plan, Revision, Rotation, Schedule

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
ID = UUID("0193a5b0-0000-7000-8000-000000000000")
ANA, BO = uuid5(ID, "ana"), uuid5(ID, "bo")
NAMES = {ANA: "Ana", BO: "Bo"}


def weekly(*people: UUID) -> Schedule:
    plan = Plan(zone="Europe/Berlin", unit="weeks", length=1, starts=datetime(2026, 1, 5, 9), participants=people)
    return Schedule((Rotation(uuid5(ID, "rotation"), (Revision(None, plan),)),))


def duty(schedule: Schedule, name: str = "Database") -> Duty:
    return Duty(uuid5(ID, name), name, f"https://pulsar.test/schedules/{name}", schedule)


def override(schedule: Schedule, user: UUID, start: datetime, end: datetime) -> Schedule:
    one = Override(uuid5(ID, "override"), user, start, end, None, NOW)
    return Schedule(schedule.rotations, (one,))


def test_a_feed_reads_the_same_in_two_programs_and_says_whose_shift_it_is_when() -> None:
    found = entries([duty(weekly(ANA, BO))], NAMES, NOW)
    file = calendar_file(ID, "Database", found, NOW)
    own: Any = Calendar.from_ical(file)
    foreign = vobject.readOne(file.decode())
    assert own["X-WR-CALNAME"] == foreign.x_wr_calname.value == "Database"
    assert (own["PRODID"], foreign.version.value) == ("-//Pulsar//On call//EN", "2.0")
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in file
    said = [(event["UID"], event.start, event.end, event["SUMMARY"]) for event in own.events]
    heard = [(e.uid.value, e.dtstart.value, e.dtend.value, e.summary.value) for e in foreign.vevent_list]
    assert said == [(e.uid, e.start, e.end, e.summary) for e in found]
    assert [(uid, at.timestamp(), to.timestamp(), words) for uid, at, to, words in heard] == [
        (uid, at.timestamp(), to.timestamp(), words) for uid, at, to, words in said
    ]
    assert all(event.start.tzinfo and event.start.utcoffset() == timedelta() for event in own.events)
    assert {words for _, _, _, words in said} == {"Ana on call: Database", "Bo on call: Database"}


def test_a_feed_goes_thirty_days_back_and_a_hundred_and_eighty_ahead() -> None:
    found = entries([duty(weekly(ANA, BO))], NAMES, NOW)
    assert found[0].start == window(NOW)[0] == datetime(2026, 10, 25, tzinfo=UTC)
    assert found[-1].end == window(NOW)[1] == datetime(2027, 5, 23, tzinfo=UTC)


def test_contiguous_shifts_of_a_person_are_one_event_and_the_other_ones_are_left_out() -> None:
    lonely = entries([duty(weekly(ANA))], NAMES, NOW)
    assert [(e.start, e.end) for e in lonely] == [window(NOW)]
    mine = entries([duty(weekly(ANA, BO)), duty(weekly(BO, ANA), "Network")], NAMES, NOW, only=ANA)
    assert {e.summary for e in mine} == {"Ana on call: Database", "Ana on call: Network"}
    assert len(mine) > 25


def test_a_shift_keeps_its_uid_from_fetch_to_fetch_so_that_it_is_replaced_and_not_doubled() -> None:
    before = {e.uid: e for e in entries([duty(weekly(ANA, BO))], NAMES, NOW)}
    assert len(before) == len(entries([duty(weekly(ANA, BO))], NAMES, NOW))
    changed = override(weekly(ANA, BO), BO, NOW + timedelta(days=5), NOW + timedelta(days=8))
    after = {e.uid: e for e in entries([duty(changed)], NAMES, NOW)}
    cut = [uid for uid in before.keys() & after.keys() if before[uid] != after[uid]]
    assert [(before[uid].start, after[uid].end) for uid in cut] == [
        (datetime(2026, 11, 23, 8, tzinfo=UTC), NOW + timedelta(days=5))
    ]
    tomorrow = {e.uid: e for e in entries([duty(weekly(ANA, BO))], NAMES, NOW + timedelta(days=1))}
    moved = [uid for uid in before.keys() & tomorrow.keys() if before[uid].start != tomorrow[uid].start]
    assert len(moved) <= 1, "only the one that the window cuts"
    # The last grows with the window, and so does not change its name either.
    assert len(tomorrow.keys() - before.keys()) <= 1


def test_the_etag_follows_what_the_feed_says_and_not_when_it_is_asked() -> None:
    schedule = weekly(ANA, BO)
    first = etag("Database", entries([duty(schedule)], NAMES, NOW))
    assert first == etag("Database", entries([duty(schedule)], NAMES, NOW + timedelta(hours=3)))
    assert first != etag("Databases", entries([duty(schedule)], NAMES, NOW))
    changed = override(schedule, BO, NOW, NOW + timedelta(hours=1))
    assert first != etag("Database", entries([duty(changed)], NAMES, NOW))


@given(name=st.text(max_size=200), summary=st.text(max_size=200))
def test_no_name_breaks_the_file(name: str, summary: str) -> None:
    entry = Entry("1@pulsar", NOW, NOW + timedelta(hours=1), summary, "https://pulsar.test/schedules/1")
    file = calendar_file(ID, name, [entry], NOW)
    calendar = Calendar.from_ical(file)
    assert len(calendar.events) == 1
    assert calendar.events[0]["UID"] == "1@pulsar"
    assert len(vobject.readOne(file.decode()).vevent_list) == 1
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))


@pytest.mark.parametrize("name", ["Da; ta, \\base", "\r\nBEGIN:VEVENT", "Daten\u0000bank", "数据库" * 30])
def test_a_name_comes_out_as_it_went_in_but_for_control_characters(name: str) -> None:
    entry = Entry("1@pulsar", NOW, NOW + timedelta(hours=1), f"Ana on call: {name}", "https://pulsar.test/schedules/1")
    file = calendar_file(ID, name, [entry], NOW)
    plain = " ".join(name.replace("\0", " ").split())
    foreign = vobject.readOne(file.decode())
    assert foreign.x_wr_calname.value == plain
    assert Calendar.from_ical(file).events[0]["SUMMARY"] == foreign.vevent.summary.value == f"Ana on call: {plain}"


def test_of_rotations_that_hand_over_every_hour_the_nearest_shifts_are_shown() -> None:
    plan = Plan(zone="UTC", unit="hours", length=1, starts=datetime(2026, 1, 5, 9), participants=(ANA, BO))
    schedule = Schedule((Rotation(uuid5(ID, "rotation"), (Revision(None, plan),)),))
    found = entries([duty(schedule)], NAMES, NOW)
    assert len(found) == MOST_ENTRIES
    assert found[0].start == window(NOW)[0]
