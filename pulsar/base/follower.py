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

from pulsar.base.bell import EVENTS_CHANNEL
from pulsar.base.line import PATIENCE_SECONDS, Line

POLL_SECONDS = 2.0
# A half-open connection says nothing: ask it now and then.
_PROBE_SECONDS = 10.0


class Follower:
    """`tell` is called with each organization of which something is new, beside those who follow one."""

    def __init__(self, url: str, tell: Callable[[UUID], None] | None = None) -> None:
        self._tell = tell
        self._waiting: dict[UUID, set[asyncio.Event]] = defaultdict(set)
        hearing = EVENTS_CHANNEL, self._heard
        self._line = Line(url, "pulsar follower", self._probe, lost="listener_down", hearing=hearing)

    @property
    def up(self) -> bool:
        """Whether it hears of news at once."""
        return self._line.up

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

    async def _probe(self, connection: asyncpg.Connection) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PROBE_SECONDS):
                await self._line.ended.wait()
        await connection.execute("SELECT 1", timeout=PATIENCE_SECONDS)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Follower"]:
        async with self._line.kept():
            yield self
