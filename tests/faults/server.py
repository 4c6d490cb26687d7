"""A Pulsar that is killed again and again, and started again at the same address."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
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
        self._killing = asyncio.Lock()
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self._port}", timeout=20)

    async def up(self) -> "Killed":
        self.running: Running = await self._start(self._data_dir, port=self._port, public_url=PUBLIC_URL).ready()
        return self

    async def down(self) -> None:
        await self.http.aclose()
        self._start.end_all()

    async def suffer(self, kills: Sequence[Kill]) -> Counter[Victim]:
        """Whom it hit."""
        began, hit = time.monotonic(), Counter[Victim]()
        for kill in kills:
            await asyncio.sleep(max(0.0, began + kill.at - time.monotonic()))
            # One after the other: nights that overlap kill the same Pulsar, and who is dead cannot be killed.
            async with self._killing:
                await until(f"a {kill.victim} to kill", partial(self._kills, kill.victim), PATIENCE_SECONDS)
            hit[kill.victim] += 1
        return hit

    async def well(self) -> None:
        """Nobody kills now, and all of it is back."""
        async with self._killing:
            self._started()
            await self.running.ready()

    def _started(self) -> None:
        """Again, if it has ended, as a service manager would: it may have been at its start when its database died."""
        if self.running.process.poll() is not None:
            self.running = self._start(self._data_dir, port=self._port, public_url=PUBLIC_URL)

    async def _kills(self, victim: Victim) -> bool:
        self._started()
        try:
            match victim:
                case "worker":
                    self.running.worker().kill()
                case "database":
                    postmaster = self.running.postmaster()
                    alive = postmaster.is_running() and postmaster.status() != psutil.STATUS_ZOMBIE
                    if not alive:
                        return False
                    postmaster.kill()
                case "api":
                    # One that is only starting has nothing to lose.
                    if not (await self.http.get("/healthz", timeout=2)).is_success:
                        return False
                    self.running.process.kill()
                    self.running.process.wait()
                    self._started()
        except (psutil.Error, ValueError, FileNotFoundError, IndexError, httpx.TransportError):
            return False
        return True

    async def database(self) -> asyncpg.Connection:
        """As the owner of the tables, whom no policy binds."""
        found: list[asyncpg.Connection] = []

        async def connected() -> bool:
            with contextlib.suppress(OSError, asyncpg.PostgresError):
                found.append(await asyncpg.connect(self.running.database_url))
            return bool(found)

        await until("the database", connected, PATIENCE_SECONDS)
        return found[0]
