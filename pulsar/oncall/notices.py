"""Who is to be told of a shift, and when is the next to be told? Pure.

Shifts of one person that touch are one, so nobody is told at a handoff to themselves. What could not be told in time is
told late, as long as it is true; after half an hour it is old news.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pulsar.oncall.calendar import joined, shifts
from pulsar.oncall.rules import EVER, Schedule

LATEST = timedelta(minutes=30)
LONGEST_BEFORE = timedelta(days=7)
# A schedule that nobody changes is looked at this often even if nothing is to be told.
LOOK_AGAIN = timedelta(days=7)

AT_START = timedelta()
_BACK = LATEST + timedelta(minutes=1)
# As far as notices are told before the next look, and far enough to see when most shifts end.
_AHEAD = LOOK_AGAIN + LONGEST_BEFORE + timedelta(days=32)


@dataclass(frozen=True)
class Wish:
    """How long before a shift somebody wants to be told; AT_START is at its start. Said at `since`: what was to be told
    before that, nobody has asked for."""

    before: tuple[timedelta, ...] = (AT_START,)
    since: datetime = EVER


@dataclass(frozen=True)
class Notice:
    user_id: UUID
    start: datetime
    end: datetime | None
    """None: not within weeks."""
    before: timedelta


def span_to_look_at(now: datetime) -> tuple[datetime, datetime]:
    return now - _BACK, now + _AHEAD


def notices(schedule: Schedule, wishes: Mapping[UUID, Wish], now: datetime) -> tuple[list[Notice], datetime]:
    """Those that are to be told now, and when to look again. Who has no wish is not told: they cannot be."""
    start, end = span_to_look_at(now)
    due: list[Notice] = []
    ahead = [now + LOOK_AGAIN]
    for shift in joined(shifts(schedule, start, end)):
        wish = wishes.get(shift.user_id)
        if not wish or shift.start <= start:  # it has been running
            continue
        times = {before: shift.start - before for before in wish.before}
        ahead += (at for at in times.values() if at > now)
        late = [before for before, at in times.items() if max(now - LATEST, wish.since) <= at <= now]
        # Of several that came late the last; one from before the start is not true any more after it.
        if late and shift.end > now and (min(late) == AT_START or shift.start > now):
            until = shift.end if shift.end < end else None
            due.append(Notice(shift.user_id, shift.start, until, min(late)))
    return due, min(ahead)
