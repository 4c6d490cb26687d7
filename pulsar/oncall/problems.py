"""What is wrong with a schedule, so that somebody should look at it before it matters? Pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from pulsar.oncall.calendar import gaps
from pulsar.oncall.rules import Plan, Rotation, Schedule
from pulsar.oncall.wallclock import instant_of
from pulsar.oncall.wording import instant_in_words

Kind = Literal["no_rotation", "empty_rotation", "ended_rotation", "inactive_participant", "inactive_override", "gap"]

LOOK_AHEAD = timedelta(weeks=4)


@dataclass(frozen=True)
class ScheduleProblem:
    kind: Kind
    rotation_id: UUID | None = None
    user_id: UUID | None = None
    at: datetime | None = None


_WORDS: dict[Kind, str] = {
    "no_rotation": "There is no rotation, so nobody takes turns.",
    "empty_rotation": "{rotation} has nobody in it.",
    "ended_rotation": "{rotation} has ended.",
    "inactive_participant": "{user} is deactivated, and still takes turns in {rotation}.",
    "inactive_override": "{user} is deactivated, and still stands in for others.",
    "gap": "Nobody is on call from {when} ({zone}) on: the first gap of the next four weeks.",
}


def words(problem: ScheduleProblem, rotation: str, user: str, zone: str) -> str:
    """For people, with the names of the rotation and the person, on the clock of the schedule."""
    when = instant_in_words(problem.at, zone) if problem.at else ""
    return _WORDS[problem.kind].format(rotation=rotation, user=user, when=when, zone=zone)


def problems(
    schedule: Schedule,
    rotations: Sequence[Rotation],
    members: Collection[UUID],
    now: datetime,
    *,
    warn_about_gaps: bool,
) -> list[ScheduleProblem]:
    """`rotations` are those that were not removed, `members` the people who can be paged."""
    found = [problem for rotation in rotations for problem in _of_rotation(rotation, members, now)]
    found += (
        ScheduleProblem("inactive_override", one.rotation_id, one.user_id, max(one.start, now))
        for one in schedule.overrides
        if one.end > now and one.user_id not in members
    )
    if not rotations:
        return [ScheduleProblem("no_rotation"), *found]
    if warn_about_gaps and (open_ := gaps(schedule, now, now + LOOK_AHEAD)):
        found.append(ScheduleProblem("gap", at=open_[0][0]))
    return found


def _of_rotation(rotation: Rotation, members: Collection[UUID], now: datetime) -> Iterator[ScheduleProblem]:
    plan = rotation.plan_at(now)
    if plan and plan.ends and instant_of(plan.ends, plan.zone) <= now:
        yield ScheduleProblem("ended_rotation", rotation.id, at=instant_of(plan.ends, plan.zone))
    elif plan and not any(plan.participants):
        yield ScheduleProblem("empty_rotation", rotation.id)
    else:
        yield from (
            ScheduleProblem("inactive_participant", rotation.id, gone)
            for gone in sorted(_people_from(rotation, now) - set(members))
        )


def _people_from(rotation: Rotation, now: datetime) -> set[UUID]:
    """Who has a place in it, now or by an edit that is still to take effect."""
    coming: list[Plan] = [plan for _, until, plan in rotation.plans() if until > now]
    return {one for plan in coming for one in plan.participants if one}
