"""Who is to be on call, by the word of a calendar file? Events of an iCalendar file (RFC 5545) as spans with a person's
name on them. Pure; of the clock it knows what it is told.

A file comes from anywhere, and calendars off by hours are what imports are known for. So: a zone is what the IANA
database says under its name, or what the file itself defines; an unknown one is refused and not guessed. Times without
one are read on the schedule's clock, or on that of the zone the file names for them (X-WR-TIMEZONE). Whole days are
days of the schedule's zone.
"""

import math
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar
from icalendar.timezone import tzp

from pulsar.base.errors import Invalid

AHEAD = timedelta(days=366)
MOST_EVENTS = 500

_MOST_READ = 2000
# Of all rules together, from where each begins: what takes a second.
_MOST_DAYS = 1_000_000
_OLDEST, _NEWEST = 1900, 2200
_SLOW_ENOUGH = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
_MOST_TIMES_A_DAY = 24
_DATES = ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE")
_NUMBER = "X-PULSAR-NUMBER"
_DAY = timedelta(days=1)

# A part of a file. To the library a property may be any of thirty classes; which it is, the file says.
Parsed = Any

# The library keeps the zones that files define in one place for the whole process, by their names: what one file
# calls "Office" must not be what another does.
_zones = threading.Lock()


class UnreadableCalendar(Invalid):
    """This is no calendar file that can be read."""


@dataclass(frozen=True)
class Entry:
    """An event, or one occurrence of an event that repeats. `number` is its place in the file, from 0."""

    number: int
    summary: str
    attendees: tuple[str, ...]
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Reading:
    """What is to come, in its order, and how many events of the file were left out, and why."""

    entries: tuple[Entry, ...]
    past: int
    cancelled: int
    later: int


def read(file: bytes, zone: str, now: datetime) -> Reading:
    """Raises UnreadableCalendar, which names the event at fault."""
    try:
        return _read(_text(file), zone, now)
    except UnreadableCalendar:
        raise
    except Exception as error:  # whatever a broken file makes of two libraries
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise UnreadableCalendar(f"This calendar file is broken: {said}", field="file") from error


def _text(file: bytes) -> str:
    try:
        text = file.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableCalendar("This file is not text in UTF-8, as calendar files are.", field="file") from None
    if not text.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        raise UnreadableCalendar("A calendar file begins with BEGIN:VCALENDAR; this one does not.", field="file")
    return text


def _read(text: str, zone: str, now: datetime) -> Reading:
    calendars = _parse(text)
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    if not events:
        raise UnreadableCalendar("There is no event in this file.", field="file")
    if len(events) > _MOST_READ:
        raise UnreadableCalendar(f"This file has {len(events)} events; {_MOST_READ} at most.", field="file")
    for number, event in enumerate(events):
        try:
            _check(event, number)
        except (ValueError, TypeError, AttributeError, OverflowError) as error:
            raise at_fault(event, number, f"its times do not fit together ({error})") from error
        event[_NUMBER] = number
    for calendar in calendars:
        _check_uids(calendar)
    _check_work(calendars, now)
    found = [entry for calendar in calendars for entry in _occurrences(calendar, zone, now)]
    if len(found) > MOST_EVENTS:
        raise UnreadableCalendar(f"More than {MOST_EVENTS} events in the next {AHEAD.days} days.", field="file")
    seen = {entry.number for entry in found}
    left_out = [event for event in events if event[_NUMBER] not in seen]
    cancelled = sum(_is_cancelled(event) for event in left_out)
    later = sum(not _is_cancelled(event) and _instant(event["DTSTART"].dt, zone) > now for event in left_out)
    found.sort(key=lambda entry: (entry.start, entry.number))
    return Reading(tuple(found), len(left_out) - cancelled - later, cancelled, later)


def _parse(text: str) -> list[Parsed]:
    with _zones, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it takes "/mozilla.org/x/Europe/Berlin" for Europe/Berlin
        tzp.use_default()
        calendars = [one for one in Calendar.from_ical(text, multiple=True) if one.name == "VCALENDAR"]
    if not calendars:
        raise UnreadableCalendar("This calendar file has no end: END:VCALENDAR is missing.", field="file")
    for calendar in calendars:
        if str(calendar.get("METHOD", "")).upper() == "CANCEL":
            for event in calendar.walk("VEVENT"):
                event["STATUS"] = "CANCELLED"
    return calendars


def _check(event: Parsed, number: int) -> None:
    """What would be misread, or would take for ever, is refused."""
    if event.errors:
        name, said = event.errors[0]
        raise at_fault(event, number, f"its {name or 'text'} cannot be read ({said})")
    if "DTSTART" not in event:
        raise at_fault(event, number, "it has no DTSTART")
    if "DTEND" not in event and "DURATION" not in event and isinstance(event["DTSTART"].dt, datetime):
        raise at_fault(event, number, "it has neither DTEND nor DURATION")
    for name in _DATES:
        for prop in _all(event, name):
            tzid = prop.params.get("TZID")
            if tzid and any(isinstance(at, datetime) and not at.tzinfo for at in _times(prop)):
                raise at_fault(event, number, f"the time zone {tzid} of its {name} is neither known nor in the file")
    if not _OLDEST <= event["DTSTART"].dt.year <= _NEWEST:
        raise at_fault(event, number, f"it begins before {_OLDEST} or after {_NEWEST}")
    if event.end <= event.start:
        raise at_fault(event, number, "it ends before it has begun")
    if "EXRULE" in event:
        raise at_fault(event, number, "its EXRULE is not supported")
    if any(_is_too_often(rule) for rule in _all(event, "RRULE")):
        raise at_fault(event, number, "it repeats too often: days, weeks, months and years can be read")


