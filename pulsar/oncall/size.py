"""How many shifts are that, at most? So that no question makes the server count for minutes. Pure."""

from collections.abc import Iterable
from datetime import datetime

from pulsar.oncall.rules import DAY, Plan, Rotation, Schedule

MOST_A_DAY = 200
"""Handoffs of all rotations of one schedule: fifty that hand over once a day and keep office hours have half of it."""

MOST_SHIFTS = 20_000
"""In one answer."""


def a_day(plan: Plan) -> float:
    """How often somebody begins to be on call: at each handoff, and each time that a window opens."""
    return DAY / plan.step + sum(len(window.days) or 7 for window in plan.windows) / 7


def busy(rotations: Iterable[Rotation]) -> bool:
    """Whether they would hand over more often than a schedule may."""
    return sum(_most_a_day(rotation) for rotation in rotations) > MOST_A_DAY


def _most_a_day(rotation: Rotation) -> float:
    """By the last of its plans; one that was removed, not at all."""
    last = rotation.revisions[-1].plan
    return a_day(last) if last else 0


def shifts_at_most(schedules: Iterable[Schedule], start: datetime, end: datetime) -> int:
    days = (end - start) / DAY + 1
    plans = [
        [plan for since, until, plan in rotation.plans() if since < end and start < until]
        for schedule in schedules
        for rotation in schedule.rotations
    ]
    return int(days * sum(max(map(a_day, held)) for held in plans if held))
