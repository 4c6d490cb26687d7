"""`make bench`: prints a table. Each figure stands beside what it is compared with, measured in the same run."""

import asyncio
import itertools
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
from aiosmtpd.smtp import SMTP

from bench import load
from bench.server import Customer, Server, serving
from pulsar.base.cluster import Cluster

CONNECTIONS = 64
SECONDS = float(os.environ.get("BENCH_SECONDS", "8"))
PAGES = 60


def pgbench(data_dir: Path, seconds: float) -> float:
    """Transactions a second of 64 clients that each commit one row, on the same server."""
    cluster = Cluster(data_dir)
    tool = cluster.binaries / "pgbench"
    script = data_dir / "insert.sql"
    script.write_text("INSERT INTO bench_rows (t) VALUES ('Disk almost full');\n")
    url = cluster.url
    psql = [str(cluster.binaries / "psql"), url, "-qc"]
    subprocess.run([*psql, "CREATE TABLE IF NOT EXISTS bench_rows (id bigserial PRIMARY KEY, t text)"], check=True)
    command = [str(tool), "-n", "-f", str(script), "-c", str(CONNECTIONS), "-j", "2", "-T", str(int(seconds)), url]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"tps = ([\d.]+)", out)
    assert found
    return float(found[1])


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


async def ingest(server: Server) -> tuple[load.Load, load.Load]:
    customer = await asyncio.to_thread(Customer, server)
    await asyncio.to_thread(customer.policy)
    path = await asyncio.to_thread(customer.webhook_path)
    numbers = itertools.count()
    distinct = await load.run(
        server.port, path, lambda: f"alarm-{next(numbers)}", connections=CONNECTIONS, seconds=SECONDS
    )
    one = await load.run(server.port, path, lambda: "one", connections=CONNECTIONS, seconds=SECONDS)
    return distinct, one


def row(what: str, figure: str, goal: str) -> None:
    print(f"{what:<58} {figure:>28}   {goal}")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pulsar-bench-") as folder:
        data_dir = Path(folder)
        with serving(data_dir) as server:
            row("cold start, empty directory, to the first answer", f"{server.started_in:.2f} s", "under 6 s")
            row("  until a worker is there too", f"{server.ready_in:.2f} s", "")
        with serving(data_dir) as server:
            row("warm start", f"{server.started_in:.2f} s", "under 3 s")
            memory = server.memory()
            row("idle memory of the whole tree", f"{memory['rss']:.0f} MB rss, {memory['pss']:.0f} MB pss", "")
            p50, p99 = asyncio.run(page_latency(server))
            row("webhook answered -> SMTP DATA, idle", f"p50 {p50:.0f} ms, p99 {p99:.0f} ms", "under 60, 250 ms")
            before = pgbench(data_dir, SECONDS)
            distinct, one = asyncio.run(ingest(server))
            base = (before + pgbench(data_dir, SECONDS)) / 2
            row(f"pgbench, one row a commit, {CONNECTIONS} clients", f"{base:.0f} /s", "")
            row(f"durable ingest, {CONNECTIONS} connections, distinct aliases", f"{distinct.per_second:.0f} /s", "")
            row("  against pgbench", f"{distinct.per_second / base:.2f}", "at least 0.35")
            row("  latency", f"p50 {distinct.p50:.0f} ms, p99 {distinct.p99:.0f} ms", "p99 under 100 ms")
            row("one alias repeated, against distinct", f"{one.per_second / distinct.per_second:.2f}", "at least 1")
            row("refused or failed", f"{distinct.refused + one.refused}", "0")


if __name__ == "__main__":
    main()
