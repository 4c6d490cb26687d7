"""What is a schedule, as far as it decides who is on call? Values only; the arithmetic is in turns.py and calendar.py.

A rotation's plan speaks of wall-clock time in its zone and never of offsets, so that a handoff stays where it is on the
clock when summer time begins or ends.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import Any, Literal, Self
from uuid import UUID

Unit = Literal["hours", "days", "weeks"]
Turns = Literal["calendar", "open_windows"]

EVER = datetime.min.replace(tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Window:
    """A part of the week in which a rotation has somebody on call. It starts on each of `days` (ISO, 1 is Monday; none
    means every day) at `start`, and runs to `end`: past midnight if that is not later; None is the end of the day."""

    days: frozenset[int]
    start: time
    end: time | None

    @property
    def length(self) -> timedelta:
        span = (_since_midnight(self.end) if self.end else DAY) - _since_midnight(self.start)
        return span if span > timedelta() else span + DAY


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)


@dataclass(frozen=True)
class Plan:
    """What a rotation does while the plan holds.

    From the wall time `starts` on (to `ends`, if it ends) the participants take turns in their order, `length` units
    each, handing over at the time of day of `starts`; weekly ones on `handoff_day`, to which the first turn is
    shortened. In a participant's place None means that nobody is on call in that turn. Outside of `windows`, if there
    are any, nobody is; with `turns` "open_windows" a turn without any open window is not counted. `phase` is added to
    the number of a turn: it lets an edited plan go on where the one before it stopped.
    """

    zone: str
    unit: Unit
    length: int
    starts: datetime
    ends: datetime | None = None
    handoff_day: int | None = None
    windows: tuple[Window, ...] = ()
    participants: tuple[UUID | None, ...] = ()
    turns: Turns = "calendar"
    phase: int = 0

    @cached_property
    def step(self) -> timedelta:
        return self.length * {"hours": timedelta(hours=1), "days": DAY, "weeks": WEEK}[self.unit]

    @cached_property
    def first_bound(self) -> datetime:
        """The wall time at which turn 0 would begin by the clock alone: before `starts` when the handoff day is another
        weekday."""
        if self.unit != "weeks" or not self.handoff_day:
            return self.starts
        days = (self.handoff_day - self.starts.isoweekday()) % 7
        return self.starts + timedelta(days=days) - (self.step if days else timedelta())

    def to_json(self) -> dict[str, Any]:
        return {
            "zone": self.zone,
            "unit": self.unit,
            "length": self.length,
            "starts": self.starts.isoformat(),
            "ends": self.ends.isoformat() if self.ends else None,
            "handoff_day": self.handoff_day,
            "windows": [
                {
                    "days": sorted(window.days),
                    "start": window.start.isoformat(),
                    "end": window.end.isoformat() if window.end else None,
                }
                for window in self.windows
            ],
            "participants": [str(user) if user else None for user in self.participants],
            "turns": self.turns,
            "phase": self.phase,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        return cls(
            zone=stored["zone"],
            unit=stored["unit"],
            length=stored["length"],
            starts=datetime.fromisoformat(stored["starts"]),
            ends=datetime.fromisoformat(stored["ends"]) if stored["ends"] else None,
            handoff_day=stored["handoff_day"],
            windows=tuple(
                Window(
                    frozenset(window["days"]),
                    time.fromisoformat(window["start"]),
                    time.fromisoformat(window["end"]) if window["end"] else None,
                )
                for window in stored["windows"]
            ),
            participants=tuple(UUID(user) if user else None for user in stored["participants"]),
            turns=stored["turns"],
            phase=stored["phase"],
        )


@dataclass(frozen=True)
class Revision:
    """From `effective_at` on the rotation follows this plan; None instead of an instant: since ever; None instead of
    a plan: it is there no more."""

    effective_at: datetime | None
    plan: Plan | None


@dataclass(frozen=True)
class Rotation:
    """Its revisions, the earliest first: what it said in the past stays what it said."""

    id: UUID
    revisions: tuple[Revision, ...]

    def plans(self) -> Iterator[tuple[datetime, datetime, Plan]]:
        """From when, to when, which."""
        ends = [revision.effective_at or EVER for revision in self.revisions[1:]] + [NEVER]
        for revision, end in zip(self.revisions, ends, strict=True):
            if revision.plan:
                yield revision.effective_at or EVER, end, revision.plan

    def plan_at(self, at: datetime) -> Plan | None:
        for revision in reversed(self.revisions):
            if not revision.effective_at or revision.effective_at <= at:
                return revision.plan
        return None


@dataclass(frozen=True)
class Override:
    """Puts one person in the place of a rotation, or of all (None), from `start` to `end`. The newest holds."""

    id: UUID
    user_id: UUID
    start: datetime
    end: datetime
    rotation_id: UUID | None
    created_at: datetime

    @property
    def age(self) -> tuple[datetime, UUID]:
        return self.created_at, self.id


@dataclass(frozen=True)
class Schedule:
    """All its rotations are on call at once, one person each."""

    rotations: tuple[Rotation, ...] = ()
    overrides: tuple[Override, ...] = ()
