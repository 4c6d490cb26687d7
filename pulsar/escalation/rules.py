"""What happens next? The ladder of a policy, walked step by step. No I/O, no clock."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Self
from uuid import UUID

Condition = Literal["not_acknowledged", "not_closed"]
TargetType = Literal["user", "team", "team_random", "team_leads", "schedule", "schedule_next"]
TargetKind = Literal["user", "team", "schedule"]
Afterwards = Literal["reopen", "close"]


KINDS: dict[TargetType, TargetKind] = {
    "user": "user",
    "team": "team",
    "team_random": "team",
    "team_leads": "team",
    "schedule": "schedule",
    "schedule_next": "schedule",
}


@dataclass(frozen=True)
class Target:
    type: TargetType
    id: UUID

    @property
    def kind(self) -> TargetKind:
        """What its id is the id of."""
        return KINDS[self.type]


@dataclass(frozen=True)
class Level:
    """One rule of a policy. `delay` counts from the firing of the level before, the first one's from the
    start of the run. In `round_robin` its people take turns: each run pages the next of them."""

    delay: timedelta
    targets: tuple[Target, ...]
    condition: Condition = "not_acknowledged"
    round_robin: bool = False


@dataclass(frozen=True)
class Step:
    """A place on the ladder: in which round, on which level, and how long after the step before."""

    cycle: int
    position: int
    wait: timedelta


@dataclass(frozen=True)
class Ladder:
    """A policy as a run keeps it: editing the policy does not change a run under way.

    `ack_timeout` after an acknowledgement paging starts again, unless the alert was closed. `close_after` the last
    step of all the alert is closed, when nobody has acknowledged it."""

    levels: tuple[Level, ...]
    repeat_count: int = 0
    repeat_delay: timedelta = timedelta()
    ack_timeout: timedelta | None = None
    close_after: timedelta | None = None

    def first(self) -> Step:
        """Of an empty ladder too: its one step finds nobody, and so reaches the fallback."""
        return Step(0, 0, self.levels[0].delay if self.levels else timedelta())

    def after(self, cycle: int, position: int) -> Step | None:
        """None when this was the last step of the last round."""
        if position + 1 < len(self.levels):
            return Step(cycle, position + 1, self.levels[position + 1].delay)
        if self.levels and cycle < self.repeat_count:
            return Step(cycle + 1, 0, self.repeat_delay + self.levels[0].delay)
        return None

    def level(self, position: int) -> Level:
        return self.levels[position] if position < len(self.levels) else Level(timedelta(), ())

    def pages_acknowledged(self) -> bool:
        """Whether any level goes on after an acknowledgement, until the close."""
        return any(level.condition == "not_closed" for level in self.levels)

    def to_json(self) -> dict[str, Any]:
        return {
            "levels": [
                {
                    "delay_seconds": int(level.delay.total_seconds()),
                    "condition": level.condition,
                    "targets": [{"type": t.type, "id": str(t.id)} for t in level.targets],
                    "round_robin": level.round_robin,
                }
                for level in self.levels
            ],
            "repeat_count": self.repeat_count,
            "repeat_delay_seconds": int(self.repeat_delay.total_seconds()),
            "ack_timeout_seconds": _seconds(self.ack_timeout),
            "close_after_seconds": _seconds(self.close_after),
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Also what an older version has stored."""
        return cls(
            levels=tuple(
                Level(
                    timedelta(seconds=level["delay_seconds"]),
                    tuple(Target(t["type"], UUID(t["id"])) for t in level["targets"]),
                    level["condition"],
                    level.get("round_robin", False),
                )
                for level in stored["levels"]
            ),
            repeat_count=stored["repeat_count"],
            repeat_delay=timedelta(seconds=stored["repeat_delay_seconds"]),
            ack_timeout=_duration(stored.get("ack_timeout_seconds")),
            close_after=_duration(stored.get("close_after_seconds")),
        )


def _seconds(duration: timedelta | None) -> int | None:
    return None if duration is None else int(duration.total_seconds())


def _duration(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def until_answered(ladder: Ladder) -> Ladder:
    """For a page that is about no alert: the first answer ends it, and nothing is opened or closed afterwards."""
    levels = tuple(replace(level, condition="not_acknowledged") for level in ladder.levels)
    return replace(ladder, levels=levels, ack_timeout=None, close_after=None)


def without_policy(*targets: Target) -> Ladder:
    """For a page of these people along no policy: three times, five minutes apart."""
    return Ladder((Level(timedelta(), targets),), repeat_count=2, repeat_delay=timedelta(minutes=5))


NO_POLICY = Ladder(levels=())
"""An alert that no policy is found for is paged at once to those whom the fallback names."""


def held(level: Level, acknowledged: bool) -> bool:
    """Whether this level keeps silent because somebody has acknowledged."""
    return acknowledged and level.condition == "not_acknowledged"


def planned(
    ladder: Ladder, cycle: int, position: int, at: datetime, empty: Collection[int] = ()
) -> Iterator[tuple[Step, datetime]]:
    """Every step from (cycle, position), which fires at `at`, to the end, if nobody acts. The levels at the
    positions in `empty` have nobody to notify, and hand over to the next level of their round at once; it is looked at
    after each step, so whoever walks may fill it on the way."""
    step: Step | None = Step(cycle, position, timedelta())
    while step:
        yield step, at
        after = ladder.after(step.cycle, step.position)
        if after and not (step.position in empty and after.cycle == step.cycle):
            at = at + after.wait
        step = after
