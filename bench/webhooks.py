"""How many webhooks are planned and sent in a second, and does an endpoint that hangs hold up others?

`python -m bench.webhooks`, or with the number of alerts; a server as people have it, receivers in this process. Goals:
a thousand planned and three hundred delivered a second, and beside an endpoint that never answers the others hear as
soon as before.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import uvloop

from bench import sink
from bench.report import p99, row, spent
from bench.server import Customer, Server, serving
from pulsar.base.cluster import Cluster

ALERTS, ENDPOINTS, ONE_BY_ONE = 2000, 4, 100
_AT_ONCE = 20
_PATIENCE_SECONDS = 600


class Receivers:
    """What arrived, and when; the hanging one takes connections and says nothing."""

    def __init__(self) -> None:
        self.arrived: list[float] = []
        self.took: list[float] = []
        """Milliseconds from the event to the receiver."""

    async def start(self) -> None:
        self._server, self.url = await sink.listening(self._seen)
        self._held: list[Any] = []
        self._hanging = await asyncio.start_server(lambda *ends: self._held.append(ends), "127.0.0.1", 0)
        self.hanging_url = f"http://127.0.0.1:{self._hanging.sockets[0].getsockname()[1]}/"

    def _seen(self, at: float, message: dict[str, Any]) -> None:
        self.arrived.append(at)
        happened = datetime.fromisoformat(message["timestamp"]).astimezone(UTC)
        self.took.append(1000 * (datetime.now(UTC) - happened).total_seconds())

    async def have(self, count: int) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while len(self.arrived) < count:
            assert time.monotonic() < deadline, f"{len(self.arrived)} of {count} arrived"
            await asyncio.sleep(0.05)


async def _report(server: Server, path: str, count: int, name: Callable[[int], str]) -> None:
    """Alerts, by a few connections at once."""
    numbers = iter(range(count))
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:

        async def post() -> None:
            for number in numbers:
                body = {"message": name(number), "alias": name(number)}
                (await http.post(path, json=body)).raise_for_status()

        await asyncio.gather(*(post() for _ in range(_AT_ONCE)))


def _hook(customer: Customer, name: str, url: str) -> str:
    made = customer.post("/webhooks/endpoints", name=name, url=url, alert_created=True, timeout_seconds=10)
    return str(made["id"])


async def _storm(server: Server, url: str, customer: Customer, receivers: Receivers, alerts: int) -> None:
    path = customer.webhook_path()
    for number in range(ENDPOINTS):
        _hook(customer, f"Endpoint {number}", receivers.url)
    before = spent(server)
    await _report(server, path, alerts, lambda number: f"storm {number}")
    await receivers.have(ENDPOINTS * alerts)
    database = await asyncpg.connect(url)
    planned = await database.fetchrow(
        "SELECT count(*) AS many, extract(epoch FROM max(created_at) - min(created_at)) AS took FROM webhook_deliveries"
    )
    await database.close()
    assert planned
    processor = (spent(server) - before) / len(receivers.arrived) * 1e6
    took = receivers.arrived[-1] - receivers.arrived[0]
    row("planned as alerts came in", f"{planned['many'] / float(planned['took']):.0f} /s", "1000 /s")
    row(
        f"delivered, {ENDPOINTS} endpoints",
        f"{len(receivers.arrived) / took:.0f} /s, {processor:.0f} us of processor",
        "300 /s",
    )


def _planned_at_once(customer: Customer, receivers: Receivers) -> None:
    """What was missed by an endpoint of which nobody has heard: the planning by itself."""
    late = _hook(customer, "Late", receivers.hanging_url)
    now = datetime.now(UTC)
    span = {"since": (now - timedelta(hours=1)).isoformat(), "until": (now + timedelta(minutes=1)).isoformat()}
    began = time.perf_counter()
    again = customer.post(f"/webhooks/endpoints/{late}/redeliver", which="missed", **span)
    row("planned at once", f"{again['count'] / (time.perf_counter() - began):.0f} /s", "1000 /s")


async def _one_by_one(server: Server, customer: Customer, receivers: Receivers) -> float:
    """The 99th percentile of the time from the event to the receiver."""
    path, before = customer.webhook_path(), len(receivers.arrived)
    receivers.took.clear()
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
        for number in range(ONE_BY_ONE):
            (await http.post(path, json={"message": f"single {before} {number}"})).raise_for_status()
            await asyncio.sleep(0.05)
    await receivers.have(before + ENDPOINTS * ONE_BY_ONE)
    middle = statistics.median(receivers.took)
    row("  from the event to the receiver, median", f"{middle:.0f} ms")
    return p99(receivers.took)


async def measure(server: Server, url: str) -> None:
    alerts = int(sys.argv[1]) if len(sys.argv) > 1 else ALERTS
    receivers = Receivers()
    await receivers.start()
    customer = Customer(server)
    await _storm(server, url, customer, receivers, alerts)
    alone = await _one_by_one(server, customer, receivers)
    row("from the event to the receiver, 99th percentile", f"{alone:.0f} ms")
    _planned_at_once(customer, receivers)
    beside = await _one_by_one(server, customer, receivers)
    row("the same beside one that hangs", f"{beside:.0f} ms, {beside / alone:.1f} times", "as before")
    customer.close()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pulsar-bench-") as folder, serving(Path(folder)) as server:
        uvloop.run(measure(server, Cluster(Path(folder)).url))


if __name__ == "__main__":
    main()
