"""Routes of those who read the status page by mail. To subscribe there is the page itself."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select

from pulsar.base.http import Page, Pages, View, page_of
from pulsar.people.access import AsAdmin
from pulsar.statuspage import readers
from pulsar.statuspage.model import Reader

router = APIRouter(prefix="/status-page/readers", tags=["Status page"])


class ReaderView(View):
    id: UUID
    email: str
    created_at: datetime


@router.get("")
async def list_readers(tx: AsAdmin, paging: Pages) -> Page[ReaderView]:
    """Those who have confirmed."""
    return await page_of(
        tx, select(Reader), Reader.id, paging, lambda rows: [ReaderView.model_validate(row) for row in rows]
    )


@router.delete("/{reader_id}", status_code=204)
async def remove_reader(reader_id: UUID, tx: AsAdmin) -> None:
    await readers.remove(tx, await readers.get(tx, reader_id))
