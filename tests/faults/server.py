"""A Pulsar that is killed again and again, and started again at the same address."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import httpx
import psutil

from tests.e2e.processes import PATIENCE_SECONDS, Running, Starter, free_port, until
from tests.faults.plan import Kill, Victim

# What the links in invitations begin with.
PUBLIC_URL = "http://pulsar.test"


class Killed:
    def __init__(self, folder: Path) -> None:
        self._start = Starter(folder)
        self._data_dir = folder / "data"
        self._port = free_port()
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self._port}", timeout=20)

    async def up(self) -> "Killed":
        self.running: Running = await self._start(self._data_dir, port=self._port, public_url=PUBLIC_URL).ready()
        return self

    async def down(self) -> None:
        await self.http.aclose()
        self._start.end_all()

    async def suffer(self, kills: Sequence[Kill]) -> None:
        began = time.monotonic()
        for kill in kills:
            await asyncio.sleep(max(0.0, began + kill.at - time.monotonic()))
            await self._kill(kill.victim)
        await self.running.ready()

    async def _kill(self, victim: Victim) -> None:
        """Whoever is dead at this moment cannot be killed."""
        with contextlib.suppress(psutil.Error, ValueError, FileNotFoundError):
            match victim:
                case "worker":
                    self.running.worker().kill()
                case "database":
                    self.running.postmaster().kill()
                case "api":
                    self.running.process.kill()
                    self.running.process.wait()
                    self.running = self._start(self._data_dir, port=self._port, public_url=PUBLIC_URL)

    async def database(self) -> asyncpg.Connection:
        """As the owner of the tables, whom no policy binds."""
        found: list[asyncpg.Connection] = []

        async def connected() -> bool:
            with contextlib.suppress(OSError, asyncpg.PostgresError):
                found.append(await asyncpg.connect(self.running.database_url))
            return bool(found)

        await until("the database", connected, PATIENCE_SECONDS)
        return found[0]
