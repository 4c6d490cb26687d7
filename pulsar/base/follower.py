"""Is there something new for an organization? One LISTEN connection for all who want to know, of a process.

A notification only says "look": what is new is read from the events table, so one that gets lost costs a poll
interval and never an event.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from pulsar.base.bell import EVENTS_CHANNEL

log = structlog.get_logger()

POLL_SECONDS = 2.0
_RECONNECT_SECONDS = 1.0
# A half-open connection says nothing: ask it now and then.
_PROBE_SECONDS = 10.0


class Follower:
    """`tell` is called with each organization of which something is new, beside those who follow one."""

    def __init__(self, url: str, tell: Callable[[UUID], None] | None = None) -> None:
        self._url = url
        self._tell = tell
        self._waiting: dict[UUID, set[asyncio.Event]] = defaultdict(set)
        self.up = False
        """Whether it hears of news at once."""

    @contextlib.contextmanager
    def following(self, org: UUID) -> Iterator[asyncio.Event]:
        """Is set whenever there may be something new."""
        rung = asyncio.Event()
        self._waiting[org].add(rung)
        try:
            yield rung
        finally:
            self._waiting[org].discard(rung)
            if not self._waiting[org]:
                del self._waiting[org]

    def _heard(self, _connection: Any, _pid: Any, _channel: Any, payload: object) -> None:
        for org in map(UUID, str(payload).split(",")):
            for rung in self._waiting.get(org, ()):
                rung.set()
            if self._tell:
                self._tell(org)

    async def _listen(self) -> None:
        while True:
            try:
                connection = await asyncpg.connect(
                    self._url, timeout=5, server_settings={"application_name": "pulsar follower"}
                )
                ended = asyncio.Event()
                connection.add_termination_listener(lambda _, ended=ended: ended.set())
                try:
                    await connection.add_listener(EVENTS_CHANNEL, self._heard)
                    self.up = True
                    while True:
                        with contextlib.suppress(TimeoutError):
                            await asyncio.wait_for(ended.wait(), _PROBE_SECONDS)
                        await connection.execute("SELECT 1", timeout=5)
                finally:
                    self.up = False
                    connection.terminate()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("listener_down", error=type(error).__name__)
            await asyncio.sleep(_RECONNECT_SECONDS)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Follower"]:
        task = asyncio.create_task(self._listen())
        try:
            yield self
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
