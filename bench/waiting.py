"""`python -m bench.waiting`: what do a hundred thousand escalation steps cost that only wait for their time?

The same intake is measured before and with them. Then alerts come in, 50 a second, whose first level is due ten seconds
later: how late is it, while the others wait? The waiting alerts are taken in as all others; after that each step gets a
job of its own, as if the alerts had come one by one, because those that come together share one.
"""

import asyncio
import itertools
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import uvloop

from bench import load, sink
from bench.report import Speed, p99, row, speed_row, spent
from bench.server import Customer, Server, serving
from pulsar.base.cluster import Cluster

WAITING = int(os.environ.get("BENCH_WAITING", "100000"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "8"))
CONNECTIONS = 64
DUE_A_SECOND = 50
DUE_FOR_SECONDS = 20
DELAY_SECONDS = 10

_ONE_EACH = """
WITH many AS (DELETE FROM pgqueuer WHERE entrypoint = 'escalate' AND status = 'queued' RETURNING *)
INSERT INTO pgqueuer (priority, execute_after, status, entrypoint, dedupe_key, payload)
SELECT m.priority, m.execute_after + random() * interval '1 hour', 'queued', 'escalate',
       'step:' || (step->>0) || ':' || (step->>1) || ':' || (step->>2) || ':' || (step->>3),
       convert_to(jsonb_build_object('org', ids->'org', 'steps', jsonb_build_array(step))::text, 'UTF8')
FROM many m, LATERAL (SELECT convert_from(m.payload, 'UTF8')::jsonb AS ids) AS i,
     jsonb_array_elements(ids->'steps') AS step
"""
_COUNT = "SELECT count(*) FROM pgqueuer WHERE status = 'queued' AND execute_after > now()"
_LATE = """
SELECT extract(epoch FROM (fired->0->>'at')::timestamptz - started_at) - {delay} FROM escalations
WHERE jsonb_array_length(fired) > 0
"""


def sql(data_dir: Path, statement: str) -> list[str]:
    cluster = Cluster(data_dir)
    command = [str(cluster.binaries / "psql"), cluster.url, "-qtAc", statement]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def _intake(server: Server, path: str, alias: Callable[[], str]) -> Speed:
    before = spent(server)
    found = uvloop.run(load.run(server.port, path, alias, connections=CONNECTIONS, seconds=SECONDS))
    return Speed(found.per_second, 1e6 * (spent(server) - before) / found.requests)


def _fill(server: Server, path: str, alias: Callable[[], str]) -> None:
    left = WAITING
    while left > 0:
        left -= uvloop.run(load.run(server.port, path, alias, connections=CONNECTIONS, seconds=2)).requests


async def _falling_due(server: Server) -> list[float]:
    """Seconds from when each step was due to its page's arrival."""
    seen: dict[str, float] = {}

    def take(at: float, message: dict[str, Any]) -> None:
        seen.setdefault(message["message"], at)

    endpoint, url = await sink.listening(take)
    customer = await asyncio.to_thread(Customer, server)
    await asyncio.to_thread(customer.policy, DELAY_SECONDS)
    await asyncio.to_thread(customer.webhook_channel, "Room", url)
    path = await asyncio.to_thread(customer.webhook_path)
    wanted, asked = DUE_A_SECOND * DUE_FOR_SECONDS, {}
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as http:
        began = time.perf_counter()
        for number in range(wanted):
            await asyncio.sleep(max(0.0, began + number / DUE_A_SECOND - time.perf_counter()))
            body = {"message": f"due {number}", "alias": f"due {number}", "priority": "P3"}
            asked[body["message"]] = time.perf_counter()
            (await http.post(path, json=body)).raise_for_status()
    until = time.perf_counter() + 60
    while len(seen) < wanted and time.perf_counter() < until:
        await asyncio.sleep(0.1)
    endpoint.close()
    return [seen.get(message, until) - at - DELAY_SECONDS for message, at in asked.items()]


def measure(server: Server, data_dir: Path) -> None:
    customer = Customer(server)
    customer.policy(first_delay=3600)
    path, names = customer.webhook_path(), map("alarm-{}".format, itertools.count())

    def alias() -> str:
        return next(names)

    _intake(server, path, alias)  # warm
    before = _intake(server, path, alias)
    _fill(server, path, alias)
    sql(data_dir, _ONE_EACH)
    waiting = int(sql(data_dir, _COUNT)[0])
    during = _intake(server, path, alias)
    speed_row(f"taking in before, {CONNECTIONS} connections", before)
    speed_row(f"  with {waiting} steps waiting", during)
    row("  against before", f"{during.per_second / before.per_second:.2f}", "at least 0.85")
    row("  against before, by processor time", f"{before.microseconds / during.microseconds:.2f}")
    arrived = uvloop.run(_falling_due(server))
    late = [float(line) for line in sql(data_dir, _LATE.format(delay=DELAY_SECONDS))]
    row(f"steps falling due, {DUE_A_SECOND} a second: fired late by", _spread(late), "p99 under 1 s")
    row("  and the page arrived after its time by", _spread(arrived))
    row("  steps that fired, of", f"{len(late)} of {DUE_A_SECOND * DUE_FOR_SECONDS}", "all")


def _spread(seconds: list[float]) -> str:
    return f"p50 {1000 * sorted(seconds)[len(seconds) // 2]:.0f} ms, p99 {1000 * p99(seconds):.0f} ms"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pulsar-bench-") as folder, serving(Path(folder)) as server:
        measure(server, Path(folder))


if __name__ == "__main__":
    main()
