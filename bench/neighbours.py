"""`python -m bench.neighbours`: does one organization that calls at fifty times its limit make another wait?

Both send alerts and look at their list. The loud one does so at its limit, then at fifty times of it, turn about, from
a process of its own; what the quiet one waits for its answers is compared between the two. The limits are low, so that
this machine can say fifty times as much: what is refused costs the same whatever the limit.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench.report import p99, row
from bench.server import Customer, Server, serving

LIMIT_A_MINUTE = 720
TIMES = 50
PROBES_A_SECOND = 10
CONNECTIONS = 16
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "6"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "8"))


def post(path: str, alias: str) -> bytes:
    body = b'{"message": "Disk almost full", "alias": "%b"}' % alias.encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def look(token: str) -> bytes:
    return f"GET /api/v1/alerts HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


async def calls(
    port: int, request: Callable[[], bytes], every: float, until: float, late_by: float
) -> list[tuple[int, float]]:
    """One connection that asks every so often: with which status each was answered, and after how many milliseconds. If
    an answer took longer than that, the next request goes out at once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered, due = [], time.perf_counter() + late_by
    while due < until:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        began = time.perf_counter()
        writer.write(request())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        answered.append((int(head[9:12]), 1000 * (time.perf_counter() - began)))
        due = max(due + every, began)
    writer.close()
    return answered


async def loud(port: int, path: str, token: str, a_second: float, seconds: float) -> None:
    """Half of the connections send alerts, half look. Says how many requests were taken and refused."""
    each = CONNECTIONS // 2
    until = time.perf_counter() + seconds
    asking = [
        calls(port, request, each / a_second, until, place / a_second)
        for place in range(each)
        for request in (lambda: post(path, "loud"), lambda: look(token))
    ]
    statuses = [status for one in await asyncio.gather(*asking) for status, _ in one]
    print(sum(status < 400 for status in statuses), statuses.count(429))


@dataclass
class Heard:
    """What came of it, at the limit or above."""

    sending: list[float] = field(default_factory=list)
    looking: list[float] = field(default_factory=list)
    taken: int = 0
    refused: int = 0


async def _round(server: Server, own: tuple[str, str], other: tuple[str, str], times: int, heard: Heard) -> None:
    command = [sys.executable, "-m", "bench.neighbours", str(server.port), *other, str(LIMIT_A_MINUTE / 60 * times)]
    process = await asyncio.create_subprocess_exec(*command, str(SECONDS + 2), stdout=subprocess.PIPE)
    await asyncio.sleep(1.5)  # until it is at it, and has used up what it may call at once
    until = time.perf_counter() + SECONDS
    path, token = own
    every = 1 / PROBES_A_SECOND
    sent, looked = await asyncio.gather(
        calls(server.port, lambda: post(path, f"quiet {time.time_ns()}"), every, until, 0),
        calls(server.port, lambda: look(token), every, until, every / 2),
    )
    assert all(status < 300 for status, _ in (*sent, *looked))
    heard.sending += [took for _, took in sent]
    heard.looking += [took for _, took in looked]
    said, _ = await process.communicate()
    taken, refused = map(int, said.split())
    heard.taken, heard.refused = heard.taken + taken, heard.refused + refused


async def run(server: Server) -> tuple[Heard, Heard]:
    at_limit, above = Heard(), Heard()
    customers = [await asyncio.to_thread(Customer, server) for _ in range(2)]
    paths = [await asyncio.to_thread(customer.webhook_path) for customer in customers]
    for _ in range(ROUNDS):
        for times, heard in ((1, at_limit), (TIMES, above)):
            tokens = [await asyncio.to_thread(customer.renew) for customer in customers]
            own, other = zip(paths, tokens, strict=True)
            await _round(server, own, other, times, heard)
    for customer in customers:
        customer.close()
    return at_limit, above


def measure(server: Server) -> None:
    at_limit, above = uvloop.run(run(server))
    row(f"loud at its limit: taken, refused in {ROUNDS * (SECONDS + 2):.0f} s", f"{at_limit.taken}, {at_limit.refused}")
    row(f"loud at {TIMES} times of it", f"{above.taken}, {above.refused}")
    for what, before, after in (
        ("the other's alert, to its answer", at_limit.sending, above.sending),
        ("the other's list", at_limit.looking, above.looking),
    ):
        moved = 100 * (p99(after) / p99(before) - 1)
        row(f"{what}: p99", f"{p99(before):.1f} ms, then {p99(after):.1f} ms: {moved:+.0f} %", "under +20 %")


def main() -> None:
    if len(sys.argv) > 1:
        port, path, token, a_second, seconds = sys.argv[1:]
        uvloop.run(loud(int(port), path, token, float(a_second), float(seconds)))
        return
    for limit in ("CALLER", "INTEGRATION"):
        os.environ[f"PULSAR_LIMIT_PER_{limit}"] = str(LIMIT_A_MINUTE)
    with tempfile.TemporaryDirectory(prefix="pulsar-bench-") as folder, serving(Path(folder)) as server:
        measure(server)


if __name__ == "__main__":
    main()
