"""May this header go out? What people enter themselves: no line breaks, nothing that HTTP does not allow."""

from collections.abc import Collection

import httpx


def check_header(name: str, value: str, ours: Collection[str]) -> None:
    """Raises ValueError. `ours`: names, in lower case, that Pulsar sets itself."""
    if name.lower() in ours:
        raise ValueError(f"Pulsar sets the header {name} itself")
    try:
        httpx.Headers({name: value})
    except (UnicodeEncodeError, ValueError):
        raise ValueError(f"the header {name!r} has characters that HTTP does not allow") from None
    if not name or any(c in name + value for c in "\r\n\0"):
        raise ValueError("a header may have no line break in it, and needs a name")
