"""A bad line between Pulsar and its database: slow, or one that has died without a word at either end."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.processes import free_port


@dataclass
class Wire:
    """Passes on to a PostgreSQL's socket. `delay_seconds` before each piece that comes back."""

    socket: Path
    delay_seconds: float = 0.0
    port: int = field(default_factory=free_port)
    _listening: list[asyncio.Event] = field(default_factory=list)
    """What stops each connection that has asked to be told of something."""
    _ends: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)

    @property
    def listeners(self) -> int:
        return len(self._listening)

    def deafen(self) -> None:
        """Those that listen now stay open, and nothing more comes through; who comes after them is served."""
        for dead in self._listening:
            dead.set()

    async def stop(self) -> None:
        self._server.close()
        for end in self._ends:
            end.cancel()
        await asyncio.gather(*self._ends, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up, to_database = await asyncio.open_unix_connection(str(self.socket))
        dead = asyncio.Event()
        tasks = {
            asyncio.create_task(self._carry(reader, to_database, dead, back=False)),
            asyncio.create_task(self._carry(up, writer, dead, back=True)),
        }
        self._ends |= tasks
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        for end in (writer, to_database):
            end.close()
        self._ends -= tasks

    async def _carry(
        self, come: asyncio.StreamReader, go: asyncio.StreamWriter, dead: asyncio.Event, *, back: bool
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := await come.read(65536):
                if not back and b"LISTEN" in piece.upper() and dead not in self._listening:
                    self._listening.append(dead)
                if back and self.delay_seconds:
                    await asyncio.sleep(self.delay_seconds)
                while dead.is_set():
                    await asyncio.sleep(3600)
                go.write(piece)
                await go.drain()
