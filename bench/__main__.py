"""`make bench`: prints a table. Each figure stands beside what it is compared with, measured in the same run."""

import asyncio
import itertools
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import uvloop
from aiosmtpd.smtp import SMTP

from bench import load, mapping, oncall, storm, waiting
from bench.report import Speed, row, speed_row, spent
from bench.server import Customer, Server, serving
from pulsar.base.cluster import Cluster

CONNECTIONS = 64
SECONDS = float(os.environ.get("BENCH_SECONDS", "8"))
PAGES = 60


def pgbench(server: Server, data_dir: Path) -> Speed:
    """64 clients that each commit one row, on the same server."""
    cluster = Cluster(data_dir)
    tool = cluster.binaries / "pgbench"
    script = data_dir / "insert.sql"
    script.write_text("INSERT INTO bench_rows (t) VALUES ('Disk almost full');\n")
    url = cluster.url
    table = "CREATE TABLE IF NOT EXISTS bench_rows (id bigserial PRIMARY KEY, t text)"
    subprocess.run([str(cluster.binaries / "psql"), url, "-qc", table], check=True, capture_output=True)
    command = [str(tool), "-n", "-f", str(script), "-c", str(CONNECTIONS), "-j", "2", "-T", str(int(SECONDS)), url]
    before = spent(server)
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"number of transactions actually processed: (\d+).*tps = ([\d.]+)", out, re.DOTALL)
    assert found
    time.sleep(0.5)  # until its backends are gone, and their times in the postmaster's
    return Speed(float(found[2]), 1e6 * (spent(server) - before) / int(found[1]))


class _Arrivals:
    """An SMTP server that notes when DATA of a message came."""

    def __init__(self) -> None:
        self.at: asyncio.Queue[float] = asyncio.Queue()

    async def handle_DATA(self, _server: object, _session: object, _envelope: Any) -> str:
        self.at.put_nowait(time.perf_counter())
        return "250 taken"


async def page_latency(server: Server) -> tuple[float, float]:
    """Milliseconds from the webhook's answer to the DATA of the mail, one page at a time: median and p99."""
    arrivals = _Arrivals()
    smtp = await asyncio.get_running_loop().create_server(lambda: SMTP(arrivals), "127.0.0.1", 0)
    customer = await asyncio.to_thread(Customer, server)
    await asyncio.to_thread(customer.policy)
    await asyncio.to_thread(customer.email_channel, smtp.sockets[0].getsockname()[1])
    path = await asyncio.to_thread(customer.webhook_path)
    took = []
    async with httpx.AsyncClient(base_url=server.url) as http:
        for _ in range(PAGES):
            (await http.post(path, json={"message": "Disk almost full", "priority": "P1"})).raise_for_status()
            answered = time.perf_counter()
            took.append(1000 * (await asyncio.wait_for(arrivals.at.get(), 30) - answered))
            await asyncio.sleep(0.05)
    smtp.close()
    took.sort()
    return took[len(took) // 2], took[int(len(took) * 0.99)]


def ingest(server: Server, alias: Callable[[], str], *, first_delay: int) -> tuple[load.Load, Speed]:
    """Alerts of a new organization. `first_delay` of its policy in seconds: with none, the worker fires first steps
    while the load still runs."""
    customer = Customer(server)
    customer.policy(first_delay)
    before = spent(server)
    found = uvloop.run(load.run(server.port, customer.webhook_path(), alias, connections=CONNECTIONS, seconds=SECONDS))
    return found, Speed(found.per_second, 1e6 * (spent(server) - before) / found.requests)


def taking_in(server: Server, data_dir: Path) -> None:
    distinct = map("alarm-{}".format, itertools.count())
    before = pgbench(server, data_dir)
    new, new_speed = ingest(server, lambda: next(distinct), first_delay=300)
    again, again_speed = ingest(server, lambda: "one", first_delay=300)
    after = pgbench(server, data_dir)
    paged, paged_speed = ingest(server, lambda: next(distinct), first_delay=0)
    base = Speed((before.per_second + after.per_second) / 2, (before.microseconds + after.microseconds) / 2)
    speed_row(f"pgbench, one row a commit, {CONNECTIONS} clients", base)
    speed_row(f"durable ingest, {CONNECTIONS} connections, distinct aliases", new_speed)
    row("  against pgbench", f"{new_speed.per_second / base.per_second:.2f}", "at least 0.35")
    row("  against pgbench, by processor time", f"{base.microseconds / new_speed.microseconds:.2f}")
    row("  latency", f"p50 {new.p50:.0f} ms, p99 {new.p99:.0f} ms", "p99 under 100 ms")
    speed_row("  and paged at once, by the same two processors", paged_speed)
    row("  latency", f"p50 {paged.p50:.0f} ms, p99 {paged.p99:.0f} ms")
    speed_row("one alias repeated", again_speed)
    row("  against distinct", f"{again_speed.per_second / new_speed.per_second:.2f}", "at least 1")
    row("refused or failed", f"{new.refused + again.refused + paged.refused}", "0")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pulsar-bench-") as folder:
        data_dir = Path(folder)
        with serving(data_dir) as server:
            row("cold start, empty directory, to the first answer", f"{server.started_in:.2f} s", "under 6 s")
            row("  until a worker is there too", f"{server.ready_in:.2f} s")
        with serving(data_dir) as server:
            row("warm start", f"{server.started_in:.2f} s", "under 3 s")
            memory = server.memory()
            row("idle memory of the whole tree", f"{memory['rss']:.0f} MB rss, {memory['pss']:.0f} MB pss")
            p50, p99 = asyncio.run(page_latency(server))
            row("webhook answered -> SMTP DATA, idle", f"p50 {p50:.0f} ms, p99 {p99:.0f} ms", "under 60, 250 ms")
            taking_in(server, data_dir)
            mapping.measure(server)
    storm.main()
    waiting.main()
    oncall.measure(row)


if __name__ == "__main__":
    main()
