"""Who should look now? NOTIFY to the workers and the live feeds of all nodes, coalesced.

A NOTIFY inside a transaction takes a lock over its commit that the whole database shares, and so lines up all
commits behind each other. A node therefore rings on a connection of its own after the commits, at once for the
first and then at most every 20 ms. A ring that gets lost in a crash costs its listeners one poll interval.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from pulsar.base.jobs import CHANNEL as JOBS_CHANNEL

EVENTS_CHANNEL = "pulsar_events"
_PAUSE_SECONDS = 0.02
# PgQueuer's own trigger sends this; we do in its place.
_JOBS_MESSAGE = (
    "json_build_object('channel', '" + JOBS_CHANNEL + "', 'operation', 'insert', 'sent_at', now(), "
    "'table', 'pgqueuer', 'type', 'table_changed_event')::text"
)

log = structlog.get_logger()


class Bell:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._jobs = False
        self._orgs: set[UUID] = set()
        self._rung = asyncio.Event()

    def ring(self, *, jobs: bool, org: UUID | None) -> None:
        self._jobs = self._jobs or jobs
        if org:
            self._orgs.add(org)
        if self._jobs or self._orgs:
            self._rung.set()

    async def _carry(self) -> None:
        jobs, self._jobs = self._jobs, False
        orgs, self._orgs = self._orgs, set()
        async with self._engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            if jobs:
                await connection.exec_driver_sql(f"SELECT pg_notify('{JOBS_CHANNEL}', {_JOBS_MESSAGE})")
            # 8000 bytes is the limit of a notification; a uuid and its comma take 37.
            names = sorted(map(str, orgs))
            for i in range(0, len(names), 200):
                await connection.exec_driver_sql(
                    "SELECT pg_notify($1::text, $2::text)", (EVENTS_CHANNEL, ",".join(names[i : i + 200]))
                )

    async def _keep_ringing(self) -> None:
        while True:
            await self._rung.wait()
            self._rung.clear()
            try:
                await self._carry()
            except (OSError, SQLAlchemyError) as error:
                log.warning("bell_not_heard", error=type(error).__name__)
            await asyncio.sleep(_PAUSE_SECONDS)

    @contextlib.asynccontextmanager
    async def hung(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._keep_ringing())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
