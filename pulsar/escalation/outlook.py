"""What happened on the ladder so far, and who is paged next and when? For people to read while they wait."""

from datetime import datetime
from functools import partial
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.base.http import Named, View
from pulsar.escalation.ahead import Walk, ahead
from pulsar.escalation.choice import Choice
from pulsar.escalation.firing import expected_choice
from pulsar.escalation.model import Policy, Run
from pulsar.escalation.people import target_names
from pulsar.escalation.rules import Afterwards, Ladder, Level, Target, TargetType
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


class AfterwardsOutlook(View):
    """What happens to the alert by itself, unless somebody acts."""

    what: Afterwards
    at: datetime


class EscalationView(View):
    status: Literal["none", "running", "stopped", "completed"]
    policy: Named | None
    cycle: int
    repeat_count: int
    stopped_reason: str | None
    fault: str | None
    levels: list[LevelOutlook]
    next: NextOutlook | None
    edited_since: bool
    """The policy was changed after this began to follow it, and goes on as it was."""
    afterwards: AfterwardsOutlook | None


_NONE = EscalationView(
    status="none",
    policy=None,
    cycle=0,
    repeat_count=0,
    stopped_reason=None,
    fault=None,
    levels=[],
    next=None,
    edited_since=False,
    afterwards=None,
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
        edited_since=run.status == "running" and await _edited(tx, run),
        afterwards=AfterwardsOutlook(what=run.afterwards, at=run.afterwards_at)
        if run.afterwards and run.afterwards_at
        else None,
    )


async def _edited(tx: Transaction, run: Run) -> bool:
    """Compared as ladders, not as what is stored, which an older version may have written."""
    live = await tx.scalar(select(Policy.ladder).where(Policy.id == run.policy_id)) if run.policy_id else None
    return live is not None and Ladder.from_json(live) != Ladder.from_json(run.ladder)


async def _ahead(tx: Transaction, run: Run, ladder: Ladder, next_at: datetime, shown: "_Shown") -> list[LevelOutlook]:
    """The steps to come, with whom they would page then, as things stand."""
    walk = Walk(
        ladder,
        run.cycle,
        run.position,
        next_at,
        run.subject["priority"],
        partial(expected_choice, tx, run),
        acknowledged_at=run.started_at if run.acknowledged else None,
        reached=run.reached_anybody,
        team_id=run.team_id,
    )
    found: list[LevelOutlook] = []
    async for stage in ahead(tx, walk):
        if stage.state == "fallback" and found:
            # It is no step of its own: it comes at once, when this one reaches nobody either.
            if stage.messages or not found[-1].people:
                found[-1] = found[-1].model_copy(update={"people": _names(stage.choice)})
        elif len(found) == _SHOWN_STEPS:
            break
        elif stage.state != "held":
            state: Literal["next", "planned"] = "planned" if found else "next"
            step = stage.step
            names = _names(stage.choice)
            found.append(shown.level(stage.level, step.cycle, step.position, stage.at, state, names))
    return found


def _names(choice: Choice) -> list[str]:
    return [one.name for one in choice.people]


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
