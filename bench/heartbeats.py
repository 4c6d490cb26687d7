"""`python -m bench.heartbeats`: are ten thousand heartbeats held that ping every ten seconds? How late is a missed one?

All ping over keep-alive connections, evenly spread. After a while some fall silent, at times of their own, and none of
the others may be called late. Lateness is from when a sign was due to the alert's instant, by the database's rows.
"""

import asyncio
import os
import random
import secrets
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import uvloop

from bench.report import p99, row, spent
from bench.server import Customer, Server, serving
from pulsar.base.cluster import Cluster
from pulsar.base.crypto import token_hash

HEARTBEATS = int(os.environ.get("BENCH_HEARTBEATS", "10000"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "60"))
SILENT_SHARE = 0.02
INTERVAL = 10
GRACE = 5
CONNECTIONS = 50
"""Each of them waits for its answers, as many senders together do."""

_MAKE = """
INSERT INTO heartbeats (id, org_id, name, description, interval, grace, priority, tags, enabled, token_hash,
                        token_prefix, recent_pings, version, created_at, updated_at)
SELECT gen_random_uuid(), o.id, 'beat ' || t.place, '', make_interval(secs => $2), make_interval(secs => $3), 'P3',
       '{}', true, t.hash, 'bench', '{}', 1, now(), now()
FROM (SELECT id FROM organizations ORDER BY created_at DESC LIMIT 1) AS o,
     unnest($1::bytea[]) WITH ORDINALITY AS t (hash, place)
"""
_LATE = """
SELECT h.token_hash AS hash, extract(epoch FROM a.created_at - h.late_since)::float AS late
FROM heartbeats h JOIN alerts a ON a.alias = 'heartbeat-' || h.id
WHERE h.late_since IS NOT NULL
"""


@dataclass
class Told:
    """What the senders saw."""

    took: list[float] = field(default_factory=list)
    refused: int = 0
    behind: float = 0.0
    """The most that a ping went out after its time: if this is long, it is the sender that is late."""


async def beat(port: int, tokens: list[str], silent_at: dict[str, float], ends_at: float, told: Told) -> None:
    """One connection: each of its tokens once in an interval, until that token falls silent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    started, step, sent = time.perf_counter(), INTERVAL / len(tokens), 0
    while (due := started + sent * step) < ends_at:
        token = tokens[sent % len(tokens)]
        sent += 1
        if due > silent_at.get(token, ends_at):
            continue
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        began = time.perf_counter()
        told.behind = max(told.behind, began - due)
        writer.write(f"GET /api/v1/heartbeat/{token} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]))
        told.refused += not head.startswith(b"HTTP/1.1 200")
        told.took.append(time.perf_counter() - began)
    writer.close()


async def all_beat(port: int, tokens: list[str], silent_at: dict[str, float], ends_at: float) -> Told:
    told = Told()
    groups = [tokens[place::CONNECTIONS] for place in range(min(CONNECTIONS, len(tokens)))]
    await asyncio.gather(*(beat(port, group, silent_at, ends_at, told) for group in groups))
    return told


async def made(url: str, tokens: list[str]) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(_MAKE, [token_hash(token) for token in tokens], float(INTERVAL), float(GRACE))
    await connection.close()


async def late(url: str) -> dict[bytes, float]:
    connection = await asyncpg.connect(url)
    found = {bytes(row["hash"]): row["late"] for row in await connection.fetch(_LATE)}
    await connection.close()
    return found


def measure(server: Server, data_dir: Path) -> None:
    Customer(server).close()
    url = Cluster(data_dir).url
    tokens = [secrets.token_hex(32) for _ in range(HEARTBEATS)]
    uvloop.run(made(url, tokens))
    began, before = time.perf_counter(), spent(server)
    ends_at = began + SECONDS
    # From the second round on, and soon enough that all are called late before the end.
    first, last = began + INTERVAL, ends_at - INTERVAL - GRACE - 3
    silent = random.sample(tokens, max(1, int(HEARTBEATS * SILENT_SHARE)))
    told = uvloop.run(all_beat(server.port, tokens, {token: random.uniform(first, last) for token in silent}, ends_at))
    processor = (spent(server) - before) / SECONDS
    lateness = uvloop.run(late(url))
    missed = {token_hash(token) for token in silent}
    wrongly = lateness.keys() - missed
    rate = len(told.took) / SECONDS
    row("pings", f"{rate:.0f} /s, p99 {1000 * p99(told.took):.0f} ms", f"{HEARTBEATS / INTERVAL:.0f} /s planned")
    row("pings refused; sent after their time", f"{told.refused}; {1000 * told.behind:.0f} ms at most", "0")
    row("processors used by the whole server", f"{processor:.2f}")
    row("fell silent, and were called late", f"{len(missed & lateness.keys())} of {len(missed)}", "all")
    row("called late though they pinged", f"{len(wrongly)}", "0")
    found = [lateness[token] for token in missed & lateness.keys()]
    if found:
        row(
            "lateness of a missed one",
            f"p50 {sorted(found)[len(found) // 2]:.2f} s, p99 {p99(found):.2f} s",
            "p99 < 1 s",
        )


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pulsar-bench-") as folder:
        Path(folder).chmod(0o755)
        with serving(Path(folder)) as server:
            measure(server, Path(folder))


if __name__ == "__main__":
    main()
