"""Routes of the live feed: a ticket, the WebSocket that it opens, and who listens."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Annotated, NoReturn
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Query, Request, WebSocket

from pulsar.audit.reading import standing
from pulsar.base.errors import NotSignedIn
from pulsar.base.http import Principal, Pulsar, View, principal_from
from pulsar.live import tickets
from pulsar.live.conversation import converse
from pulsar.live.hub import Hub
from pulsar.live.messages import about_connection, framed
from pulsar.live.room import AWAY, NOT_SIGNED_IN, Ended, Ending
from pulsar.live.wire import Wire, wire_of
from pulsar.people.access import AnyCaller, AsViewer, Caller

log = structlog.get_logger()

router = APIRouter(tags=["Live"])


class TicketView(View):
    ticket: str
    expires_in: int


class LiveStats(View):
    """Of this node and your organization."""

    listeners: int
    users: int
    last_id: int


@router.post("/ws/ticket")
async def create_ticket(caller: Caller, tx: AsViewer) -> TicketView:
    return TicketView(ticket=await tickets.issue(tx, caller), expires_in=int(tickets.LIFETIME.total_seconds()))


@router.get("/ws/stats")
async def get_live_stats(caller: AnyCaller, tx: AsViewer, request: Request) -> LiveStats:
    hub: Hub = request.app.state.hub
    here = hub.listeners(caller.org_id)
    users = {one.caller.user_id for one in here if one.caller.user_id}
    return LiveStats(listeners=len(here), users=len(users), last_id=(await standing(tx)).last)


async def _caller(pulsar: Pulsar, ticket: str, token: str) -> Principal | None:
    """By a ticket, or by an access token, which then stands in the logs of every proxy on the way."""
    if token:
        with contextlib.suppress(NotSignedIn):
            return principal_from(token, pulsar.keys)
        return None
    async with pulsar.db.without_org() as tx:
        return await tickets.redeem(tx, ticket)


def from_a_page_of_ours(socket: WebSocket, pulsar: Pulsar) -> bool:
    """A browser says of which site the page is that connects; who is no browser says nothing."""
    origin = socket.headers.get("origin")
    ours = {socket.headers.get("host"), urlsplit(pulsar.settings.base_url).netloc}
    return origin is None or urlsplit(origin).netloc in ours


@router.websocket("/ws")
async def live(
    socket: WebSocket,
    ticket: Annotated[str, Query()] = "",
    token: Annotated[str, Query()] = "",
    after: Annotated[int | None, Query(ge=0)] = None,
) -> None:
    pulsar: Pulsar = socket.app.state.pulsar
    wire = wire_of(socket.scope)
    wire.forget_query()
    caller = await _caller(pulsar, ticket, token) if from_a_page_of_ours(socket, pulsar) else None
    if not caller:
        # Before it is accepted, a refusal is an HTTP 403.
        await socket.close(NOT_SIGNED_IN.code)
        return
    await socket.accept()
    ending = await _until_it_ends(_feed(socket, wire, socket.app.state.hub, caller, after))
    error = {"code": ending.slug, "detail": ending.reason}
    wire.part(ending, framed(about_connection("error", caller.org_id, error)))


async def _until_it_ends(feed: Coroutine[None, None, NoReturn]) -> Ending:
    try:
        await feed
    except NotSignedIn:
        return NOT_SIGNED_IN
    except Ended as ended:
        return ended.ending
    except Exception as error:
        log.warning("feed_failed", exc_info=error)
        return AWAY


async def _feed(socket: WebSocket, wire: Wire, hub: Hub, caller: Principal, after: int | None) -> NoReturn:
    async with hub.joined(caller, after) as (listener, last, anew):
        await wire.push(framed(about_connection("connected", caller.org_id, {"last_id": last})))
        if anew:
            await wire.push(framed(about_connection("resync", caller.org_id, {"last_id": last})))
        listening = asyncio.create_task(converse(socket, wire, listener))
        try:
            while True:
                said = await listener.next(framed)
                await wire.push(said or framed(about_connection("ping", caller.org_id, {})))
        finally:
            listening.cancel()
