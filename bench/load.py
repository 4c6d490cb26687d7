"""How many requests a second does the server answer? A client of bare sockets, so that it costs little itself."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast


@dataclass(frozen=True)
class Load:
    """What one run of the load came to. Latencies in milliseconds."""

    requests: int
    per_second: float
    p50: float
    p99: float
    refused: int


class _Sender(asyncio.Protocol):
    """One keep-alive connection: the next request when the answer to the last one is there."""

    def __init__(self, path: str, body: Callable[[], bytes], until: float) -> None:
        self._head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n".encode()
        self._body, self._until = body, until
        self._pending = b""
        self._sent_at = 0.0
        self.latencies: list[float] = []
        self.refused = 0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but its ancestors
        self._send()

    def _send(self) -> None:
        body = self._body()
        self._sent_at = time.perf_counter()
        self._transport.write(b"%bContent-Length: %d\r\n\r\n%b" % (self._head, len(body), body))

    def data_received(self, data: bytes) -> None:
        self._pending += data
        head, separator, rest = self._pending.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(rest) < length:
            return
        self._pending = b""
        now = time.perf_counter()
        self.latencies.append(now - self._sent_at)
        self.refused += not head.startswith(b"HTTP/1.1 202")
        if now < self._until:
            self._send()
        else:
            self._transport.close()
            self.done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))


PLAIN = b'{"message": "Disk almost full", "alias": "%b", "priority": "P3"}'


async def run(
    port: int, path: str, alias: Callable[[], str], *, connections: int, seconds: float, frame: bytes = PLAIN
) -> Load:
    """`frame` is the payload, with a place for the alias."""

    def body() -> bytes:
        return frame % alias().encode()

    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    senders = [
        (await loop.create_connection(lambda: _Sender(path, body, started + seconds), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(sender.done for sender in senders))
    took = time.perf_counter() - started
    latencies = sorted(latency for sender in senders for latency in sender.latencies)
    return Load(
        requests=len(latencies),
        per_second=len(latencies) / took,
        p50=1000 * latencies[len(latencies) // 2],
        p99=1000 * latencies[int(len(latencies) * 0.99)],
        refused=sum(sender.refused for sender in senders),
    )
