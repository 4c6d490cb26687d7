"""What may a client say? That it is there. Anything else is answered with an error, and too much of it is the end."""

from collections import deque
from datetime import datetime, timedelta

import msgspec
from starlette.websockets import WebSocket

from pulsar.base import clock
from pulsar.live.messages import Line, about_connection, framed
from pulsar.live.room import GONE, Ended, Ending, Listener
from pulsar.live.wire import Wire

LARGEST_MESSAGE = 512
MOST_MESSAGES, WITHIN = 30, timedelta(seconds=10)

TOO_LARGE = Ending(4413, "too_large", f"A message may have {LARGEST_MESSAGE} bytes.")
TOO_MANY = Ending(4429, "too_many_messages", f"{MOST_MESSAGES} messages in {WITHIN.seconds} seconds are enough.")

_UNREADABLE = {"code": "unreadable", "detail": 'Not JSON. There is nothing to say but {"type": "connection.ping"}.'}
_UNKNOWN = {"code": "unknown_type", "detail": "There is nothing to say but connection.ping and connection.pong."}


class _Said(msgspec.Struct):
    type: str


def answer(listener: Listener, said: bytes) -> Line | None:
    """Raises Ended for what is too large."""
    if len(said) > LARGEST_MESSAGE:
        raise Ended(TOO_LARGE)
    org = listener.caller.org_id
    try:
        kind = msgspec.json.decode(said, type=_Said).type
    except msgspec.MsgspecError:
        return about_connection("error", org, _UNREADABLE)
    if kind == "connection.ping":
        return about_connection("pong", org, {"last_id": listener.room.last})
    return None if kind == "connection.pong" else about_connection("error", org, _UNKNOWN)


async def _heard(socket: WebSocket, lately: deque[datetime]) -> bytes:
    """Raises Ended when the client went, or says too much."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise Ended(GONE)
    now = clock.now()
    if len(lately) == MOST_MESSAGES and now - lately[0] < WITHIN:
        raise Ended(TOO_MANY)
    lately.append(now)
    return message.get("bytes") or (message.get("text") or "").encode()


async def converse(socket: WebSocket, wire: Wire, listener: Listener) -> None:
    """Until the client goes or is shown out; then its listener is ended."""
    lately: deque[datetime] = deque(maxlen=MOST_MESSAGES)
    try:
        while not listener.ended:
            if reply := answer(listener, await _heard(socket, lately)):
                await wire.push(framed(reply))
    except Ended as ended:
        listener.end(ended.ending)
