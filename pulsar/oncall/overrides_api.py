"""Routes of a schedule's overrides."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import StringConstraints

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.http import Body, Page, Pages, page_of
from pulsar.oncall import overrides, schedules
from pulsar.oncall.model import OverrideRow
from pulsar.oncall.reading import overrides_between
from pulsar.oncall.rules import NEVER
from pulsar.oncall.spans import Instant
from pulsar.oncall.views import OverrideView, override_views
from pulsar.people.access import AsMember, AsViewer

router = APIRouter(prefix="/schedules/{schedule_id}/overrides", tags=["On call"])

Note = Annotated[str, StringConstraints(max_length=1000)]


class NewOverride(Body):
    user_id: UUID
    starts_at: Instant
    ends_at: Instant
    rotation_id: UUID | None = None
    note: Note = ""


class OverrideChange(Body):
    user_id: UUID = UUID(int=0)
    starts_at: Instant = datetime.max
    ends_at: Instant = datetime.max
    rotation_id: UUID | None = None
    note: Note = ""


async def _view(tx: Transaction, row: OverrideRow) -> OverrideView:
    return (await override_views(tx, [row]))[0]


@router.get("")
async def list_overrides(
    schedule_id: UUID,
    tx: AsViewer,
    paging: Pages,
    from_: Annotated[Instant | None, Query(alias="from", description="Now, if nothing is said.")] = None,
    to: Instant | None = None,
) -> Page[OverrideView]:
    """Those of which a part lies between the two, in the order in which they were made."""
    await schedules.get(tx, schedule_id)
    query = overrides_between([schedule_id], from_ or clock.now(), to or NEVER)
    page = await page_of(tx, query, OverrideRow.id, paging, list, descending=False)
    return Page[OverrideView](**page.model_dump(exclude={"items"}), items=await override_views(tx, page.items))


@router.post("", status_code=201)
async def create_override(schedule_id: UUID, body: NewOverride, tx: AsMember) -> OverrideView:
    found = await schedules.known(tx, schedule_id, to_change=True)
    return await _view(tx, await overrides.create(tx, found, body.model_dump()))


@router.patch("/{override_id}")
async def update_override(schedule_id: UUID, override_id: UUID, body: OverrideChange, tx: AsMember) -> OverrideView:
    found = await schedules.known(tx, schedule_id, to_change=True)
    row = await overrides.get(tx, schedule_id, override_id)
    return await _view(tx, await overrides.change(tx, found, row, body.sent()))


@router.delete("/{override_id}", status_code=204)
async def delete_override(schedule_id: UUID, override_id: UUID, tx: AsMember) -> None:
    """One that is running ends now."""
    await schedules.get(tx, schedule_id, to_change=True)
    await overrides.cancel(tx, await overrides.get(tx, schedule_id, override_id))
