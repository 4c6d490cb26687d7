"""The verbs of rotations: create, change, remove.

What an edit makes of a rotation is worked out first, as a value (`first`, `edited`, `without`, `removed`, `in_zone`),
and then written. A preview stops before that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from pulsar.base import clock
from pulsar.base.clock import rfc3339
from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid, NotFound
from pulsar.base.events import changes
from pulsar.base.ids import new_id
from pulsar.oncall.changes import Effective, effective_at, revised
from pulsar.oncall.events import RotationCreated, RotationRemoved, RotationUpdated
from pulsar.oncall.model import RevisionRow, RotationRow, ScheduleRow
from pulsar.oncall.people import expect_members
from pulsar.oncall.plans import NewRotation, RotationType, fields_of, plan_of, type_of, unit_of
from pulsar.oncall.reading import Known
from pulsar.oncall.rules import EVER, Plan, Revision, Rotation
from pulsar.oncall.shift_notices import look_again
from pulsar.oncall.size import busy
from pulsar.oncall.wallclock import wall_of

MOST_ROTATIONS = 50


class Crowded(Invalid):
    """No more people fit into one rotation."""


class TooBusy(Invalid):
    """The rotations of one schedule hand over, and open windows, 200 times a day at most. Make some of them longer, or
    put them into a schedule of their own."""

    def __init__(self) -> None:
        super().__init__(field="length")


async def first(tx: Transaction, zone: str, new: NewRotation, rotation_id: UUID) -> Rotation:
    """A new rotation holds since ever: a start in the past says that it has been running."""
    fields = new.model_dump()
    fields["unit"] = unit_of(new.rotation_type, new.unit)
    fields["starts_on"] = new.starts_on or wall_of(clock.now(), zone).date()
    plan = plan_of(fields, zone)
    await expect_members(tx, (one for one in plan.participants if one), "participants")
    return Rotation(rotation_id, (Revision(None, plan),))


async def edited(
    tx: Transaction,
    rotation: Rotation,
    kind: RotationType,
    sent: Mapping[str, Any],
    effective: Effective,
    field: str = "participants",
) -> Rotation:
    """With these fields in place of those that it has when the edit takes effect; itself if that changes nothing.
    `kind` is the type that it then has, `field` where the people stand in the request."""
    base = plan_to_change(rotation, effective)
    plan = plan_of(fields_of(base) | _of_the_plan(kind, base, sent), base.zone)
    if plan == replace(base, phase=0):
        return rotation
    if any(base.participants) and not any(plan.participants):
        raise Invalid("A rotation needs somebody. To have nobody on call, remove it.", field=field)
    # Somebody who has left and stands in it still does not keep anybody from mending something else.
    added = set(plan.participants) - {one for _, _, held in rotation.plans() for one in held.participants}
    await expect_members(tx, (one for one in added if one), field)
    return revised(rotation, plan, effective, clock.now())


def _of_the_plan(kind: RotationType, base: Plan, sent: Mapping[str, Any]) -> dict[str, Any]:
    fields = {name: sent[name] for name in fields_of(base) if name in sent}
    if "rotation_type" in sent or "unit" in sent:
        fields["unit"] = unit_of(kind, sent.get("unit"))
        if fields["unit"] != "weeks":
            fields.setdefault("handoff_day", None)
    return fields


def type_with(row: RotationRow, rotation: Rotation, sent: Mapping[str, Any]) -> RotationType:
    """The one that is sent; another unit alone makes it a custom one."""
    kept = type_of(row.rotation_type, last_plan(rotation))
    kind: RotationType = sent.get("rotation_type", kept)
    another = sent.get("unit") not in (None, last_plan(rotation).unit)
    return "custom" if another and "rotation_type" not in sent else kind


def last_plan(rotation: Rotation) -> Plan:
    return [plan for _, _, plan in rotation.plans()][-1]


def plan_to_change(rotation: Rotation, effective: Effective) -> Plan:
    """The one that holds when the edit takes effect; of a rotation that is to be removed before, the last."""
    return rotation.plan_at(effective_at(rotation, effective, clock.now())) or last_plan(rotation)


def without(rotation: Rotation, user_id: UUID, effective: Effective) -> Rotation:
    """Also when it then has nobody: who leaves leaves."""
    base = plan_to_change(rotation, effective)
    left = tuple(one for one in base.participants if one != user_id)
    return revised(rotation, replace(base, participants=left), effective, clock.now())


def removed(rotation: Rotation, effective: Effective) -> Rotation:
    return revised(rotation, None, effective, clock.now())


def in_zone(rotation: Rotation, zone: str, effective: Effective) -> Rotation:
    """By another zone's clock; what was to change later still does, then by that clock too."""
    now = clock.now()
    at = effective_at(rotation, effective, now)
    changed = revised(rotation, replace(plan_to_change(rotation, effective), zone=zone), effective, now)
    later = (r for r in rotation.revisions if r.effective_at and r.effective_at > at)
    moved = (replace(r, plan=replace(r.plan, zone=zone) if r.plan else None) for r in later)
    return replace(changed, revisions=(*changed.revisions, *moved))


