"""What does a calendar program show of who is on call? Shifts as an iCalendar file (RFC 5545, 7986). Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID, uuid5

from icalendar import TRANSP, Calendar, Event
from icalendar.prop import vDuration, vText, vUri

from pulsar.oncall.calendar import Shift, joined, shifts
from pulsar.oncall.rules import Schedule

BEHIND, AHEAD = timedelta(days=30), timedelta(days=180)
REFRESH = timedelta(hours=1)
# Of more, what lies farthest ahead is left away: no calendar shows that many.
MOST_ENTRIES = 5000

_PRODUCT = "-//Pulsar//On call//EN"


@dataclass(frozen=True)
class Duty:
    """A schedule as a feed shows it: all of its shifts, or only one person's."""

    id: UUID
    name: str
    link: str
    schedule: Schedule


@dataclass(frozen=True)
class Entry:
    """One event of the feed. `uid` is the same in every fetch, so that a shift that changed replaces what was there."""

    uid: str
    start: datetime
    end: datetime
    summary: str
    link: str


def window(now: datetime) -> tuple[datetime, datetime]:
    """What a feed shows. It moves on once a day, so that a feed stays the same meanwhile."""
    today = datetime.combine(now.date(), time(), now.tzinfo)
    return today - BEHIND, today + AHEAD


def entries(duties: Iterable[Duty], names: dict[UUID, str], now: datetime, only: UUID | None = None) -> list[Entry]:
    """`names` are the people's; with `only` it is that person's shifts alone."""
    start, end = window(now)
    found = [
        Entry(
            uid=_uid(duty.id, shift, start),
            start=shift.start,
            end=shift.end,
            summary=f"{names.get(shift.user_id, 'Somebody')} on call: {duty.name}",
            link=duty.link,
        )
        for duty in duties
        for shift in joined(s for s in shifts(duty.schedule, start, end) if only in (None, s.user_id))
    ]
    return sorted(found, key=lambda entry: (entry.start, entry.uid))[:MOST_ENTRIES]


def _uid(schedule_id: UUID, shift: Shift, since: datetime) -> str:
    """By its start: the end is what overrides and edits move. Where the feed begins in the middle of a shift, its
    start moves on with every day, and is no name for it."""
    begins = "running" if shift.start <= since else shift.start.isoformat()
    return f"{uuid5(schedule_id, f'{shift.user_id} {begins}')}@pulsar"


def etag(name: str, found: Sequence[Entry]) -> str:
    """Weak: of what the feed says, without the time at which it says so."""
    said = repr((name, found)).encode()
    return f'W/"{hashlib.sha256(said).hexdigest()[:32]}"'


def calendar_file(feed_id: UUID, name: str, found: Sequence[Entry], now: datetime) -> bytes:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", _PRODUCT)
    calendar.add("uid", f"{feed_id}@pulsar")
    # As text, or a semicolon in it would not be escaped; the second is what most programs read.
    calendar.add("name", vText(_line(name)))
    calendar.add("x-wr-calname", vText(_line(name)))
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    for entry in found:
        calendar.add_component(_event(entry, now))
    return bytes(calendar.to_ical())


def _event(entry: Entry, now: datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", now)
    event.add("dtstart", entry.start)
    event.add("dtend", entry.end)
    event.add("summary", vText(_line(entry.summary)))
    event.add("url", vUri(entry.link))
    # Being on call is no appointment: who looks for a free hour finds it.
    event.add("transp", TRANSP.TRANSPARENT)
    return event


def _line(text: str) -> str:
    """Names may have anything in them; a file for calendars takes no control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
