"""What does a request's body say, read as its integration reads?"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from pulsar.inbound import sns
from pulsar.inbound.problems import MalformedJson, UnreadablePayload
from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.source import Source

# Whoever signs what they send is asked for it, once its shape is known.
_ADMITTED: dict[str, Callable[[Any], Awaitable[None]]] = {"cloudwatch": sns.admit}

_decode = msgspec.json.Decoder().decode


async def readings_of(source: Source, body: bytes) -> list[Reading]:
    """Raises the Problem that keeps it out."""
    payload = parsed(body)
    try:
        readings = list(source.read(payload))
    except Unreadable as error:
        raise UnreadablePayload(str(error)) from None
    if admit := _ADMITTED.get(source.slug):
        await admit(payload)
    return readings


def parsed(body: bytes) -> Any:
    """Raises MalformedJson."""
    try:
        return _decoded(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise MalformedJson(f"The body is not JSON: {error}") from None


def _decoded(body: bytes) -> Any:
    try:
        return _decode(body)
    except UnicodeDecodeError:
        # Latin-1 out of an old script: a page with a few characters replaced beats none.
        return _decode(body.decode("utf-8", "replace"))
