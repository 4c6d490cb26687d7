"""How does a process keep a connection of its own to the database, beside the pool? In the background, and anew soon
after it is lost.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import structlog

PATIENCE_SECONDS = 5
_RECONNECT_SECONDS = 0.5

log = structlog.get_logger()

Turn = Callable[[asyncpg.Connection], Awaitable[None]]
Heard = Callable[[Any, Any, Any, object], None]


class Line:
    """`turn` is done over and over. `hearing` is a channel, and what is called with each notification there."""

    def __init__(self, url: str, name: str, turn: Turn, *, lost: str, hearing: tuple[str, Heard] | None = None) -> None:
        """`lost` is what the log says when it is."""
        self._url, self._name, self._turn, self._lost, self._hearing = url, name, turn, lost, hearing
        self.up = False
        self.ended = asyncio.Event()

    @contextlib.asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._keep())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _keep(self) -> None:
        while True:
            try:
                await self._connected()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning(self._lost, error=type(error).__name__)
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _connected(self) -> None:
        # There is nothing to keep of what is said here, so it need not wait for the disk.
        settings = {"application_name": self._name, "synchronous_commit": "off"}
        connection = await asyncpg.connect(self._url, timeout=PATIENCE_SECONDS, server_settings=settings)
        self.ended.clear()
        connection.add_termination_listener(self._over)
        try:
            if self._hearing:
                await connection.add_listener(*self._hearing)
            self.up = True
            while True:
                await self._turn(connection)
        finally:
            self.up = False
            connection.terminate()

    def _over(self, _connection: object) -> None:
        self.up = False
        self.ended.set()
