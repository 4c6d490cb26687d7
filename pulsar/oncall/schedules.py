"""The verbs of schedules: create, change, delete."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Invalid, NameTaken, NotFound, Problem
from pulsar.base.events import changes
from pulsar.oncall import rotations
from pulsar.oncall.changes import Effective
from pulsar.oncall.events import ScheduleCreated, ScheduleDeleted, ScheduleUpdated
from pulsar.oncall.model import ScheduleRow
from pulsar.oncall.plans import NewRotation, known_zone
from pulsar.oncall.reading import Known, read_around
from pulsar.oncall.rules import Rotation


class ScheduleInUse(Conflict):
    """An escalation policy pages whoever is on call in this schedule; give it another target first."""


async def get(tx: Transaction, schedule_id: UUID, *, to_change: bool = False) -> ScheduleRow:
    """Locked, if it or anything below it is to change."""
    schedule = await tx.get(ScheduleRow, (tx.org, schedule_id), with_for_update=True if to_change else None)
    if not schedule:
        raise NotFound("There is no schedule with this id here.")
    return schedule


async def known(tx: Transaction, schedule_id: UUID, *, at: datetime | None = None, to_change: bool = False) -> Known:
    row = await get(tx, schedule_id, to_change=to_change)
    return (await read_around(tx, [row], at or clock.now()))[0]


async def create(tx: Transaction, values: Mapping[str, Any], first: Sequence[NewRotation]) -> ScheduleRow:
    known_zone(values["time_zone"])
    schedule = ScheduleRow(**values)
    tx.add(schedule)
    await _flush(tx)
    tx.record(ScheduleCreated(schedule.id, name=schedule.name))
    made: list[Rotation] = []
    for number, new in enumerate(first):
        try:
            made.append(await rotations.create(tx, schedule, new, made))
        except Invalid as error:
            error.errors = [one | {"field": f"rotations.{number}.{one['field']}"} for one in error.errors]
            raise
    return schedule


async def change(tx: Transaction, found: Known, values: Mapping[str, Any], effective: Effective) -> None:
    """In another time zone the rotations hand over at the same time of day, by that zone's clock."""
    schedule = found.row
    changed = {field: value for field, value in values.items() if getattr(schedule, field) != value}
    before = {field: getattr(schedule, field) for field in changed}
    if zone := changed.get("time_zone"):
        await rotations.move_to_zone(tx, found, known_zone(zone), effective)
    for field, value in changed.items():
        setattr(schedule, field, value)
    schedule.version += 1
    await _flush(tx)
    tx.record(ScheduleUpdated(schedule.id, name=schedule.name, changes=changes(before, changed)))


async def _flush(tx: Transaction) -> None:
    async with tx.or_raise(_explained):
        await tx.flush()


def _explained(violated: str) -> Problem | None:
    if "team_id" in violated:
        return Invalid("There is no such team in this organization.", field="team_id")
    if "uq_schedules_name" in violated:
        return NameTaken("There is another schedule with this name.", field="name")
    return None


async def remove(tx: Transaction, schedule: ScheduleRow) -> None:
    """With its past. Refused while a policy targets it."""
    async with tx.or_raise(ScheduleInUse()):
        await tx.delete(schedule)
    tx.record(ScheduleDeleted(schedule.id, name=schedule.name))
