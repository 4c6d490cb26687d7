"""Imported calendars that are off by hours (grafana/oncall#4247): the zones that files define, tried against the IANA
database itself, around every change of the clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsar.oncall.ical_reading import read
from tests.rules.calendar_files import (
    as_apple_writes,
    as_google_writes,
    as_outlook_writes,
    event,
    file,
    transitions,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
END = NOW + timedelta(days=360)
AROUND = [timedelta(minutes=minutes) for minutes in (-90, -31, -1, 0, 1, 29, 59, 61, 90, 150)]
zones = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
random_walls = st.lists(
    st.datetimes(datetime(2026, 12, 1), datetime(2027, 11, 1)).map(lambda at: at.replace(second=0, microsecond=0)),
    max_size=5,
)


def defined(zone: ZoneInfo, shape: str, tzid: str) -> list[str] | None:
    match shape:
        case "outlook":
            return as_outlook_writes(zone, tzid, 2027)
        case "google":
            return as_google_writes(zone, tzid, 2027)
        case _:
            return as_apple_writes(zone, tzid, datetime(2025, 1, 1, tzinfo=UTC), datetime(2028, 6, 1, tzinfo=UTC))


@pytest.mark.parametrize("shape", ["outlook", "google", "apple"])
@given(zone=zones, walls=random_walls)
def test_a_zone_that_the_file_defines_is_the_zone_that_it_means(
    shape: str, zone: ZoneInfo, walls: list[datetime]
) -> None:
    tzid = f"(UTC) {zone.key}, and more"
    lines = defined(zone, shape, tzid)
    if not lines:
        return
    for at, before, _ in transitions(zone, NOW, END):
        walls += [(at + before + away).replace(tzinfo=None) for away in AROUND]
    events = [event(f"SUMMARY:{i}", f'DTSTART;TZID="{tzid}":{wall:%Y%m%dT%H%M%S}') for i, wall in enumerate(walls)]
    if not events:
        return
    found = {int(entry.summary): entry.start for entry in read(file(*lines, *events), "UTC", NOW).entries}
    # fold=0: what the clock shows twice is the first, and what it skips is read with the offset before.
    assert found == {i: wall.replace(tzinfo=zone).astimezone(UTC) for i, wall in enumerate(walls)}


@given(zone=zones, walls=random_walls.filter(bool))
def test_times_without_a_zone_are_read_on_the_schedules_clock(zone: ZoneInfo, walls: list[datetime]) -> None:
    events = [event(f"SUMMARY:{i}", f"DTSTART:{wall:%Y%m%dT%H%M%S}") for i, wall in enumerate(walls)]
    found = {int(entry.summary): entry.start for entry in read(file(*events), zone.key, NOW).entries}
    assert found == {i: wall.replace(tzinfo=zone).astimezone(UTC) for i, wall in enumerate(walls)}


def test_what_one_file_calls_office_is_not_what_another_does() -> None:
    starts = []
    for name in ("Asia/Kolkata", "America/New_York", "Asia/Kolkata"):
        lines = defined(ZoneInfo(name), "apple", "Office") or []
        reading = read(file(*lines, event("DTSTART;TZID=Office:20270105T090000")), "UTC", NOW)
        starts.append(reading.entries[0].start.hour)
    assert starts == [3, 14, 3]
    with pytest.raises(Exception, match="Office of its DTSTART is neither known nor in the file"):
        read(file(event("DTSTART;TZID=Office:20270105T090000")), "UTC", NOW)


def test_a_zone_that_changes_every_second_is_refused_at_once() -> None:
    rule = ("BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0000", "TZOFFSETTO:+0100")
    lines = ("BEGIN:VTIMEZONE", "TZID:Office", *rule, "RRULE:FREQ=SECONDLY", "END:STANDARD", "END:VTIMEZONE")
    with pytest.raises(Exception, match="changes too often"):
        read(file(*lines, event("DTSTART;TZID=Office:20270105T090000")), "UTC", NOW)
