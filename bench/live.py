"""How soon do two thousand hear of it? WebSocket clients of one organization on one node, and fifty events a second.

`python -m bench.live`; the clients run in a process of their own, and read frames without a library's weight. Commit
and receipt are on the same clock: an event's time is taken right before its commit.
"""

import argparse
import asyncio
import base64
import json
import multiprocessing
import os
import secrets
import struct
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import uvloop

from bench.server import Customer, Server, serving

CLIENTS, PER_SECOND, SECONDS = 2000, 50, 20.0
_DIALED_AT_ONCE = 50


def frames(buffer: bytearray) -> Iterator[tuple[int, bytes]]:
    """Takes the whole frames out of what has come: opcode and payload. A server's are not masked."""
    while len(buffer) >= 2:
        size, start = buffer[1] & 127, 2
        if size == 126:
            if len(buffer) < 4:
                return
            size, start = struct.unpack_from("!H", buffer, 2)[0], 4
        if len(buffer) < start + size:
            return
        yield buffer[0] & 15, bytes(buffer[start : start + size])
        del buffer[: start + size]


@dataclass
class Heard:
    took: list[float] = field(default_factory=list)
    """Milliseconds from commit to receipt, of every event at every client."""
    lost: int = 0
    disconnected: int = 0


class Client(asyncio.Protocol):
    def __init__(self, request: bytes, heard: Heard) -> None:
        self._request, self._heard = request, heard
        self._buffer, self._open = bytearray(), False
        self._last = 0
        self.connected = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self._buffer += data
        if not self._open:
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            assert b" 101 " in head.split(b"\r\n")[0], head
            self._buffer, self._open = bytearray(rest), True
        for opcode, payload in frames(self._buffer):
            if opcode == 1:
                self._message(payload, now)
            elif opcode == 9:
                self._transport.write(b"\x8a\x84\0\0\0\0" + payload[:4])

    def _message(self, payload: bytes, now: float) -> None:
        if b'"type":"connection.' in payload[:80]:
            if not self.connected.done():
                self._last = json.loads(payload)["payload"]["last_id"]
                self.connected.set_result(None)
            return
        number = int(payload[6 : payload.index(b",")])
        self._heard.lost += number != self._last + 1
        self._last = number
        at = payload[payload.rindex(b'"timestamp":"') + 13 : -2].decode()
        committed = datetime.fromisoformat(at).astimezone(UTC).timestamp()
        self._heard.took.append(1000 * (now - committed))

    def connection_lost(self, error: Exception | None) -> None:
        self._heard.disconnected += 1


async def _listen(port: int, token: str, clients: int, told: Connection) -> None:
    loop, heard = asyncio.get_running_loop(), Heard()
    gate = asyncio.Semaphore(_DIALED_AT_ONCE)

    async def dial() -> None:
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        request = (
            f"GET /api/v1/ws?token={token} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        async with gate:
            _, client = await loop.create_connection(lambda: Client(request.encode(), heard), "127.0.0.1", port)
            await client.connected

    await asyncio.gather(*(dial() for _ in range(clients)))
    told.send("there")
    await asyncio.to_thread(told.recv)
    told.send((heard.took, heard.lost, heard.disconnected))


def listen(port: int, token: str, clients: int, told: Connection) -> None:
    uvloop.run(_listen(port, token, clients, told))


def _say(customer: Customer, seconds: float, per_second: int) -> int:
    """Notes on one alert: each is one transaction with one event."""
    alert = customer.post("/alerts", message="Disk almost full")["id"]
    began, said = time.perf_counter(), 0
    while (now := time.perf_counter() - began) < seconds:
        if said < now * per_second:
            customer.post(f"/alerts/{alert}/notes", text=f"{said}")
            said += 1
        else:
            time.sleep(0.001)
    return said


def measure(server: Server, clients: int, seconds: float, per_second: int) -> None:
    customer = Customer(server)
    before = server.process.memory_info().rss
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=listen, args=(server.port, customer.access_token, clients, theirs)
    )
    process.start()
    ours.recv()
    each = (server.process.memory_info().rss - before) / clients / 1024
    spent = sum(server.process.cpu_times()[:2])
    said = _say(customer, seconds, per_second)
    time.sleep(2)
    spent = sum(server.process.cpu_times()[:2]) - spent
    ours.send("enough")
    took, lost, disconnected = ours.recv()
    process.join()
    took.sort()
    quantile = {q: took[min(len(took) - 1, int(len(took) * q))] for q in (0.5, 0.99, 1)}
    row("clients, events a second", f"{clients}, {said / seconds:.0f}")
    row("heard", f"{len(took)} messages, {lost} not in their turn", "0")
    latency = ", ".join(f"{name} {quantile[at]:.0f}" for name, at in (("p50", 0.5), ("p99", 0.99), ("most", 1)))
    row("commit to receipt", f"{latency} ms", "p99 under 500 ms")
    row("disconnected", f"{disconnected}", "0")
    row("memory of a client", f"{each:.1f} KiB")
    row("processor of the node", f"{spent / seconds:.2f} of one")


def row(what: str, figure: str, goal: str = "") -> None:
    print(f"{what:<40} {figure:>40}   {goal}")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--clients", type=int, default=CLIENTS)
    options.add_argument("--seconds", type=float, default=SECONDS)
    options.add_argument("--per-second", type=int, default=PER_SECOND)
    chosen = options.parse_args()
    os.environ.setdefault("PULSAR_LOG_LEVEL", "WARNING")
    with tempfile.TemporaryDirectory(prefix="pulsar-bench-") as folder, serving(Path(folder)) as server:
        measure(server, chosen.clients, chosen.seconds, chosen.per_second)


if __name__ == "__main__":
    main()
