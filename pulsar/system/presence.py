"""Which nodes answer requests? Each says now and then that it is there, and goodbye when it stops."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from pulsar import __version__
from pulsar.base import clock
from pulsar.base.db import Database
from pulsar.base.ids import new_id
from pulsar.engine.model import Node

log = structlog.get_logger()

INTERVAL = timedelta(seconds=5)
# Three times, and a little.
SILENT_AFTER = timedelta(seconds=17)


@contextlib.asynccontextmanager
async def present(db: Database, listening: Callable[[], bool]) -> AsyncIterator[None]:
    node = Node(id=new_id(), host=socket.gethostname(), pid=os.getpid(), version=__version__, started_at=clock.now())
    saying = asyncio.create_task(_keep_saying(db, node, listening))
    try:
        yield
    finally:
        saying.cancel()
        await asyncio.gather(saying, return_exceptions=True)
        # Where the database is gone already, silence will do.
        with contextlib.suppress(SQLAlchemyError, OSError, TimeoutError):
            async with asyncio.timeout(1), db.without_org() as tx:
                if row := await tx.get(Node, node.id):
                    await tx.delete(row)


async def _keep_saying(db: Database, node: Node, listening: Callable[[], bool]) -> None:
    while True:
        try:
            await say(db, node, listening=listening())
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("node_unheard", error=type(error).__name__)
        await asyncio.sleep(INTERVAL.total_seconds())


async def say(db: Database, node: Node, *, listening: bool) -> None:
    values = {name: getattr(node, name) for name in ("id", "host", "pid", "version", "started_at")}
    fresh = {"seen_at": clock.now(), "listening": listening}
    async with db.without_org() as tx:
        row = insert(Node).values(values | fresh)
        await tx.execute(row.on_conflict_do_update(index_elements=["id"], set_=fresh))
