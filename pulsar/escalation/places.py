"""Where does the ladder of a run lead to one person, as things stand now?"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.escalation.ahead import Walk, ahead
from pulsar.escalation.firing import expected_choice
from pulsar.escalation.model import Run
from pulsar.escalation.people import choose_people, schedules_of
from pulsar.escalation.rules import Ladder

_MOST_STAGES = 30


@dataclass(frozen=True)
class Places:
    policy: str | None
    status: str
    reason: str | None
    levels: tuple[int, ...]
    """Those that would page the person if they fired now."""
    schedules: tuple[tuple[int, str], ...]
    """Those that page whoever is on call in a schedule in which the person takes turns."""
    ahead: dict[int, datetime]
    """When the levels to come page them."""


async def places_of(tx: Transaction, subject_id: UUID, user_id: UUID) -> Places:
    run: Run | None = await tx.scalar(select(Run).where(Run.subject_id == subject_id))
    if not run:
        return Places(None, "none", None, (), (), {})
    ladder = Ladder.from_json(run.ladder)
    levels, schedules = [], []
    for position, level in enumerate(ladder.levels):
        choice = await choose_people(tx, level.targets)
        if any(one.id == user_id for one in choice.people):
            levels.append(position)
        mine = [known for known in await schedules_of(tx, level.targets) if user_id in known.people()]
        schedules += [(position, known.row.name) for known in mine]
    coming = await _coming(tx, run, ladder, user_id)
    return Places(run.policy_name, run.status, run.stopped_reason, tuple(levels), tuple(schedules), coming)


async def _coming(tx: Transaction, run: Run, ladder: Ladder, user_id: UUID) -> dict[int, datetime]:
    if run.status != "running" or not run.next_at or run.acknowledged:
        return {}
    choose = partial(expected_choice, tx, run)
    walk = Walk(ladder, run.cycle, run.position, run.next_at, run.subject["priority"], choose, None, True)
    found: dict[int, datetime] = {}
    seen = 0
    async for stage in ahead(tx, walk):
        seen += 1
        if seen > _MOST_STAGES:
            break
        if any(one.id == user_id for one in stage.choice.people):
            found.setdefault(stage.step.position, stage.at)
    return found
