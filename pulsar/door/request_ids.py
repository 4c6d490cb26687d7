"""What is this request called, in its answer and in the log? As the caller or a proxy has called it, if that can be a
name."""

import re
from collections.abc import Iterable

from pulsar.base.ids import new_id

# Nothing that could end a line of the log or pretend to be another, and of a length that somebody can look for.
_SANE = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def request_id_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    named = [value for name, value in headers if name == b"x-request-id"]
    if len(named) == 1 and _SANE.fullmatch(named[0]):
        return named[0].decode()
    return str(new_id())
