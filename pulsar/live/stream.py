"""How does a script listen? By server-sent events: the same messages, as a response that does not end."""

import asyncio
import contextlib
from collections.abc import Collection

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pulsar.audit.rules import wanted
from pulsar.base.errors import NotSignedIn
from pulsar.live.hub import Hub
from pulsar.live.messages import Line, about_connection, streamed
from pulsar.live.room import GONE, NOT_SIGNED_IN, Encoder, Ended, Listener
from pulsar.live.wire import TOO_SLOW, WRITE_SECONDS
from pulsar.people.access import Anybody

# After a lost connection a client waits so long before it connects again.
_RETRY = b"retry: 2000\n\n"


def _encoder(types: Collection[str]) -> Encoder:
    def encode(line: Line) -> bytes:
        return streamed(line) if wanted(line.type, types) else b""

    return encode if types else streamed


class EventStream(Response):
    """`joined` is entered here, in the response: it has to be left when the client goes."""

    media_type = "text/event-stream"

    def __init__(self, hub: Hub, caller: Anybody, after: int | None, types: Collection[str]) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._hub, self._caller, self._after, self._encode = hub, caller, after, _encoder(types)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        said = b""
        try:
            async with self._hub.joined(self._caller, self._after) as (listener, last, anew):
                leaving = asyncio.create_task(_until_gone(receive, listener))
                try:
                    await self._feed(listener, last, anew, send)
                finally:
                    leaving.cancel()
        except NotSignedIn:
            said = self._about("error", code=NOT_SIGNED_IN.slug, detail=NOT_SIGNED_IN.reason)
        except Ended as ended:
            if ended.ending in (GONE, TOO_SLOW):
                return
            said = self._about("error", code=ended.ending.slug, detail=ended.ending.reason)
        with contextlib.suppress(OSError):
            await send({"type": "http.response.body", "body": said})

    async def _feed(self, listener: Listener, last: int, anew: bool, send: Send) -> None:
        await _say(send, _RETRY + self._about("connected", last_id=last))
        if anew:
            # With the number, so that a client that connects again goes on from there.
            await _say(send, b"id: %d\n" % last + self._about("resync", last_id=last))
        while True:
            await _say(send, await listener.next(self._encode) or self._about("ping"))

    def _about(self, kind: str, **payload: object) -> bytes:
        return streamed(about_connection(kind, self._caller.org_id, payload))


async def _say(send: Send, said: bytes) -> None:
    try:
        async with asyncio.timeout(WRITE_SECONDS):
            await send({"type": "http.response.body", "body": said, "more_body": True})
    except TimeoutError:
        raise Ended(TOO_SLOW) from None


async def _until_gone(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.end(GONE)
