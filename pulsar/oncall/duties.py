"""Which schedules count on whom, and which have nobody to count on?"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.defects import Defect, Duty, Named, Thing
from pulsar.oncall.model import ScheduleRow
from pulsar.oncall.problems import LOOK_AHEAD
from pulsar.oncall.reading import Known, read, schedules_with
from pulsar.oncall.rules import NEVER
from pulsar.oncall.views import Shown, shown


async def defects(tx: Transaction) -> list[Defect]:
    now = clock.now()
    rows = (await tx.scalars(select(ScheduleRow).order_by(ScheduleRow.name))).all()
    parts = await shown(tx, await read(tx, rows, now, now + LOOK_AHEAD))
    return [defect for one in parts for defect in _defects(one, now)]


def _defects(parts: Shown, now: datetime) -> Iterator[Defect]:
    row = parts.known.row
    for problem in parts.problems(now):
        user = Named(problem.user.id, problem.user.name) if problem.user else None
        message = f"{row.name}: {problem.message}"
        yield Defect(f"schedule_{problem.kind}", "warning", message, Thing("schedule", row.id, row.name), user)


async def duties(tx: Transaction, user_id: UUID) -> list[Duty]:
    now = clock.now()
    rows = (await tx.scalars(schedules_with(user_id))).all()
    found = []
    for known in await read(tx, rows, now, NEVER):
        if places := list(_places(known, user_id, now)):
            thing = Thing("schedule", known.row.id, known.row.name)
            found.append(Duty(thing, ", ".join(places)))
    return found


def _places(known: Known, user_id: UUID, now: datetime) -> Iterator[str]:
    """The rotations in which the person takes turns, from now on, and overrides to come."""
    for row in known.listed(now):
        plans = (plan for _, until, plan in known.rotation(row.id).plans() if until > now)
        if any(user_id in plan.participants for plan in plans):
            yield row.name
    if any(row.user_id == user_id for row in known.overrides):
        yield "override"
