"""Routes of calendar feeds: of a schedule, of one's own shifts, and the public address that programs read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Response
from sqlalchemy import Select, select

from pulsar.base.db import Transaction
from pulsar.base.http import Named, Page, Pages, Paging, PulsarNode, View, page_of
from pulsar.oncall import feeds, schedules
from pulsar.oncall.model import CalendarFeed, ScheduleRow
from pulsar.people.access import AsViewer, Caller

router = APIRouter(tags=["Calendar feeds"])

PUBLIC_PATH = "/api/v1/calendar/"
_HEADERS = {"Cache-Control": "private, max-age=300", "Content-Disposition": 'inline; filename="on-call.ics"'}
_ICAL: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/calendar": {"schema": {"type": "string"}}}},
    304: {"description": "Not modified"},
}


class FeedView(View):
    id: UUID
    schedule: Named | None
    """None: the shifts of its owner, in all schedules."""
    token_prefix: str
    last_used_at: datetime | None
    created_at: datetime


class CreatedFeed(FeedView):
    url: str
    """The only answer that has the secret in it. Programs that subscribe on a click want `webcal_url`."""
    webcal_url: str


def _view(feed: CalendarFeed, schedule_name: str | None) -> FeedView:
    schedule = Named(id=feed.schedule_id, name=schedule_name or "") if feed.schedule_id else None
    own = {name: getattr(feed, name) for name in FeedView.model_fields if name != "schedule"}
    return FeedView(**own, schedule=schedule)


async def _page(tx: Transaction, query: Select[CalendarFeed], paging: Paging) -> Page[FeedView]:
    named = await tx.execute(select(ScheduleRow.id, ScheduleRow.name).where(ScheduleRow.id.in_(_schedules(query))))
    names = {row.id: row.name for row in named}

    def shape(rows: Sequence[CalendarFeed]) -> list[FeedView]:
        return [_view(row, names.get(row.schedule_id) if row.schedule_id else None) for row in rows]

    return await page_of(tx, query, CalendarFeed.id, paging, shape, descending=False)


def _schedules(query: Select[CalendarFeed]) -> Select[UUID | None]:
    return query.with_only_columns(CalendarFeed.schedule_id)


async def _create(
    tx: Transaction, caller: Caller, pulsar: PulsarNode, schedule: ScheduleRow | None, response: Response
) -> CreatedFeed:
    feed, secret = await feeds.create(tx, caller.user_id, schedule)
    response.headers["Cache-Control"] = "no-store"
    url = f"{pulsar.settings.base_url}{PUBLIC_PATH}{secret}.ics"
    shown = _view(feed, schedule.name if schedule else None)
    return CreatedFeed(**shown.model_dump(), url=url, webcal_url=f"webcal:{url.partition(':')[2]}")


@router.get("/schedules/{schedule_id}/feeds")
async def list_schedule_feeds(schedule_id: UUID, tx: AsViewer, caller: Caller, paging: Pages) -> Page[FeedView]:
    """Your own."""
    await schedules.get(tx, schedule_id)
    query = select(CalendarFeed).where(CalendarFeed.schedule_id == schedule_id, CalendarFeed.user_id == caller.user_id)
    return await _page(tx, query, paging)


@router.post("/schedules/{schedule_id}/feeds", status_code=201)
async def create_schedule_feed(
    schedule_id: UUID, tx: AsViewer, caller: Caller, pulsar: PulsarNode, response: Response
) -> CreatedFeed:
    return await _create(tx, caller, pulsar, await schedules.get(tx, schedule_id), response)


@router.delete("/schedules/{schedule_id}/feeds/{feed_id}", status_code=204)
async def revoke_schedule_feed(schedule_id: UUID, feed_id: UUID, tx: AsViewer, caller: Caller) -> None:
    await feeds.revoke(tx, await feeds.own(tx, caller.user_id, feed_id, schedule_id))


@router.get("/users/me/feeds")
async def list_my_feeds(tx: AsViewer, caller: Caller, paging: Pages) -> Page[FeedView]:
    """All that you have, those of schedules too."""
    return await _page(tx, select(CalendarFeed).where(CalendarFeed.user_id == caller.user_id), paging)


@router.post("/users/me/feeds", status_code=201)
async def create_my_feed(tx: AsViewer, caller: Caller, pulsar: PulsarNode, response: Response) -> CreatedFeed:
    """Of your own shifts, in all schedules of this organization."""
    return await _create(tx, caller, pulsar, None, response)


@router.delete("/users/me/feeds/{feed_id}", status_code=204)
async def revoke_my_feed(feed_id: UUID, tx: AsViewer, caller: Caller) -> None:
    await feeds.revoke(tx, await feeds.own(tx, caller.user_id, feed_id))


@router.get("/calendar/{token}.ics", response_class=Response, responses=_ICAL)
async def read_calendar(token: str, pulsar: PulsarNode, if_none_match: Annotated[str, Header()] = "") -> Response:
    """For calendar programs, with no token but the one in the address: 30 days back and 180 ahead, in UTC."""
    feed = await feeds.serve(pulsar.db, token, pulsar.settings.base_url, if_none_match)
    headers = _HEADERS | {"ETag": feed.etag}
    if feed.file is None:
        return Response(status_code=304, headers=headers)
    return Response(feed.file, media_type="text/calendar; charset=utf-8", headers=headers)
