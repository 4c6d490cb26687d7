"""Routes of the live feed: a ticket, and the WebSocket that it opens."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect
from sqlalchemy import func, select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import NotSignedIn
from pulsar.base.events import EventRow
from pulsar.base.http import Principal, Pulsar, View
from pulsar.live import tickets
from pulsar.live.follower import POLL_SECONDS, Follower
from pulsar.orgs.roles import Role
from pulsar.people.access import AsViewer, Caller, entered

log = structlog.get_logger()

router = APIRouter(tags=["Live"])

# A client that is further behind than this reloads what it shows instead.
MOST_MISSED = 1000
_BATCH = 200
_PING_SECONDS = 25.0
_LARGEST_MESSAGE = 512
_NOT_SIGNED_IN, _TOO_LARGE = 4401, 4413


class TicketView(View):
    ticket: str
    expires_in: int


@router.post("/ws/ticket")
async def create_ticket(caller: Caller, tx: AsViewer) -> TicketView:
    return TicketView(ticket=await tickets.issue(tx, caller), expires_in=int(tickets.LIFETIME.total_seconds()))


def _message(kind: str, org: Any, payload: dict[str, Any], number: int | None = None) -> dict[str, Any]:
    at = clock.rfc3339(clock.now())
    return {"id": number, "type": kind, "organization_id": str(org), "payload": payload, "timestamp": at}


def _event(row: EventRow) -> dict[str, Any]:
    actor = {"type": row.actor_type, "id": str(row.actor_id) if row.actor_id else None, "name": row.actor_name}
    subject = {"type": row.subject_type, "id": str(row.subject_id)}
    payload = {"subject": subject, "actor": actor, "data": row.data}
    return _message(row.type, row.org_id, payload, row.number) | {"timestamp": clock.rfc3339(row.at)}


async def _last_number(tx: Transaction) -> int:
    return await tx.scalar(select(func.max(EventRow.number))) or 0


async def _since(tx: Transaction, number: int) -> Sequence[EventRow]:
    query = select(EventRow).where(EventRow.number > number).order_by(EventRow.number).limit(_BATCH)
    return (await tx.scalars(query)).all()


@router.websocket("/ws")
async def live(
    socket: WebSocket, ticket: Annotated[str, Query()] = "", after: Annotated[int | None, Query(ge=0)] = None
) -> None:
    pulsar: Pulsar = socket.app.state.pulsar
    async with pulsar.db.without_org() as tx:
        caller = await tickets.redeem(tx, ticket)
    if not caller:
        # Before it is accepted, a refusal is an HTTP 403.
        await socket.close(_NOT_SIGNED_IN)
        return
    await socket.accept()
    code = await _until_either_ends(
        asyncio.create_task(_feed(socket, pulsar, socket.app.state.follower, caller, after)),
        asyncio.create_task(_until_gone(socket)),
    )
    # Whoever hung up cannot be hung up on.
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):
        await socket.close(code)


async def _until_either_ends(feed: asyncio.Task[None], listening: asyncio.Task[int]) -> int:
    """Returns the code to close the socket with."""
    try:
        await asyncio.wait({feed, listening}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (feed, listening):
            task.cancel()
        fed, said = await asyncio.gather(feed, listening, return_exceptions=True)
    if said == _TOO_LARGE:
        return _TOO_LARGE
    if isinstance(fed, NotSignedIn):
        return _NOT_SIGNED_IN
    if isinstance(fed, Exception) and not isinstance(fed, WebSocketDisconnect):
        log.warning("feed_failed", exc_info=fed)
    return 1011


async def _until_gone(socket: WebSocket) -> int:
    """A client has nothing to say but that it is there."""
    while True:
        try:
            said = await socket.receive_text()
        except (WebSocketDisconnect, KeyError):
            return 1000
        if len(said) > _LARGEST_MESSAGE:
            return _TOO_LARGE


async def _feed(socket: WebSocket, pulsar: Pulsar, follower: Follower, caller: Principal, after: int | None) -> None:
    """Every event after the client's last, in order, none twice: each is read from the table by its number.
    The caller's membership is looked up with each reading, so who was removed hears nothing more."""
    with follower.following(caller.org_id) as rung:
        async with entered(pulsar, caller, Role.VIEWER) as tx:
            last = await _last_number(tx)
        await socket.send_json(_message("connection.connected", caller.org_id, {"last_id": last}))
        seen = last if after is None else after
        if seen > last or last - seen > MOST_MISSED:
            await socket.send_json(_message("connection.resync", caller.org_id, {"last_id": last}))
            seen = last
        spoke_at = clock.now()
        while True:
            rung.clear()
            async with entered(pulsar, caller, Role.VIEWER) as tx:
                rows = await _since(tx, seen)
            for row in rows:
                await socket.send_json(_event(row))
                seen, spoke_at = row.number, clock.now()
            if len(rows) == _BATCH:
                continue
            if (clock.now() - spoke_at).total_seconds() > _PING_SECONDS:
                await socket.send_json(_message("connection.ping", caller.org_id, {}))
                spoke_at = clock.now()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(rung.wait(), POLL_SECONDS)
