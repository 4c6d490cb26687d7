"""Which days, weeks and nights lie in a span, by the clock on the wall of a zone? Pure.

The database is given the instants that come of it, so that only one side knows about zones.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import takewhile

from pulsar.oncall.wallclock import instant_of, wall_of

A_DAY = timedelta(days=1)
NIGHT_BEGINS, NIGHT_ENDS = time(22), time(7)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS = 24 * len(WEEKDAYS)


class Step(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Bucket:
    """A day, or the week or month that begins with it."""

    day: date
    start: datetime


def day_begins(day: date, zone: str) -> datetime:
    """At midnight, or where the clocks jump over it, with the first instant after."""
    return instant_of(datetime.combine(day, time()), zone)


def buckets(start: datetime, end: datetime, zone: str, step: Step) -> list[Bucket]:
    """Those that the span touches; the first may have begun before it."""
    every = (Bucket(day, day_begins(day, zone)) for day in _days(wall_of(start, zone).date(), step))
    return list(takewhile(lambda bucket: bucket.start < end, every))


def _days(day: date, step: Step) -> Iterator[date]:
    if step is Step.WEEK:
        day -= timedelta(days=day.weekday())
    elif step is Step.MONTH:
        day = day.replace(day=1)
    while True:
        yield day
        if step is Step.MONTH:
            day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        else:
            day += timedelta(days=7 if step is Step.WEEK else 1)


@dataclass(frozen=True)
class Offset:
    """How far the zone's clocks are ahead of UTC, from this instant on."""

    since: datetime
    ahead: timedelta


def offsets(zone: str, start: datetime, end: datetime) -> list[Offset]:
    """The first holds at the start; then one for each change of the clocks within the span."""
    found = [Offset(start, _ahead(start, zone))]
    at = start
    while at < end:
        following = min(at + A_DAY, end)
        if _ahead(following, zone) != found[-1].ahead:
            found.append(_change(zone, at, following))
        at = following
    return found


def _ahead(at: datetime, zone: str) -> timedelta:
    return wall_of(at, zone) - at.astimezone(UTC).replace(tzinfo=None)


def _change(zone: str, before: datetime, after: datetime) -> Offset:
    ahead = _ahead(after, zone)
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle <= before:
            break
        before, after = (before, middle) if _ahead(middle, zone) == ahead else (middle, after)
    return Offset(after.replace(microsecond=0), ahead)


def hour_name(hour: int) -> str:
    """Of an hour of the week, counted from Monday's midnight."""
    return f"{WEEKDAYS[hour // 24]} {hour % 24:02}:00"


def at_night(spans: Iterable[tuple[datetime, datetime]], zone: str) -> timedelta:
    """How much of these spans, which do not overlap, lies between ten in the evening and seven in the morning."""
    total = timedelta()
    for start, end in spans:
        day, last = wall_of(start, zone).date() - A_DAY, wall_of(end, zone).date()
        while day <= last:
            begins = instant_of(datetime.combine(day, NIGHT_BEGINS), zone)
            ends = instant_of(datetime.combine(day + A_DAY, NIGHT_ENDS), zone)
            total += max(timedelta(), min(end, ends) - max(start, begins))
            day += A_DAY
    return total