def _check_uids(calendar: Parsed) -> None:
    """Of events with one UID the newest holds, and the library would drop a second one of the same age."""
    seen: dict[tuple[str, int], int] = {}
    for event in calendar.walk("VEVENT"):
        if "UID" in event and "RECURRENCE-ID" not in event:
            first = seen.setdefault((str(event["UID"]), int(event.get("SEQUENCE", -1))), event[_NUMBER])
            if first != event[_NUMBER]:
                raise at_fault(event, event[_NUMBER], f"event {first + 1} has the same UID")


def at_fault(event: Parsed | Entry, number: int, what: str) -> UnreadableCalendar:
    """Names the event in words and by its place in the file."""
    summary = event.summary if isinstance(event, Entry) else str(event.get("SUMMARY", ""))
    named = f"“{summary[:100]}”" if summary.strip() else "without a SUMMARY"
    return UnreadableCalendar(f"Event {number + 1}, {named}: {what}.", field=f"events.{number}")


def _all(component: Parsed, name: str) -> list[Any]:
    found = component.get(name, [])
    return found if isinstance(found, list) else [found]


def _times(prop: Any) -> list[Any]:
    times = [one.dt for one in prop.dts] if hasattr(prop, "dts") else [prop.dt]
    return [at[0] if isinstance(at, tuple) else at for at in times]


def _is_too_often(rule: Any) -> bool:
    return str(rule.get("FREQ", [""])[0]).upper() not in _SLOW_ENOUGH or _times_a_day(rule) > _MOST_TIMES_A_DAY


def _times_a_day(rule: Any) -> int:
    return math.prod(len(rule.get(part, "1")) for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))


def _check_work(calendars: list[Parsed], now: datetime) -> None:
    """Rules are gone through from their beginning on, in years past too, and zones are computed by rules as well."""
    days = 0
    for calendar in calendars:
        for event in calendar.walk("VEVENT"):
            years = 1 + max(0, now.year + 1 - event["DTSTART"].dt.year)
            days += sum(366 * years * _times_a_day(rule) for rule in _all(event, "RRULE"))
        for observance in (*calendar.walk("STANDARD"), *calendar.walk("DAYLIGHT")):
            if any(_is_too_often(rule) for rule in _all(observance, "RRULE")):
                raise UnreadableCalendar("A time zone in this file changes too often.", field="file")
    if days > _MOST_DAYS:
        raise UnreadableCalendar("Too many events of this file repeat since too long ago.", field="file")


def _occurrences(calendar: Parsed, zone: str, now: datetime) -> Iterator[Entry]:
    # A day more on both sides: local days and floating times are compared without a zone.
    found = recurring_ical_events.of(calendar).between(now - _DAY, now + AHEAD + _DAY)
    for event in found:
        if _is_cancelled(event):
            continue
        start, end = _instant(event["DTSTART"].dt, zone), _instant(event["DTEND"].dt, zone)
        # An event between two and three has no length in the night in which there is no such hour.
        if start < end and end > now and start < now + AHEAD:
            number, summary = event[_NUMBER], str(event.get("SUMMARY", "")).strip()
            yield Entry(number, summary, tuple(_attendees(event)), start, end)


def _is_cancelled(component: Parsed) -> bool:
    return str(component.get("STATUS", "")).upper() == "CANCELLED"


def _attendees(event: Parsed) -> Iterator[str]:
    """Addresses of those who may come: no rooms, and nobody who declined."""
    for attendee in _all(event, "ATTENDEE"):
        params = attendee.params
        kind, answer = str(params.get("CUTYPE", "")).upper(), str(params.get("PARTSTAT", "")).upper()
        scheme, _, address = str(attendee).partition(":")
        if scheme.lower() == "mailto" and kind not in {"ROOM", "RESOURCE"} and answer != "DECLINED":
            yield address.strip()


def _instant(at: date, zone: str) -> datetime:
    """A time that the clock skips is read with the offset before the jump, one that it shows twice as the first of
    them (RFC 5545, 3.3.5)."""
    local = at if isinstance(at, datetime) else datetime.combine(at, time())
    if not local.tzinfo:
        local = local.replace(tzinfo=ZoneInfo(zone))
    instant = local.astimezone(UTC)
    wall = local.replace(tzinfo=None)
    if instant.astimezone(local.tzinfo).replace(tzinfo=None) == wall:
        return instant
    before = (local - _DAY).utcoffset()
    assert before is not None, "local has a zone"
    return (wall - before).replace(tzinfo=UTC)
