"""What does an edit change, and from when on? Pure.

The past stays as it was: an edit is a revision that holds from an instant on. It does not change who is on call at
that moment, as long as the person is still in the list: the order goes on from there.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal
from uuid import UUID

from pulsar.oncall.calendar import Shift
from pulsar.oncall.rules import Plan, Revision, Rotation
from pulsar.oncall.turns import bound, end_of_turn, is_open, place_of, turn_at
from pulsar.oncall.wallclock import instant_of

Effective = Literal["now", "end_of_shift", "end_of_round"]

_AN_INSTANT = timedelta(microseconds=1)


def revised(rotation: Rotation, plan: Plan | None, effective: Effective, now: datetime) -> Rotation:
    """With the new plan, or removed if there is None. What was to take effect at that instant or later is dropped."""
    at = effective_at(rotation, effective, now)
    kept = replace(
        rotation, revisions=tuple(r for r in rotation.revisions if not r.effective_at or r.effective_at < at)
    )
    if plan and not any(r.plan and any(r.plan.participants) for r in kept.revisions):
        # It is only now being set up: what its first people's plan says of the past contradicts nothing.
        return replace(kept, revisions=(Revision(None, plan),))
    if plan:
        # The turn that ends there, or the one that this edit falls into.
        running_at = at if effective == "now" else at - _AN_INSTANT
        plan = replace(plan, phase=_phase(kept.plan_at(running_at), plan, effective, at, running_at))
    return replace(kept, revisions=(*kept.revisions, Revision(at, plan)))


def effective_at(rotation: Rotation, effective: Effective, now: datetime) -> datetime:
    """Now, or when the turn, or the round of turns, that is running ends; now as well if none is."""
    plan = rotation.plan_at(now)
    number = turn_at(plan, now) if plan else None
    if plan is None or number is None or not plan.participants or effective == "now":
        return now
    return end_of_turn(plan, number if effective == "end_of_shift" else _last_of_round(plan, number))


def _last_of_round(plan: Plan, number: int) -> int:
    """Turns that are not counted belong to the round before."""
    following = number + 1
    while not (place_of(plan, following) == 0 and (plan.turns == "calendar" or is_open(plan, following))):
        following += 1
        if plan.ends and bound(plan, following) >= plan.ends:
            break
    return following - 1


def _phase(before: Plan | None, after: Plan, effective: Effective, at: datetime, running_at: datetime) -> int:
    """Makes the new order go on where the old one stops, unless an edit for now lays out the turns anew."""
    running = turn_at(before, running_at) if before else None
    number = turn_at(after, at)
    if before is None or running is None or number is None or not (before.participants and after.participants):
        return 0
    if effective == "now" and _layout(before) != _layout(after):
        return 0
    wanted = 0
    if effective != "end_of_round":
        wanted = _place_after_edit(before, after, place_of(before, running), following=effective == "end_of_shift")
    if effective != "now" and _mostly_over(after, number, at):
        number += 1  # With a later handoff the one who follows would have a turn of an hour, and that would be it.
    return (wanted - place_of(replace(after, phase=0), number)) % len(after.participants)


def _mostly_over(plan: Plan, number: int, at: datetime) -> bool:
    return end_of_turn(plan, number) - at < at - instant_of(bound(plan, number), plan.zone)


def _layout(plan: Plan) -> tuple[object, ...]:
    return plan.starts.date(), plan.unit, plan.length, plan.handoff_day


def _place_after_edit(before: Plan, after: Plan, place: int, *, following: bool) -> int:
    """Where in the new list the one is who has the turn, or who follows; who was taken out is followed by the one who
    moved up."""
    places = [i for i, one in enumerate(after.participants) if one == before.participants[place]]
    if not places:
        return place % len(after.participants)
    kept = min(places, key=lambda i: abs(i - place))
    return (kept + following) % len(after.participants)


@dataclass(frozen=True)
class Change:
    """A span in which other people would be on call than before."""

    start: datetime
    end: datetime
    before: frozenset[UUID]
    after: frozenset[UUID]


def changes(before: Sequence[Shift], after: Sequence[Shift]) -> list[Change]:
    """Of two lists of shifts over the same span; neighbours that change alike are one."""
    bounds = sorted({at for shift in (*before, *after) for at in (shift.start, shift.end)})
    found: list[Change] = []
    people = zip(pairwise(bounds), _people(before, bounds), _people(after, bounds), strict=False)
    for (start, end), was, becomes in people:
        if was == becomes:
            continue
        last = found[-1] if found else None
        if last and last.end == start and (last.before, last.after) == (was, becomes):
            found[-1] = replace(last, end=end)
        else:
            found.append(Change(start, end, was, becomes))
    return found


def _people(shifts: Sequence[Shift], bounds: Sequence[datetime]) -> list[frozenset[UUID]]:
    """Who is on call from each of these instants on."""
    steps: dict[datetime, list[tuple[UUID, int]]] = defaultdict(list)
    for shift in shifts:
        steps[shift.start].append((shift.user_id, 1))
        steps[shift.end].append((shift.user_id, -1))
    here: dict[UUID, int] = defaultdict(int)
    found = []
    for at in bounds:
        for user_id, step in steps[at]:
            here[user_id] += step
        found.append(frozenset(user_id for user_id, times in here.items() if times))
    return found


def hours(shifts: Sequence[Shift]) -> dict[UUID, timedelta]:
    """How long each person is on call; who is twice at once, once."""
    bounds = sorted({at for shift in shifts for at in (shift.start, shift.end)})
    sums: dict[UUID, timedelta] = defaultdict(timedelta)
    for (start, end), people in zip(pairwise(bounds), _people(shifts, bounds), strict=False):
        for user_id in people:
            sums[user_id] += end - start
    return dict(sums)
