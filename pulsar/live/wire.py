"""How is a WebSocket written to? By bytes that were framed once for everybody, and never more than it takes.

The server's own protocol, but that whoever speaks is given it with the connection: going through the framework would
frame each message anew for each of two thousand sockets, and waits for a client that does not read as long as it likes.
"""

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from pulsar.live.room import GONE, Ended, Ending

# As the seed has it: a ping after 60 s, and 70 s without an answer are the end.
PING_SECONDS, PONG_SECONDS = 60.0, 10.0
# So long a client may leave what it was sent unread.
WRITE_SECONDS = 10.0
_FAREWELL_SECONDS = 5.0
_EXTENSION = "pulsar.wire"

TOO_SLOW = Ending(4408, "too_slow", "You do not read what you are sent. Connect again with the last id that you saw.")


class Wire(WebSocketsSansIOProtocol):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # It would write the first line of the request into the log, and a token may stand in it.
        self.conn.debug = False

    def forget_query(self) -> None:
        """Once it is read: the server writes the address into its log when it accepts or refuses."""
        self.scope["query_string"] = b""

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            self.scope["extensions"][_EXTENSION] = self  # type: ignore[assignment]

    def keepalive_timeout(self) -> None:
        """A client that does not answer will hardly take what is still to be written."""
        super().keepalive_timeout()
        self.loop.call_later(_FAREWELL_SECONDS, self.transport.abort)

    async def push(self, frames: bytes) -> None:
        """Raises Ended when the client is gone, or has not read for too long."""
        if not self.writable.is_set():
            try:
                async with asyncio.timeout(WRITE_SECONDS):
                    await self.writable.wait()
            except TimeoutError:
                raise Ended(TOO_SLOW) from None
        if self.disconnected or self.close_sent or self.transport.is_closing():
            raise Ended(GONE)
        self.transport.write(frames)

    def part(self, ending: Ending, last_words: bytes) -> None:
        """Says why, behind all that is unread, and does not wait for long that it is read and answered."""
        if self.disconnected or self.close_sent or self.transport.is_closing():
            return
        self.conn.send_close(ending.code, ending.reason)
        self.transport.write(last_words + b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(_FAREWELL_SECONDS, self.transport.abort)


def wire_of(scope: Any) -> Wire:
    wire: Wire = scope["extensions"][_EXTENSION]
    return wire


# What the web server has to be told of WebSockets. Uncompressed, because compressing is for each its own.
OPTIONS: dict[str, Any] = {
    "ws": Wire,
    "ws_max_size": 4096,
    "ws_ping_interval": PING_SECONDS,
    "ws_ping_timeout": PONG_SECONDS,
    "ws_per_message_deflate": False,
}
