"""Who is on call, when? The shifts of a schedule over any span, and at one instant. Pure: no database, no clock.

Every rotation is a lane; an override stands in the lane of its rotation, and one for all rotations in a lane of its
own, below which the others are empty.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, groupby, pairwise
from uuid import UUID

from pulsar.oncall.rules import Override, Plan, Rotation, Schedule
from pulsar.oncall.turns import Span, participant, spans_of, turns_between

_AN_INSTANT = timedelta(microseconds=1)
# How far ahead is looked for the next person: first near, where they mostly are.
_LOOK_AHEAD = (timedelta(days=8), timedelta(days=60), timedelta(days=400))


@dataclass(frozen=True, slots=True)
class Shift:
    """One person on call without a break, for one reason: the turn of a rotation, or an override (of all rotations if
    `rotation_id` is None), and then in whose place."""

    start: datetime
    end: datetime
    user_id: UUID
    rotation_id: UUID | None
    override_id: UUID | None = None
    replaced: tuple[UUID, ...] = ()


def on_call(schedule: Schedule, at: datetime) -> tuple[Shift, ...]:
    """The shifts that this instant falls into, whole; empty when nobody is on call."""
    own = tuple(shift for rotation in schedule.rotations for shift in _own_shifts(rotation, at, at + _AN_INSTANT))
    around = [(shift.start, shift.end) for shift in own]
    around += ((one.start, one.end) for one in schedule.overrides if one.start <= at < one.end)
    if not around:
        return ()
    start, end = min(start for start, _ in around), max(end for _, end in around)
    if not any(one.start < end and start < one.end for one in schedule.overrides):
        return own
    return tuple(shift for shift in shifts(schedule, start, end) if shift.start <= at < shift.end)


def shifts(schedule: Schedule, start: datetime, end: datetime) -> list[Shift]:
    """All shifts that lie in the span, in their order, cut to it."""
    if start >= end:
        return []
    lanes = {r.id: list(_cut(_own_shifts(r, start, end), start, end)) for r in schedule.rotations}
    found = _overridden(schedule, lanes, start, end) if schedule.overrides else chain.from_iterable(lanes.values())
    return sorted(found, key=lambda shift: (shift.start, str(shift.rotation_id)))


def planned(schedule: Schedule, start: datetime, end: datetime) -> list[Shift]:
    """As if there were no overrides."""
    return shifts(replace(schedule, overrides=()), start, end)


def gaps(schedule: Schedule, start: datetime, end: datetime) -> list[Span]:
    """When nobody at all is on call."""
    return uncovered(shifts(schedule, start, end), start, end)


def uncovered(shifts: Iterable[Shift], start: datetime, end: datetime) -> list[Span]:
    """The parts of the span in which none of its shifts lies."""
    found, covered_to = [], start
    for shift in shifts:
        if shift.start > covered_to:
            found.append((covered_to, shift.start))
        covered_to = max(covered_to, shift.end)
    return [*found, (covered_to, end)] if covered_to < end else found


def next_on_call(schedule: Schedule, at: datetime) -> tuple[Shift, ...]:
    """In each rotation the next shift of somebody else, if one comes within 400 days; and that of an override of all
    rotations, if it comes no later than the last of those."""
    now = {shift.rotation_id: shift.user_id for shift in on_call(schedule, at)}
    coming = {o.rotation_id for o in schedule.overrides if at < o.start and o.user_id != now.get(o.rotation_id)}
    others = {r.id for r in schedule.rotations if r.id in coming or _has_others(r, at, now.get(r.id))}
    found: dict[UUID | None, datetime] = {}
    for span in _LOOK_AHEAD:
        for shift in shifts(schedule, at, at + span):
            if shift.start > at and shift.user_id != now.get(shift.rotation_id):
                found.setdefault(shift.rotation_id, shift.start)
        if found.keys() >= (others or coming):
            break
    last = max((start for lane, start in found.items() if lane), default=at + span)
    # Asked for anew, since the span that was looked through may have cut them.
    whole = (
        s for lane, start in found.items() if start <= last for s in on_call(schedule, start) if s.rotation_id == lane
    )
    return tuple(sorted(whole, key=lambda shift: shift.start))


def _has_others(rotation: Rotation, at: datetime, user_id: UUID | None) -> bool:
    plans = (plan for _, until, plan in rotation.plans() if until > at)
    return any(one and one != user_id for plan in plans for one in plan.participants)


def joined(found: Iterable[Shift]) -> list[Shift]:
    """Shifts of one person that touch, as one: turn after turn, or across an edit or an override. Of the parts the
    first says why."""
    whole: list[Shift] = []
    for _, own in groupby(sorted(found, key=lambda s: (str(s.user_id), s.start)), key=lambda s: s.user_id):
        for shift in own:
            if whole and whole[-1].user_id == shift.user_id and shift.start <= whole[-1].end:
                whole[-1] = replace(whole[-1], end=max(whole[-1].end, shift.end))
            else:
                whole.append(shift)
    return sorted(whole, key=lambda shift: shift.start)


def _own_shifts(rotation: Rotation, start: datetime, end: datetime) -> Iterator[Shift]:
    """What the rotation's plans give that touches the span, in order; only cut where an edit took effect."""
    for since, until, plan in rotation.plans():
        if since < end and start < until:
            yield from _cut(_turns(rotation.id, plan, max(start, since), min(end, until)), since, until)


