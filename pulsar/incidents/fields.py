"""The verbs of an organization's own fields, and what may stand in them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid, NameTaken, NotFound
from pulsar.base.events import edited
from pulsar.incidents.events import FieldCreated, FieldDeleted, FieldUpdated
from pulsar.incidents.setup_model import IncidentField

MOST = 50


async def get(tx: Transaction, field_id: UUID, *, to_change: bool = False) -> IncidentField:
    found = await tx.get(IncidentField, (tx.org, field_id), with_for_update=True if to_change else None)
    if not found:
        raise NotFound("There is no field with this id here.")
    return found


async def create(tx: Transaction, values: dict[str, Any]) -> IncidentField:
    if (await tx.scalar(select(func.count()).select_from(IncidentField)) or 0) >= MOST:
        raise Invalid(f"There are {MOST} fields at most.", field="name")
    made = IncidentField(**values)
    tx.add(made)
    await _flush(tx)
    tx.record(FieldCreated(made.id, made.name))
    return made


async def change(tx: Transaction, found: IncidentField, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(found, name, value)
    if edit := edited(found):
        found.version += 1
        await _flush(tx)
        tx.record(FieldUpdated(found.id, found.name, edit))


async def _flush(tx: Transaction) -> None:
    async with tx.or_raise(NameTaken("There is another field with this name.", field="name")):
        await tx.flush()


async def remove(tx: Transaction, found: IncidentField) -> None:
    """What stands in it in old incidents is not shown any more."""
    tx.record(FieldDeleted(found.id, found.name))
    await tx.delete(found)
    await tx.flush()


async def names(tx: Transaction) -> dict[str, str]:
    """In their order."""
    query = select(IncidentField.id, IncidentField.name).order_by(IncidentField.id)
    return {str(row.id): row.name for row in await tx.execute(query)}


async def merged(tx: Transaction, held: Mapping[str, str], sent: Mapping[UUID, str | None]) -> dict[str, str]:
    """What stands in them after an edit that names some; nothing, or an empty text, clears one."""
    known = await names(tx)
    if unknown := [field_id for field_id in sent if str(field_id) not in known]:
        raise Invalid(f"There is no field with the id {unknown[0]} here.", field="fields")
    after = dict(held) | {str(field_id): text or "" for field_id, text in sent.items()}
    return {field_id: text for field_id, text in after.items() if text}
