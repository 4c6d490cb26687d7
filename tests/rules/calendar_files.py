"""Calendar files, and time zones in them as the programs that are used write them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_STEP = timedelta(hours=12)


def file(*events: str, head: tuple[str, ...] = ()) -> bytes:
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tests//EN", *head, *events, "END:VCALENDAR", "")
    return "\r\n".join(lines).encode()


def event(*lines: str) -> str:
    """A day long, unless the lines say otherwise."""
    timed = any(line.startswith("DTSTART") and "VALUE=DATE:" not in line for line in lines)
    ended = any(line.startswith(("DTEND", "DURATION")) for line in lines)
    more = ["DURATION:P1D"] if timed and not ended else []
    return "\r\n".join(("BEGIN:VEVENT", *lines, *more, "END:VEVENT"))


def transitions(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, timedelta, timedelta]]:
    """When its clocks change, and between which offsets, to the minute."""
    return iter(_transitions(zone.key, start, end))


@cache
def _transitions(name: str, start: datetime, end: datetime) -> list[tuple[datetime, timedelta, timedelta]]:
    zone, found = ZoneInfo(name), []
    at, offset = start, _offset_at(start, zone)
    while at < end:
        at += _STEP
        if (changed := _offset_at(at, zone)) != offset:
            minute = at - _STEP
            while _offset_at(minute, zone) == offset:
                minute += timedelta(minutes=1)
            found.append((minute, offset, changed))
            offset = changed
    return found


def _offset_at(at: datetime, zone: ZoneInfo) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"


def _observance(wall: str, before: timedelta, after: timedelta, *more: str) -> list[str]:
    kind = "DAYLIGHT" if after > before else "STANDARD"
    offsets = (f"TZOFFSETFROM:{_offset(before)}", f"TZOFFSETTO:{_offset(after)}")
    return [f"BEGIN:{kind}", f"DTSTART:{wall}", *offsets, *more, f"END:{kind}"]


def as_outlook_writes(zone: ZoneInfo, tzid: str, year: int) -> list[str] | None:
    """Rules since 1601, no names. None for a zone that has no such rules."""
    changes = list(transitions(zone, datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)))
    if len(changes) != 2:
        return None
    lines = ["BEGIN:VTIMEZONE", f"TZID:{tzid}"]
    for at, before, after in changes:
        wall = (at + before).replace(tzinfo=None)
        last = (wall + timedelta(days=7)).month != wall.month
        which = -1 if last else (wall.day - 1) // 7 + 1
        rule = f"RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY={which}{_DAYS[wall.weekday()]};BYMONTH={wall.month}"
        lines += _observance(f"16010101T{wall:%H%M%S}", before, after, rule)
    return [*lines, "END:VTIMEZONE"]


def as_apple_writes(zone: ZoneInfo, tzid: str, start: datetime, end: datetime) -> list[str]:
    """Each change of the time by its date, with names, and what held before them."""
    first = _offset_at(start, zone)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{tzid}", f"X-LIC-LOCATION:{zone.key}"]
    lines += _observance("18930401T000632", first, first, "TZNAME:LMT")
    for at, before, after in transitions(zone, start, end):
        wall = f"{at + before:%Y%m%dT%H%M%S}"
        lines += _observance(wall, before, after, f"RDATE:{wall}", f"TZNAME:GMT{_offset(after)}")
    return [*lines, "END:VTIMEZONE"]


def as_google_writes(zone: ZoneInfo, tzid: str, year: int) -> list[str] | None:
    """Rules since 1970, with names and the IANA name beside its own."""
    lines = as_outlook_writes(zone, tzid, year)
    return lines and [line.replace("DTSTART:1601", "DTSTART:1970").replace("INTERVAL=1;", "") for line in lines]
