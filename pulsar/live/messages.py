"""How is an event said? As one JSON message, encoded once, the same bytes to everybody who hears it."""

import struct
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pulsar.audit.rules import for_everybody
from pulsar.base import clock
from pulsar.base.events import EventRow
from pulsar.base.json import encode

_TEXT = 0x81  # the only, and so the last, frame of a text message (RFC 6455, 5.2)


@dataclass(frozen=True)
class Line:
    """One event, ready to be said. What is about the connection itself has no number."""

    number: int | None
    type: str
    text: bytes


def about_connection(kind: str, org: UUID, payload: dict[str, Any]) -> Line:
    return _line(f"connection.{kind}", org, payload, None, clock.rfc3339(clock.now()))


def of_event(row: EventRow) -> Line:
    return _line(row.type, row.org_id, payload_of(row), row.number, clock.rfc3339(row.at))


def payload_of(row: EventRow) -> dict[str, Any]:
    return {
        "subject": {"type": row.subject_type, "id": row.subject_id},
        "actor": {"type": row.actor_type, "id": row.actor_id, "name": row.actor_name},
        "data": for_everybody(row.type, row.data),
    }


def _line(kind: str, org: UUID, payload: dict[str, Any], number: int | None, at: str) -> Line:
    message = {"id": number, "type": kind, "organization_id": org, "payload": payload, "timestamp": at}
    return Line(number, kind, encode(message))


def framed(line: Line) -> bytes:
    """For a WebSocket. A server's frames are not masked, so they too are the same for all."""
    size = len(line.text)
    if size < 126:
        return bytes((_TEXT, size)) + line.text
    if size < 65536:
        return struct.pack("!BBH", _TEXT, 126, size) + line.text
    return struct.pack("!BBQ", _TEXT, 127, size) + line.text


def streamed(line: Line) -> bytes:
    """For a stream of server-sent events. The text is JSON on one line."""
    number = b"" if line.number is None else b"id: %d\n" % line.number
    return number + b"event: %s\ndata: %s\n\n" % (line.type.encode(), line.text)
