"""The database is there, but the line to it is bad: pages come late at worst, all of them, and once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest_asyncio

from pulsar.base.cluster import Cluster
from tests.e2e.paging import LATEST_SECONDS, paged_by_mail, pages
from tests.e2e.processes import Starter, until
from tests.e2e.wire import Wire
from tests.ladders import Integration
from tests.world import Mailbox, Person, register


@dataclass
class Apart:
    """A web server at its database, and a worker at the other end of the wire."""

    person: Person
    monitoring: Integration
    wire: Wire


@pytest_asyncio.fixture
async def apart(start: Starter, data_dir: Path, tmp_path: Path, mail: Mailbox) -> AsyncIterator[Apart]:
    web = start(data_dir, "serve", "--no-worker")
    await web.answers("/healthz")
    cluster = Cluster(data_dir)
    wire = Wire(cluster.socket)
    await wire.start()
    url = f"postgresql://pulsar:{cluster.password.read_text()}@127.0.0.1:{wire.port}/pulsar?sslmode=disable"
    start(tmp_path / "other", "worker", database_url=url, secret_key=(data_dir / "secret.key").read_text())
    async with httpx.AsyncClient(base_url=web.url, timeout=20) as http:
        person = await register(http, "Ana")
        monitoring = await paged_by_mail(person, mail, 0, 2)
        await web.ready()
        yield Apart(person, monitoring, wire)
    await wire.stop()


async def test_a_listener_whose_line_has_died_in_silence_makes_pages_late_and_loses_none_and_a_slow_line_neither(
    apart: Apart, mail: Mailbox
) -> None:
    """F20, R8: nobody is told that the connection is dead. F3: then every answer of the database takes its time."""
    await until("who listens for jobs, and who for what webhooks are to tell", lambda: apart.wire.listeners >= 2)
    apart.wire.deafen()
    alert = (await apart.monitoring.tells(message="Disk full"))["alerts"][0]["id"]
    await _both_once(apart, alert, LATEST_SECONDS)

    mail.empty()
    apart.wire.delay_seconds = 0.1
    slow = [(await apart.monitoring.tells(message=f"Disk {n}"))["alerts"][0]["id"] for n in range(3)]
    for alert in slow:
        await _both_once(apart, alert, 2 * LATEST_SECONDS)
    assert len(mail.to(apart.person)) == 6


async def _both_once(apart: Apart, alert: str, seconds: float) -> None:
    async def come() -> bool:
        return await pages(apart.person, alert) == [("sent", 1), ("sent", 1)]

    await until("both levels, once each", come, seconds)
