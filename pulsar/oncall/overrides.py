"""The verbs of overrides: put somebody in another's place, change that, take it back.

What was stays: an override that has begun keeps its beginning, and one that is over is not touched.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pulsar.base import clock
from pulsar.base.clock import rfc3339
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Invalid, NotFound
from pulsar.base.events import edited
from pulsar.base.ids import new_id
from pulsar.oncall.events import OverrideCreated, OverrideDeleted, OverrideUpdated
from pulsar.oncall.model import OverrideRow
from pulsar.oncall.people import expect_members, people
from pulsar.oncall.reading import LONGEST_OVERRIDE, Known
from pulsar.oncall.shift_notices import look_again


class PastStands(Conflict):
    """This override is over; who was on call stays as it was."""


async def get(tx: Transaction, schedule_id: UUID, override_id: UUID) -> OverrideRow:
    found = await tx.get(OverrideRow, (tx.org, override_id))
    if not found or found.schedule_id != schedule_id:
        raise NotFound("There is no override with this id in this schedule.")
    return found


async def planned(tx: Transaction, known: Known, values: Mapping[str, Any]) -> OverrideRow:
    """A new one, checked and not yet written; a preview stops here. What of it is past already is left away."""
    now = clock.now()
    if values["ends_at"] <= values["starts_at"]:
        raise Invalid("An override ends after it starts.", field="ends_at")
    if values["ends_at"] <= now:
        raise Invalid("This is over already; who was on call stays as it was.", field="ends_at")
    fields = dict(values) | {"starts_at": max(values["starts_at"], now)}
    await _check(tx, known, fields, fields)
    return OverrideRow(id=new_id(), schedule_id=known.row.id, created_by=tx.actor.person, created_at=now, **fields)


async def _check(tx: Transaction, known: Known, fields: Mapping[str, Any], changed: Collection[str]) -> None:
    """All that it will be, before any of it is written."""
    length = fields["ends_at"] - fields["starts_at"]
    if length <= timedelta():
        raise Invalid("An override ends after it starts.", field="ends_at")
    if length > LONGEST_OVERRIDE:
        raise Invalid("An override lasts 366 days at most; for longer change the rotation.", field="ends_at")
    if "user_id" in changed:
        await expect_members(tx, [fields["user_id"]], "user_id")
    listed = {rotation.id for rotation in known.listed(clock.now())}
    if "rotation_id" in changed and fields["rotation_id"] and fields["rotation_id"] not in listed:
        raise Invalid("There is no such rotation in this schedule.", field="rotation_id")


async def create(tx: Transaction, known: Known, values: Mapping[str, Any]) -> OverrideRow:
    row = await planned(tx, known, values)
    tx.add(row)
    await tx.flush()
    await look_again(tx, row.schedule_id)
    tx.record(OverrideCreated(**await _told(tx, row), note=row.note))
    return row


async def change(tx: Transaction, known: Known, row: OverrideRow, sent: Mapping[str, Any]) -> OverrideRow:
    """Of one that is running: only when it ends, its note, or who it is. Somebody else takes over now, as another
    override, which is returned."""
    now = clock.now()
    changed = {field: value for field, value in sent.items() if getattr(row, field) != value}
    if row.ends_at <= now:
        raise PastStands
    if row.starts_at >= now:
        return await _rewrite(tx, known, row, changed)
    if changed.keys() - {"ends_at", "note", "user_id"}:
        raise PastStands("This override has begun; its beginning and its rotation stay as they were.")
    if changed.get("ends_at", row.ends_at) < now:
        raise Invalid("An override that is running ends now or later.", field="ends_at")
    if "user_id" in changed:
        return await _hand_over(tx, known, row, changed, now)
    return await _rewrite(tx, known, row, changed)


async def _rewrite(tx: Transaction, known: Known, row: OverrideRow, changed: Mapping[str, Any]) -> OverrideRow:
    fields = _fields(row) | dict(changed)
    if "starts_at" in changed:
        fields["starts_at"] = max(fields["starts_at"], clock.now())
    await _check(tx, known, fields, changed)
    for field in changed:
        setattr(row, field, fields[field])
    changes = edited(row)
    await tx.flush()
    await look_again(tx, row.schedule_id)
    tx.record(OverrideUpdated(**await _told(tx, row), changes=changes))
    return row


async def _hand_over(
    tx: Transaction, known: Known, row: OverrideRow, changed: Mapping[str, Any], now: datetime
) -> OverrideRow:
    """The other one is as old as this: what is newer than this holds before it too."""
    fields = _fields(row) | dict(changed) | {"starts_at": now}
    await _check(tx, known, fields, changed)
    other = OverrideRow(
        id=new_id(),
        schedule_id=row.schedule_id,
        created_by=tx.actor.person,
        created_at=row.created_at,
        cover_request_id=row.cover_request_id,
        **fields,
    )
    row.ends_at = now
    ended = edited(row)
    tx.add(other)
    await tx.flush()
    await look_again(tx, row.schedule_id)
    tx.record(OverrideUpdated(**await _told(tx, row), changes=ended))
    tx.record(OverrideCreated(**await _told(tx, other), note=other.note))
    return other


def _fields(row: OverrideRow) -> dict[str, Any]:
    return {field: getattr(row, field) for field in ("user_id", "rotation_id", "starts_at", "ends_at", "note")}


async def cancel(tx: Transaction, row: OverrideRow) -> None:
    """One that is running ends now."""
    now = clock.now()
    if row.ends_at <= now:
        raise PastStands
    if row.starts_at < now:
        row.ends_at = now
        await tx.flush()
    else:
        await tx.delete(row)
    await look_again(tx, row.schedule_id)
    tx.record(OverrideDeleted(**await _told(tx, row)))


async def _told(tx: Transaction, row: OverrideRow) -> dict[str, Any]:
    """What each event says of it."""
    return {
        "subject_id": row.schedule_id,
        "override_id": str(row.id),
        "rotation_id": str(row.rotation_id) if row.rotation_id else None,
        "user_id": str(row.user_id),
        "user": (await people(tx, [row.user_id]))[row.user_id].name,
        "starts_at": rfc3339(row.starts_at),
        "ends_at": rfc3339(row.ends_at),
    }
