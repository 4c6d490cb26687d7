"""What happened on the ladder so far, and who is paged next and when? For people to read while they wait."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.base.http import Named, View
from pulsar.escalation.model import Run
from pulsar.escalation.people import fallback_people, people_of, target_names
from pulsar.escalation.rules import Ladder, Level, Target, TargetType, held, planned
from pulsar.notify.model import ChannelRow

# A ladder of many rounds is shown as far as a person reads.
_SHOWN_STEPS = 30


class TargetOutlook(Named):
    type: TargetType


class LevelOutlook(View):
    cycle: int
    position: int
    delay_seconds: int
    at: datetime | None
    state: Literal["done", "skipped", "held", "fallback", "next", "planned"]
    targets: list[TargetOutlook]
    people: list[str]
    """Whom it paged; for steps to come, whom it would page then, as things stand."""


class NextOutlook(View):
    at: datetime
    position: int
    cycle: int
    targets: list[TargetOutlook]
    people: list[str]
    channels: list[str]


class EscalationView(View):
    status: Literal["none", "running", "stopped", "completed"]
    policy: Named | None
    cycle: int
    repeat_count: int
    stopped_reason: str | None
    fault: str | None
    levels: list[LevelOutlook]
    next: NextOutlook | None


_NONE = EscalationView(
    status="none",
    policy=None,
    cycle=0,
    repeat_count=0,
    stopped_reason=None,
    fault=None,
    levels=[],
    next=None,
)


async def outlook(tx: Transaction, subject_id: UUID) -> EscalationView:
    run = await tx.scalar(select(Run).where(Run.subject_id == subject_id))
    if not run:
        return _NONE
    ladder = Ladder.from_json(run.ladder)
    shown = await _Shown.of(tx, ladder)
    levels = [shown.fired(ladder, entry) for entry in run.fired]
    if run.status == "running" and run.next_at:
        levels += await _ahead(tx, run, ladder, run.next_at, shown)
    return EscalationView(
        status=run.status,
        policy=Named(id=run.policy_id, name=run.policy_name or "") if run.policy_id else None,
        cycle=run.cycle,
        repeat_count=ladder.repeat_count,
        stopped_reason=run.stopped_reason,
        fault=run.fault,
        levels=levels,
        next=await _next(tx, levels),
    )


async def _ahead(tx: Transaction, run: Run, ladder: Ladder, next_at: datetime, shown: "_Shown") -> list[LevelOutlook]:
    """The steps to come, with whom they would page then, as things stand."""
    reached = run.reached_anybody
    empty: set[int] = (
        set()
    )  # filled here, a level at a time: who is on call when it fires may change from round to round
    ahead: list[LevelOutlook] = []
    for step, at in planned(ladder, run.cycle, run.position, next_at, empty):
        level = ladder.level(step.position)
        if len(ahead) == _SHOWN_STEPS:
            break
        if held(level, run.acknowledged):
            continue
        people = _names(await people_of(tx, level.targets, at))
        (empty.discard if people else empty.add)(step.position)
        reached = reached or bool(people)
        if not reached and step.position + 1 >= len(ladder.levels):
            people, reached = _names(await fallback_people(tx)), True
        state: Literal["next", "planned"] = "planned" if ahead else "next"
        ahead.append(shown.level(level, step.cycle, step.position, at, state, people))
    return ahead


def _names(people: list[tuple[UUID, str]]) -> list[str]:
    return [name for _, name in people]


async def _next(tx: Transaction, levels: list[LevelOutlook]) -> NextOutlook | None:
    upcoming = next((level for level in levels if level.state == "next"), None)
    if not upcoming or not upcoming.at:
        return None
    channels = await tx.scalars(select(ChannelRow.name).where(ChannelRow.enabled).order_by(ChannelRow.id))
    return NextOutlook(
        at=upcoming.at,
        position=upcoming.position,
        cycle=upcoming.cycle,
        targets=upcoming.targets,
        people=upcoming.people,
        channels=list(channels),
    )


class _Shown:
    """The targets of a ladder by name."""

    def __init__(self, names: dict[UUID, str]) -> None:
        self._names = names

    @classmethod
    async def of(cls, tx: Transaction, ladder: Ladder) -> "_Shown":
        return cls(await target_names(tx, (target for level in ladder.levels for target in level.targets)))

    def _target(self, target: Target) -> TargetOutlook:
        return TargetOutlook(type=target.type, id=target.id, name=self._names.get(target.id, "(deleted)"))

    def level(
        self, level: Level, cycle: int, position: int, at: datetime, state: Any, people: list[str]
    ) -> LevelOutlook:
        return LevelOutlook(
            cycle=cycle,
            position=position,
            delay_seconds=int(level.delay.total_seconds()),
            at=at,
            state=state,
            targets=[self._target(target) for target in level.targets],
            people=people,
        )

    def fired(self, ladder: Ladder, entry: dict[str, Any]) -> LevelOutlook:
        level = ladder.level(entry["position"])
        at = datetime.fromisoformat(entry["at"])
        return self.level(level, entry["cycle"], entry["position"], at, entry["state"], entry["people"])
