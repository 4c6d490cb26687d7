"""Are there more values in a body of JSON than anybody means to send? As Python's objects, a megabyte of small ones
would be fifty; so they are counted before anything reads them."""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.exceptions import HTTPException

# Some tens of times what a tool says in its largest message.
MOST_VALUES = 50_000
TOO_MANY = f"There are more than {MOST_VALUES} values in it."
_TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?'
_MORE = re.compile(rb'(?:[^",]*+(?:%b[^",]*+)*+,){%d}+' % (_TEXT, MOST_VALUES), re.DOTALL)

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


def has_too_many_values(body: bytes) -> bool:
    """There is a comma between each two. Those within texts are left out, where they could matter."""
    return body.count(b",") >= MOST_VALUES and _MORE.match(body) is not None


def with_values_counted(scope: Any, receive: Receive) -> Receive:
    """Of a request whose body is, or may be, JSON. What is too large altogether, somebody else refuses."""
    content_type = next((value for name, value in scope["headers"] if name == b"content-type"), b"json")
    if b"json" not in content_type.lower():
        return receive
    parts: list[bytes] = []

    async def counted() -> MutableMapping[str, Any]:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            body = b"".join(parts)
            parts.clear()  # whoever holds this function does not hold the body too
            if has_too_many_values(body):
                raise HTTPException(422, TOO_MANY)
        return message

    return counted
