"""How do tests listen? Over a real socket to a second node, so that what is done on the first has to find its way."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from uuid import UUID

import uvicorn
from sqlalchemy import func, select
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from pulsar import app
from pulsar.base.db import Database
from pulsar.base.events import EventRow
from pulsar.base.http import Pulsar
from pulsar.live import wire
from pulsar.orgs.events import OrganizationCreated
from tests.world import Person

Message = dict[str, Any]
Dial = Callable[..., AbstractAsyncContextManager[ClientConnection]]
PATIENCE_SECONDS = 10


@asynccontextmanager
async def node(pulsar: Pulsar) -> AsyncIterator[str]:
    """One more node on the same database, and its host and port."""
    database = Database(pulsar.db.url, pulsar.keys, size=10)
    config = uvicorn.Config(
        app.build(Pulsar(pulsar.settings, pulsar.keys, database)),
        port=0,
        lifespan="on",
        log_config=None,
        **wire.OPTIONS,
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await running


async def ticket(person: Person) -> str:
    made: str = (await person.makes("/ws/ticket"))["ticket"]
    return made


async def hear(socket: ClientConnection) -> Message:
    message: Message = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE_SECONDS))
    return message


async def hear_until(socket: ClientConnection, number: int) -> list[Message]:
    heard = [await hear(socket)]
    while heard[-1]["id"] != number:
        heard.append(await hear(socket))
    return heard


async def hear_to_the_end(socket: ClientConnection) -> list[Message]:
    heard = []
    with contextlib.suppress(ConnectionClosed):
        while True:
            heard.append(await hear(socket))
    return heard


async def closed_with(socket: ClientConnection) -> int | None:
    """Drops what is still heard before."""
    await asyncio.wait_for(socket.wait_closed(), PATIENCE_SECONDS)
    return socket.close_code


async def last_number(pulsar: Pulsar, org: UUID) -> int:
    async with pulsar.db.in_org(org) as tx:
        return await tx.scalar(select(func.max(EventRow.number))) or 0


async def happen(pulsar: Pulsar, org: UUID, times: int) -> None:
    async with pulsar.db.in_org(org) as tx:
        tx.record(*(OrganizationCreated(org, name=f"{i}") for i in range(times)))
