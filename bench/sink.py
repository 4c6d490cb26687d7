"""What came out of the webhook channel, and when? An endpoint of bare sockets, so that it costs little itself."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, cast

_TAKEN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"

Seen = Callable[[float, dict[str, Any]], None]


class _Endpoint(asyncio.Protocol):
    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._pending = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._pending += data
        head, separator, rest = self._pending.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(rest) < length:
            return
        self._pending = b""
        self._seen(time.perf_counter(), json.loads(rest))
        self._transport.write(_TAKEN)


async def listening(seen: Seen) -> tuple[asyncio.Server, str]:
    """Calls `seen` with the time and the message of each request. Returns its address too."""
    server = await asyncio.get_running_loop().create_server(lambda: _Endpoint(seen), "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
