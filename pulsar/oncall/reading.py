"""What do the tables say about these schedules? Their rows, and the value that all answers come from.

Whoever wants to know who is on call, the page that is about to be sent as much as the console, comes through here and
asks calendar.py; there is no second way.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, select

from pulsar.base.db import Transaction
from pulsar.oncall.model import OverrideRow, RevisionRow, RotationRow, ScheduleRow
from pulsar.oncall.rules import Override, Plan, Revision, Rotation, Schedule

LONGEST_OVERRIDE = timedelta(days=366)
AN_INSTANT = timedelta(microseconds=1)
_AHEAD = timedelta(days=401)


@dataclass(frozen=True)
class Known:
    """A schedule as it stands. `rotations` are all in their order, those that were removed too, and `value` has them;
    of the overrides those that touch the span that was asked for."""

    row: ScheduleRow
    rotations: tuple[RotationRow, ...]
    overrides: tuple[OverrideRow, ...]
    value: Schedule

    def listed(self, now: datetime) -> list[RotationRow]:
        """The rotations that there are still."""
        return [row for row in self.rotations if not row.removed_at or row.removed_at > now]

    def going_on(self, now: datetime) -> list[Rotation]:
        return [self.rotation(row.id) for row in self.listed(now)]

    def rotation(self, rotation_id: UUID) -> Rotation:
        return next(one for one in self.value.rotations if one.id == rotation_id)

    def people(self) -> Iterator[UUID]:
        """Everybody who is named in it, now and then."""
        for rotation in self.value.rotations:
            for revision in rotation.revisions:
                if revision.plan:
                    yield from (one for one in revision.plan.participants if one)
        for row in self.overrides:
            yield row.user_id
            if row.created_by:
                yield row.created_by


async def read(tx: Transaction, rows: Sequence[ScheduleRow], start: datetime, end: datetime) -> list[Known]:
    """However many schedules there are, in three queries."""
    ids = [row.id for row in rows]
    rotations = await _by_schedule(
        tx, select(RotationRow).where(RotationRow.schedule_id.in_(ids)).order_by(RotationRow.position, RotationRow.id)
    )
    overrides = await _by_schedule(
        tx, overrides_between(ids, start, end).order_by(OverrideRow.starts_at, OverrideRow.id)
    )
    revisions = await _revisions(tx, ids)
    return [_known(row, rotations[row.id], overrides[row.id], revisions) for row in rows]


async def read_around(tx: Transaction, rows: Sequence[ScheduleRow], at: datetime) -> list[Known]:
    """So that the shifts of this instant are known to their ends, and those that follow: no override begins or ends
    one that lies farther away."""
    return await read(tx, rows, at - LONGEST_OVERRIDE, at + _AHEAD)


async def read_at(tx: Transaction, rows: Sequence[ScheduleRow], at: datetime) -> list[Known]:
    """Enough for who is on call at this instant; not since when, or until when."""
    return await read(tx, rows, at, at + AN_INSTANT)


def overrides_between(ids: Iterable[UUID], start: datetime, end: datetime) -> Select[OverrideRow]:
    return select(OverrideRow).where(
        OverrideRow.schedule_id.in_(ids), OverrideRow.ends_at > start, OverrideRow.starts_at < end
    )


async def _by_schedule(tx: Transaction, query: Select[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in await tx.scalars(query):
        found[row.schedule_id].append(row)
    return found


async def _revisions(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, list[Revision]]:
    """Of every rotation, the earliest first."""
    rows = await tx.execute(
        select(RevisionRow.rotation_id, RevisionRow.effective_at, RevisionRow.plan)
        .join(RotationRow, RotationRow.id == RevisionRow.rotation_id)
        .where(RotationRow.schedule_id.in_(ids))
        .order_by(RevisionRow.effective_at.asc().nulls_first())
    )
    found: dict[UUID, list[Revision]] = defaultdict(list)
    for rotation_id, effective_at, plan in rows:
        found[rotation_id].append(Revision(effective_at, Plan.from_json(plan) if plan else None))
    return found


def _known(
    row: ScheduleRow,
    rotations: list[RotationRow],
    overrides: list[OverrideRow],
    revisions: dict[UUID, list[Revision]],
) -> Known:
    value = Schedule(
        rotations=tuple(Rotation(one.id, tuple(revisions[one.id])) for one in rotations),
        overrides=tuple(override_of(one) for one in overrides),
    )
    return Known(row, tuple(rotations), tuple(overrides), value)


def override_of(row: OverrideRow) -> Override:
    return Override(row.id, row.user_id, row.starts_at, row.ends_at, row.rotation_id, row.created_at)


def schedules_with(user_id: UUID) -> Select[ScheduleRow]:
    """Those in which this person has, had or will have a place."""
    takes_turns = exists().where(
        RotationRow.schedule_id == ScheduleRow.id,
        RevisionRow.rotation_id == RotationRow.id,
        RevisionRow.plan["participants"].contains(func.to_jsonb(str(user_id))),
    )
    covers = exists().where(OverrideRow.schedule_id == ScheduleRow.id, OverrideRow.user_id == user_id)
    return select(ScheduleRow).where(takes_turns | covers).order_by(ScheduleRow.id)
