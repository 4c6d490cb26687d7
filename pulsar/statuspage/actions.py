"""The verbs of the status page: set it up, keep its components."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Invalid, NotFound
from pulsar.base.events import edited
from pulsar.base.ids import new_id
from pulsar.statuspage.events import (
    ComponentCreated,
    ComponentDeleted,
    ComponentUpdated,
    StatusPageUpdated,
)
from pulsar.statuspage.model import ComponentRow, StatusPage

MOST_COMPONENTS = 200


class SlugTaken(Conflict):
    """Another status page already has this address."""


async def page(tx: Transaction) -> StatusPage | None:
    found: StatusPage | None = await tx.scalar(select(StatusPage))
    return found


async def locked(tx: Transaction) -> StatusPage:
    """It is made when it is first needed, by whoever is first."""
    there = select(StatusPage).with_for_update()
    if found := await tx.scalar(there):
        own: StatusPage = found
        return own
    made = insert(StatusPage).values(id=new_id()).on_conflict_do_nothing(index_elements=[StatusPage.org_id])
    await tx.execute(made)
    return (await tx.scalars(there)).one()


async def set_up(tx: Transaction, own: StatusPage, values: dict[str, Any]) -> None:
    for field, value in values.items():
        setattr(own, field, value)
    if own.enabled and not own.slug:
        raise Invalid("A page that is on needs an address.", field="slug")
    changes = edited(own)
    if not changes:
        return
    own.version += 1
    async with tx.or_raise(SlugTaken(field="slug")):
        await tx.flush()
    tx.record(StatusPageUpdated(own.id, changes=changes))


async def component(tx: Transaction, component_id: UUID, *, to_change: bool = False) -> ComponentRow:
    """The page is locked first, always: two who change would wait for each other otherwise."""
    if to_change:
        await locked(tx)
    found = await tx.get(ComponentRow, (tx.org, component_id), with_for_update=True if to_change else None)
    if not found:
        raise NotFound("There is no component with this id here.")
    return found


async def components(tx: Transaction) -> Sequence[ComponentRow]:
    return (await tx.scalars(select(ComponentRow).order_by(ComponentRow.position, ComponentRow.id))).all()


async def add_component(tx: Transaction, values: dict[str, Any]) -> ComponentRow:
    """Behind the others, unless its place is said."""
    own = await locked(tx)
    count, last = (await tx.execute(select(func.count(), func.max(ComponentRow.position)))).one()
    if count >= MOST_COMPONENTS:
        raise Invalid(f"A page has {MOST_COMPONENTS} components at most.", field="name")
    made = ComponentRow(
        **{**values, "position": values["position"] if values["position"] is not None else (last or 0) + 1}
    )
    tx.add(made)
    await tx.flush()
    tx.record(ComponentCreated(own.id, component_id=str(made.id), name=made.name))
    return made


async def change_component(tx: Transaction, row: ComponentRow, values: dict[str, Any]) -> None:
    for field, value in values.items():
        setattr(row, field, value)
    changes = edited(row)
    if not changes:
        return
    row.version += 1
    await tx.flush()
    own = await locked(tx)
    tx.record(ComponentUpdated(own.id, component_id=str(row.id), name=row.name, changes=changes))


async def remove_component(tx: Transaction, row: ComponentRow) -> None:
    own = await locked(tx)
    tx.record(ComponentDeleted(own.id, component_id=str(row.id), name=row.name))
    await tx.delete(row)
    await tx.flush()