def _turns(rotation_id: UUID, plan: Plan, start: datetime, end: datetime) -> Iterator[Shift]:
    for number in turns_between(plan, start, end):
        if user_id := participant(plan, number):
            for opens, closes in spans_of(plan, number):
                if opens < end and start < closes:
                    yield Shift(opens, closes, user_id, rotation_id)


def _cut(found: Iterable[Shift], start: datetime, end: datetime) -> Iterator[Shift]:
    for shift in found:
        if shift.start < end and start < shift.end:
            whole = start <= shift.start and shift.end <= end
            yield shift if whole else replace(shift, start=max(shift.start, start), end=min(shift.end, end))


@dataclass(frozen=True)
class _Reign:
    """A time in which the same overrides hold: `wide` for all rotations, `own` for one each."""

    start: datetime
    end: datetime
    wide: Override | None
    own: dict[UUID | None, Override]

    def holder(self, rotation_id: UUID | None) -> Override | None:
        return self.own.get(rotation_id) or self.wide


def _overridden(schedule: Schedule, lanes: dict[UUID, list[Shift]], start: datetime, end: datetime) -> Iterator[Shift]:
    reigns = list(_reigns(schedule, start, end))
    below_wide: list[list[Shift]] = []
    for rotation_id, lane in lanes.items():
        below_wide.append([])
        for holder, since, until in _stretches(reigns, rotation_id):
            if not holder:
                yield from _cut(_within(lane, since, until), since, until)
            elif holder.rotation_id:
                yield from _in_place(holder, [lane], since, until)
            else:
                below_wide[-1] += _cut(_within(lane, since, until), since, until)
    for holder, since, until in _stretches(reigns, None):
        if holder:
            yield from _in_place(holder, below_wide, since, until)


def _reigns(schedule: Schedule, start: datetime, end: datetime) -> Iterator[_Reign]:
    coming = [one for one in schedule.overrides if one.start < end and start < one.end]
    edits = (r.effective_at for rotation in schedule.rotations for r in rotation.revisions if r.effective_at)
    bounds = {start, end, *edits, *(one.start for one in coming), *(one.end for one in coming)}
    coming.sort(key=lambda one: one.start, reverse=True)
    here: list[Override] = []
    for since, until in pairwise(sorted(at for at in bounds if start <= at <= end)):
        here = [one for one in here if one.end > since]
        while coming and coming[-1].start <= since:
            here.append(coming.pop())
        yield _Reign(since, until, *_holding(schedule.rotations, here, since))


def _holding(
    rotations: Sequence[Rotation], here: Iterable[Override], at: datetime
) -> tuple[Override | None, dict[UUID | None, Override]]:
    """The newest wins, in each lane. One for all rotations that is older than each one's own holds nowhere."""
    newest: dict[UUID | None, Override] = {one.rotation_id: one for one in sorted(here, key=lambda one: one.age)}
    wide = newest.pop(None, None)
    there: set[UUID | None] = {rotation.id for rotation in rotations if rotation.plan_at(at)}
    own = {key: one for key, one in newest.items() if key in there and (not wide or one.age > wide.age)}
    return (None if there and own.keys() == there else wide), own


def _stretches(
    reigns: Sequence[_Reign], rotation_id: UUID | None
) -> Iterator[tuple[Override | None, datetime, datetime]]:
    for holder, group in groupby(reigns, key=lambda reign: reign.holder(rotation_id)):
        same = list(group)
        yield holder, same[0].start, same[-1].end


def _within(lane: list[Shift], start: datetime, end: datetime) -> Iterator[Shift]:
    """Those of a lane that touch the span; a lane is in order and does not overlap."""
    for i in range(bisect_right(lane, start, key=lambda shift: shift.end), len(lane)):
        if lane[i].start >= end:
            return
        yield lane[i]


def _in_place(holder: Override, lanes: Iterable[list[Shift]], start: datetime, end: datetime) -> Iterator[Shift]:
    """The override, in as many parts as there are changes below it."""
    below: Counter[UUID] = Counter()
    changes: dict[datetime, list[tuple[UUID, int]]] = {start: []}
    for lane in lanes:
        for shift in _within(lane, start, end):
            changes.setdefault(max(shift.start, start), []).append((shift.user_id, 1))
            changes.setdefault(shift.end, []).append((shift.user_id, -1))
    parts: list[tuple[datetime, tuple[UUID, ...]]] = []
    for at in sorted(at for at in changes if at < end):
        for user_id, step in changes[at]:
            below[user_id] += step
        replaced = tuple(sorted(+below))
        if not parts or parts[-1][1] != replaced:
            parts.append((at, replaced))
    ends = [at for at, _ in parts[1:]] + [end]
    for (since, replaced), until in zip(parts, ends, strict=True):
        yield Shift(since, until, holder.user_id, holder.rotation_id, holder.id, replaced)
