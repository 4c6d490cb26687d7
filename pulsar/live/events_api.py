"""Routes of the stream of events for scripts: catch up by number, or listen."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from sqlalchemy import select
from starlette.responses import Response

from pulsar.audit.reading import EventView, Filter, Filtered, standing, view
from pulsar.base.errors import Invalid
from pulsar.base.events import EventRow
from pulsar.base.http import View
from pulsar.live.stream import EventStream
from pulsar.people.access import AnyCaller, AsViewer

router = APIRouter(tags=["Live"])

_STREAM = "text/event-stream"


class EventsPage(View):
    """Oldest first. Go on with `after`; with `more`, at once. `resync`: something that you missed is no longer kept, or
    the number that you sent is ahead of what there is."""

    items: list[EventView]
    after: int
    more: bool
    last_id: int
    resync: bool


def _number(last_event_id: str) -> int | None:
    """What a client of the stream sends when it connects again."""
    if last_event_id and not last_event_id.isdecimal():
        raise Invalid("This is no number of an event.", field="Last-Event-ID")
    return int(last_event_id) if last_event_id else None


@router.get("/events", responses={200: {"content": {_STREAM: {}}, "model": EventsPage}}, response_model=EventsPage)
async def list_events(
    request: Request,
    caller: AnyCaller,
    tx: AsViewer,
    filtered: Filtered,
    after: Annotated[int | None, Query(ge=0, description="The number of the last event that you have.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    last_event_id: Annotated[str, Header(max_length=40)] = "",
) -> EventsPage | Response:
    """With `Accept: text/event-stream` the answer is a stream that does not end: without `after`, of what is new."""
    if _STREAM not in request.headers.get("accept", ""):
        return await _page(tx, filtered, after or 0, limit)
    if filtered != Filter(filtered.types, *[None] * 7):
        raise Invalid("The stream can be narrowed by type only.", field="type")
    came_back = _number(last_event_id)
    return EventStream(request.app.state.hub, caller, came_back if came_back is not None else after, filtered.types)


async def _page(tx: AsViewer, filtered: Filter, after: int, limit: int) -> EventsPage:
    stands = await standing(tx)
    start = min(after, stands.last)
    query = filtered.of(select(EventRow).where(EventRow.number > start, EventRow.number <= stands.last))
    rows = (await tx.scalars(query.order_by(EventRow.number).limit(limit + 1))).all()
    more = len(rows) > limit
    items = [view(row) for row in rows[:limit]]
    return EventsPage(
        items=items,
        after=items[-1].id if more else stands.last,
        more=more,
        last_id=stands.last,
        resync=after < stands.forgotten or after > stands.last,
    )
