"""Whose turn is it? One plan's line of turns on the clock of its zone, cut by its windows. Pure.

Turns are numbered from 0. Their bounds lie on the wall clock, `length` units apart, and become instants only at the end
(see wallclock.py): finding the turn of an instant is a division and takes as long for a plan that began in 2000.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import count
from math import lcm
from uuid import UUID

from pulsar.oncall.rules import DAY, WEEK, Plan, Window
from pulsar.oncall.wallclock import instant_of, wall_of

Span = tuple[datetime, datetime]
_HOUR = timedelta(hours=1)


def bound(plan: Plan, number: int) -> datetime:
    """The wall time at which this turn begins, by the clock alone."""
    return plan.first_bound + number * plan.step


def turn_at(plan: Plan, at: datetime) -> int | None:
    """The number of the turn that this instant falls into; None before the plan starts and after it ends."""
    if at < instant_of(plan.starts, plan.zone) or (plan.ends and at >= instant_of(plan.ends, plan.zone)):
        return None
    number = (wall_of(at, plan.zone) - bound(plan, 0)) // plan.step
    # In a repeated hour the clock shows less than it did: turns that began in its first pass have begun.
    while instant_of(bound(plan, number + 1), plan.zone) <= at:
        number += 1
    return number


def turns_between(plan: Plan, start: datetime, end: datetime) -> Iterator[int]:
    """The numbers of the turns that touch this span of instants."""
    first = 0 if start < instant_of(plan.starts, plan.zone) else turn_at(plan, start)
    for number in count(first) if first is not None else ():
        begins, ends = _walls(plan, number)
        if begins >= ends or instant_of(begins, plan.zone) >= end:
            return
        yield number


def end_of_turn(plan: Plan, number: int) -> datetime:
    """As an instant."""
    return instant_of(_walls(plan, number)[1], plan.zone)


def place_of(plan: Plan, number: int) -> int:
    """Which of the participants has this turn: the index in the list. There must be some."""
    return (_counted(plan, number) + plan.phase) % len(plan.participants)


def participant(plan: Plan, number: int) -> UUID | None:
    return plan.participants[place_of(plan, number)] if plan.participants else None


def is_open(plan: Plan, number: int) -> bool:
    """Whether this turn has any time in which its participant is on call."""
    return any(True for _ in open_walls(plan, *_walls(plan, number)))


def spans_of(plan: Plan, number: int) -> Iterator[Span]:
    """The instants between which the turn's participant is on call. A skipped hour can bring windows together."""
    walls = open_walls(plan, *_walls(plan, number))
    return _joined((instant_of(opens, plan.zone), instant_of(closes, plan.zone)) for opens, closes in walls)


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Those that touch, as one; without empty ones. They come in order."""
    held: Span | None = None
    for start, end in spans:
        if start >= end:
            continue
        if held and held[1] == start:
            held = held[0], end
            continue
        if held:
            yield held
        held = start, end
    if held:
        yield held


def _walls(plan: Plan, number: int) -> Span:
    start, end = max(bound(plan, number), plan.starts), bound(plan, number + 1)
    return start, min(end, plan.ends) if plan.ends else end


def open_walls(plan: Plan, start: datetime, end: datetime) -> Iterator[Span]:
    """The parts of this stretch of wall time that lie in the plan's windows."""
    return _joined(_pieces(plan, start, end))


def _pieces(plan: Plan, start: datetime, end: datetime) -> Iterator[Span]:
    if not plan.windows:
        yield start, end
        return
    week = datetime.combine(start.date() - timedelta(days=start.weekday()), datetime.min.time())
    while week < end:
        since, until = start - week, end - week
        for opens, closes in _open_in_a_week(plan.windows):
            if since < closes and opens < until:
                yield week + max(opens, since), week + min(closes, until)
        week += WEEK


@lru_cache(maxsize=4096)
def _open_in_a_week(windows: tuple[Window, ...]) -> tuple[tuple[timedelta, timedelta], ...]:
    """Counted from Monday, 00:00; in order, none touching another. What runs past Sunday is at both ends."""
    pieces = []
    for window in windows:
        for day in window.days or range(1, 8):
            start = (day - 1) * DAY + timedelta(hours=window.start.hour, minutes=window.start.minute)
            end = start + window.length
            pieces.append((start, min(end, WEEK)))
            if end > WEEK:
                pieces.append((timedelta(), end - WEEK))
    merged: list[tuple[timedelta, timedelta]] = []
    for start, end in sorted(pieces):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)


def _counted(plan: Plan, number: int) -> int:
    """How many turns count before this one."""
    if plan.turns == "calendar" or not plan.windows or number == 0:
        return number
    pattern = _open_turns(plan.windows, plan.step, _into_the_week(bound(plan, 0)))
    rounds, rest = divmod(number, len(pattern))
    count = rounds * sum(pattern) + sum(pattern[:rest])
    # The first turn may be shortened to a part in which nothing is open.
    return count - (pattern[0] and not is_open(plan, 0))


def _into_the_week(wall: datetime) -> timedelta:
    return wall.weekday() * DAY + (wall - datetime.combine(wall.date(), datetime.min.time()))


@lru_cache(maxsize=4096)
def _open_turns(windows: tuple[Window, ...], step: timedelta, into_the_week: timedelta) -> tuple[bool, ...]:
    """Which turns have something open. Turns and weeks come together again after their least common multiple, so that
    many turns tell of all."""
    many = lcm(step // _HOUR, WEEK // _HOUR) * _HOUR // step
    first = datetime(2001, 1, 1) + into_the_week  # a Monday
    plan = Plan(zone="UTC", unit="hours", length=step // _HOUR, starts=first, windows=windows)
    return tuple(is_open(plan, number) for number in range(many))
