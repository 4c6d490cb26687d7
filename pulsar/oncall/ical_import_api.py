"""The route that takes a calendar file and makes overrides of it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from pulsar.base.db import Transaction
from pulsar.base.http import Named, View
from pulsar.oncall.ical_import import Imported, import_file
from pulsar.oncall.people import people
from pulsar.people.access import AsMember

router = APIRouter(prefix="/schedules/{schedule_id}/overrides", tags=["On call"])

_FILE = {"requestBody": {"required": True, "content": {"text/calendar": {"schema": {"type": "string"}}}}}


class ImportedOverride(View):
    event: int
    """The place of the event in the file, from 0."""
    summary: str
    user: Named
    starts_at: datetime
    ends_at: datetime
    override_id: UUID | None
    """None when this was a dry run."""


class ImportView(View):
    dry_run: bool
    items: list[ImportedOverride]
    already_there: int
    past: int
    cancelled: int
    later: int
    """More than 366 days away."""


@router.post("/import", openapi_extra=_FILE)
async def import_overrides(
    schedule_id: UUID,
    request: Request,
    tx: AsMember,
    rotation_id: Annotated[UUID | None, Query(description="None: in place of all rotations.")] = None,
    dry_run: Annotated[bool, Query(description="Only answer what would be made.")] = False,
) -> ImportView:
    """The body is the file itself, as text/calendar. All of its events become overrides, or none does."""
    imported = await import_file(tx, schedule_id, await request.body(), rotation_id, dry_run=dry_run)
    return await _view(tx, imported, dry_run)


async def _view(tx: Transaction, imported: Imported, dry_run: bool) -> ImportView:
    named = await people(tx, (row.user_id for _, row in imported.made))
    items = [
        ImportedOverride(
            event=entry.number,
            summary=entry.summary,
            user=Named(id=row.user_id, name=named[row.user_id].name),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            override_id=None if dry_run else row.id,
        )
        for entry, row in imported.made
    ]
    reading = imported.reading
    return ImportView(
        dry_run=dry_run,
        items=items,
        already_there=imported.there,
        past=reading.past,
        cancelled=reading.cancelled,
        later=reading.later,
    )
