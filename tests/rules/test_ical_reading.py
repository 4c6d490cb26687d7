"""Calendar files as they come from elsewhere: what their events say, to the minute, and what is refused."""

import contextlib
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulsar.oncall.ical_people import Named, person_meant
from pulsar.oncall.ical_reading import Entry, Reading, UnreadableCalendar, read
from tests.rules.calendar_files import event, file

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def starts(content: bytes, zone: str = BERLIN) -> list[datetime]:
    return [entry.start for entry in read(content, zone, NOW).entries]


def refused(content: bytes) -> tuple[str, str]:
    with pytest.raises(UnreadableCalendar) as error:
        read(content, BERLIN, NOW)
    return error.value.errors[0]["field"], error.value.detail


def utc(month: int, day: int, hour: int = 0, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def test_a_time_is_read_in_its_own_zone_in_utc_or_on_the_schedules_clock() -> None:
    content = file(
        event("DTSTART;TZID=America/New_York:20261201T090000"),
        event("DTSTART:20261202T090000Z"),
        event("DTSTART:20261203T090000"),
        event("DTSTART;TZID=W. Europe Standard Time:20261204T090000"),
        event('DTSTART;TZID="/freeassociation.sourceforge.net/Europe/Helsinki":20261205T090000'),
    )
    assert starts(content, "Asia/Kolkata") == [
        utc(12, 1, 14),
        utc(12, 2, 9),
        utc(12, 3, 3, 30),
        utc(12, 4, 8),
        utc(12, 5, 7),
    ]


def test_where_the_file_names_a_zone_for_times_without_one_they_are_read_in_that() -> None:
    content = file(event("DTSTART:20261203T090000"), head=("X-WR-TIMEZONE:America/New_York",))
    assert starts(content) == [utc(12, 3, 14)]


def test_whole_days_are_days_of_the_schedules_zone_of_25_hours_too() -> None:
    content = file(
        event("DTSTART;VALUE=DATE:20270327", "DTEND;VALUE=DATE:20270329"), event("DTSTART;VALUE=DATE:20271031")
    )
    assert [(e.start, e.end) for e in read(content, BERLIN, NOW).entries] == [
        (utc(3, 26, 23, year=2027), utc(3, 28, 22, year=2027)),
        (utc(10, 30, 22, year=2027), utc(10, 31, 23, year=2027)),
    ]


def test_a_repetition_keeps_its_time_of_day_over_the_clock_change_and_its_exceptions() -> None:
    content = file(
        event(
            "UID:1",
            "DTSTART;TZID=Europe/Berlin:20270319T090000",
            "DTEND;TZID=Europe/Berlin:20270326T090000",
            "RRULE:FREQ=WEEKLY;COUNT=5",
            "EXDATE;TZID=Europe/Berlin:20270326T090000",
        ),
        event(
            "UID:1",
            "RECURRENCE-ID;TZID=Europe/Berlin:20270409T090000",
            "DTSTART;TZID=Europe/Berlin:20270410T120000",
            "DTEND;TZID=Europe/Berlin:20270411T120000",
        ),
    )
    assert starts(content) == [
        utc(3, 19, 8, year=2027),
        utc(4, 2, 7, year=2027),
        utc(4, 10, 10, year=2027),
        utc(4, 16, 7, year=2027),
    ]


def test_a_skipped_time_counts_from_before_the_jump_and_a_repeated_one_is_the_first() -> None:
    content = file(
        event("DTSTART;TZID=Europe/Berlin:20270328T023000"), event("DTSTART;TZID=Europe/Berlin:20271031T023000")
    )
    assert starts(content) == [utc(3, 28, 1, 30, year=2027), utc(10, 31, 0, 30, year=2027)]


def test_what_is_past_cancelled_or_far_away_is_left_out_and_counted() -> None:
    content = file(
        event("DTSTART:20261120T090000Z"),
        event("DTSTART:20251120T090000Z", "RRULE:FREQ=DAILY;COUNT=10"),
        event("DTSTART:20261201T090000Z", "STATUS:CANCELLED"),
        event("DTSTART:20290101T090000Z"),
        event("DTSTART:20261124T113000Z"),
        event("DTSTART:20261201T090000Z"),
    )
    reading = read(content, BERLIN, NOW)
    assert (reading.past, reading.cancelled, reading.later) == (2, 1, 1)
    assert [entry.number for entry in reading.entries] == [4, 5]
    assert read(file(event("DTSTART:20261201T090000Z"), head=("METHOD:CANCEL",)), BERLIN, NOW) == Reading((), 0, 1, 0)


def test_two_events_without_a_uid_are_two() -> None:
    assert len(starts(file(event("DTSTART:20261201T090000Z"), event("DTSTART:20261202T090000Z")))) == 2


BAD_EVENTS = {
    "DTSTART;TZID=Nowhere/Else:20261201T090000": "the time zone Nowhere/Else of its DTSTART is neither known nor",
    "DTSTART:tomorrow": "its DTSTART cannot be read",
    "SUMMARY:Ana": "it has no DTSTART",
    "DTSTART:20261201T090000Z\r\nDTEND:20261201T080000Z": "it ends before it has begun",
    "DTSTART:20261201T090000Z\r\nDTEND:20261201T100000": "its times do not fit together",
    "DTSTART:20261201T090000Z\r\nRRULE:FREQ=SECONDLY": "it repeats too often",
    "DTSTART:20261201T090000Z\r\nRRULE:FREQ=DAILY;BYMINUTE=" + ",".join(map(str, range(60))): "it repeats too often",
    "DTSTART:20261201T090000Z\r\nRRULE:FREQ=WEEKLY;BYDAY=XX": "its RRULE cannot be read",
    "DTSTART:00010101T090000Z": "it begins before 1900",
}


@pytest.mark.parametrize("lines", BAD_EVENTS)
def test_an_event_that_cannot_be_read_is_named(lines: str) -> None:
    field, detail = refused(file(event("DTSTART:20261201T090000Z"), event(*lines.split("\r\n"))))
    assert field == "events.1"
    assert BAD_EVENTS[lines] in detail
    assert detail.startswith("Event 2, ")


def test_two_events_with_one_uid_are_not_silently_one() -> None:
    content = file(event("UID:1", "DTSTART:20261201T090000Z"), event("UID:1", "DTSTART:20261202T090000Z"))
    assert refused(content) == ("events.1", "Event 2, without a SUMMARY: event 1 has the same UID.")
    newer = file(event("UID:1", "DTSTART:20261201T090000Z"), event("UID:1", "SEQUENCE:1", "DTSTART:20261202T090000Z"))
    assert starts(newer) == [utc(12, 2, 9)]


BAD_FILES = {
    b"": "begins with BEGIN:VCALENDAR",
    b"\x89PNG\r\n\x1a\n": "not text in UTF-8",
    b"<html><body>Sign in</body></html>": "begins with BEGIN:VCALENDAR",
    b"BEGIN:VCALENDAR\r\n": "END:VCALENDAR is missing",
    b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n": "no event",
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" * 5000: "END:VCALENDAR is missing",
    file(event("DTSTART:20261201T090000"), head=("X-WR-TIMEZONE:Nowhere",)): "is broken",
    file(*[event("DTSTART:20261201T090000Z")] * 501): "More than 500 events",
    file(
        event("DTSTART:20200101T090000Z", "RRULE:FREQ=DAILY"), event("DTSTART:20261201T090000Z", "RRULE:FREQ=DAILY")
    ): ("More than 500 events"),
    file(*[event("DTSTART:20261201T090000Z")] * 2001): "2000 at most",
    file(*[event("DTSTART:19000101T090000Z", "RRULE:FREQ=DAILY;BYHOUR=1,2,3")] * 10): "too long ago",
}


@pytest.mark.parametrize("content", BAD_FILES, ids=lambda content: str(content[:60]))
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(content: bytes) -> None:
    field, detail = refused(content)
    assert field == "file"
    assert BAD_FILES[content] in detail


WHOLE = file(
    event("UID:1", "DTSTART;TZID=Europe/Berlin:20261201T090000", "RRULE:FREQ=WEEKLY;UNTIL=20270101T000000Z;BYDAY=TU"),
    event("UID:2", "DTSTART;VALUE=DATE:20261224", "ATTENDEE;CN=Ana:mailto:ana@example.org", "EXDATE:20261225"),
)


@given(at=st.integers(0, len(WHOLE)), length=st.integers(0, 30), instead=st.binary(max_size=30) | st.text(max_size=20))
@example(at=0, length=len(WHOLE), instead="BEGIN:VCALENDAR")
def test_garbage_is_read_or_refused_and_nothing_else(at: int, length: int, instead: bytes | str) -> None:
    put = instead if isinstance(instead, bytes) else instead.encode("utf-8", "replace")
    content = WHOLE[:at] + put + WHOLE[at + length :]
    with contextlib.suppress(UnreadableCalendar):
        reading = read(content, BERLIN, NOW)
        assert all(entry.end > NOW and entry.start < entry.end for entry in reading.entries)


ID = UUID("0193a5b0-0000-7000-8000-000000000000")
ANA = Named(uuid5(ID, "ana"), "ana@example.org", "ana", "Ana Kovač")
BO = Named(uuid5(ID, "bo"), "bo@example.org", "bo.b", "Bo")
OTHER_BO = Named(uuid5(ID, "bo2"), "bo@example.com", "bo2", "Bo")
PEOPLE = (ANA, BO, OTHER_BO)


def entry(summary: str, *attendees: str) -> Entry:
    return Entry(3, summary, attendees, NOW, NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("summary", "attendees"),
    [
        ("", ("ANA@example.org",)),
        ("Database", ("room@example.org", "ana@example.org")),
        ("Ana Kovač", ("ana@example.org", "bo@example.org")),
        ("ana kovač", ()),
        ("ana@Example.org", ()),
        ("ANA", ()),
        ("Ana Kovač on call: Database", ()),
        ("Ana", ("eve@example.org",)),
    ],
)
def test_a_person_is_known_by_address_user_name_or_full_name(summary: str, attendees: tuple[str, ...]) -> None:
    assert person_meant(entry(summary, *attendees), PEOPLE) == ANA.id


@pytest.mark.parametrize(
    ("summary", "attendees", "why"),
    [
        ("Bo", (), "“Bo” fits several members"),
        ("Database", ("ana@example.org", "bo@example.org"), "fits several members"),
        ("Anna Kovač", (), "“Anna Kovač” is no active member's"),
        ("", (), "no SUMMARY is no active member's"),
    ],
)
def test_nobody_is_guessed(summary: str, attendees: tuple[str, ...], why: str) -> None:
    with pytest.raises(UnreadableCalendar) as error:
        person_meant(entry(summary, *attendees), PEOPLE)
    assert error.value.errors[0]["field"] == "events.3"
    assert why in error.value.detail