def row_of(known: Known, rotation_id: UUID) -> RotationRow:
    for row in known.listed(clock.now()):
        if row.id == rotation_id:
            return row
    raise NotFound("There is no rotation with this id in this schedule.")


async def create(tx: Transaction, schedule: ScheduleRow, new: NewRotation, others: Sequence[Rotation]) -> Rotation:
    """After the others that there are."""
    if len(others) >= MOST_ROTATIONS:
        raise Invalid(f"A schedule has {MOST_ROTATIONS} rotations at most.", field="rotations")
    rotation = await first(tx, schedule.time_zone, new, new_id())
    if busy([*others, rotation]):
        raise TooBusy
    row = RotationRow(
        id=rotation.id,
        schedule_id=schedule.id,
        name=new.name,
        position=len(others),
        rotation_type=new.rotation_type,
        version=0,
    )
    tx.add(row)
    await tx.flush()
    await write(tx, row, Rotation(row.id, ()), rotation)
    tx.record(RotationCreated(schedule.id, rotation_id=str(row.id), name=row.name, after=_told(row, rotation)))
    return rotation


async def change(
    tx: Transaction,
    known: Known,
    row: RotationRow,
    sent: Mapping[str, Any],
    effective: Effective,
    field: str = "participants",
) -> None:
    before = known.rotation(row.id)
    was = _told(row, before)
    kind = type_with(row, before, sent)
    after = await edited(tx, before, kind, sent, effective, field)
    others = (one for one in known.going_on(clock.now()) if one.id != row.id)
    if after is not before and busy([*others, after]):
        raise TooBusy
    row.rotation_type = kind
    row.name = sent.get("name", row.name)
    if "position" in sent:
        _move(known, row, sent["position"])
    await write(tx, row, before, after)
    _record(tx, row, was, after)


def _move(known: Known, row: RotationRow, position: int) -> None:
    others = [other for other in known.listed(clock.now()) if other is not row]
    others.insert(position, row)
    for number, other in enumerate(others):
        other.position = number


async def drop(tx: Transaction, known: Known, row: RotationRow, user_id: UUID, effective: Effective) -> None:
    """Takes a person out of every place in the order."""
    before = known.rotation(row.id)
    if user_id not in plan_to_change(before, effective).participants:
        raise NotFound("This user is not in this rotation.")
    was, after = _told(row, before), without(before, user_id, effective)
    await write(tx, row, before, after)
    _record(tx, row, was, after)


async def remove(tx: Transaction, known: Known, row: RotationRow, effective: Effective) -> None:
    before = known.rotation(row.id)
    was, after = _told(row, before), removed(before, effective)
    await write(tx, row, before, after)
    assert row.removed_at
    at = rfc3339(row.removed_at)
    tx.record(RotationRemoved(row.schedule_id, rotation_id=str(row.id), name=row.name, before=was, effective_at=at))


async def write(tx: Transaction, row: RotationRow, before: Rotation, after: Rotation) -> None:
    """Deletes first: the one that replaces another may have its instant."""
    for gone in set(before.revisions) - set(after.revisions):
        same = RevisionRow.effective_at.is_not_distinct_from(gone.effective_at)
        await tx.execute(delete(RevisionRow).where(RevisionRow.rotation_id == row.id, same))
    for new in after.revisions:
        if new not in before.revisions:
            plan = new.plan.to_json() if new.plan else None
            tx.add(
                RevisionRow(rotation_id=row.id, effective_at=new.effective_at, plan=plan, created_by=tx.actor.person)
            )
    last = after.revisions[-1]
    row.removed_at = None if last.plan else last.effective_at
    row.version += 1
    await tx.flush()
    await look_again(tx, row.schedule_id)


def _told(row: RotationRow, rotation: Rotation) -> dict[str, Any]:
    """What an event says of it."""
    plan = last_plan(rotation)
    return {"name": row.name, "position": row.position, "time_zone": plan.zone, **fields_of(plan)}


def _record(tx: Transaction, row: RotationRow, was: dict[str, Any], after: Rotation) -> None:
    becomes = _told(row, after)
    changed = changes(was, becomes)
    at = after.revisions[-1].effective_at if changed.keys() - {"name", "position"} else None
    tx.record(
        RotationUpdated(
            row.schedule_id,
            rotation_id=str(row.id),
            name=row.name,
            changes=changed,
            effective_at=rfc3339(at) if at and at > EVER else None,
        )
    )


async def move_to_zone(tx: Transaction, known: Known, zone: str, effective: Effective) -> None:
    for row in known.listed(clock.now()):
        before = known.rotation(row.id)
        was, after = _told(row, before), in_zone(before, zone, effective)
        await write(tx, row, before, after)
        _record(tx, row, was, after)
