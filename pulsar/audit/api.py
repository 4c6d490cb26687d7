"""Routes of the audit log: who did what to which object, when, and what it was before."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from sqlalchemy import select

from pulsar.audit import export
from pulsar.audit.log import AuditView, told
from pulsar.audit.reading import Filtered
from pulsar.base.events import EventRow
from pulsar.base.http import Page, Pages, PulsarNode, page_of
from pulsar.people.access import AnyCaller, AsAdmin

router = APIRouter(prefix="/audit", tags=["Audit log"])

_FILE = {"type": "string", "format": "binary"}
_MEDIA_TYPES = {"csv": "text/csv", "json": "application/json"}


@router.get("")
async def list_audit(tx: AsAdmin, paging: Pages, filtered: Filtered) -> Page[AuditView]:
    """Newest first."""
    page = await page_of(tx, filtered.of(select(EventRow)), EventRow.number, paging, list)
    return Page[AuditView](**page.model_dump(exclude={"items"}), items=await told(tx, page.items))


@router.get("/export", responses={200: {"content": {"text/csv": {"schema": _FILE}}}})
async def export_audit(
    tx: AsAdmin,
    caller: AnyCaller,
    pulsar: PulsarNode,
    filtered: Filtered,
    format: Annotated[Literal["csv", "json"], Query()] = "json",  # noqa: A002 - the name in the address
) -> StreamingResponse:
    """All that the filters find, newest first, as a file."""
    found = export.batches(pulsar, caller, filtered)
    stream = export.as_csv(found) if format == "csv" else export.as_json(found)
    headers = {"Content-Disposition": f'attachment; filename="pulsar-audit.{format}"', "Cache-Control": "no-store"}
    return StreamingResponse(stream, media_type=_MEDIA_TYPES[format], headers=headers)
