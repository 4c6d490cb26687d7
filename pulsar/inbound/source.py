"""What is a source? One file in sources/, found by scanning: a pure reading of one monitoring tool's payload."""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Any, Protocol, cast

from pulsar.inbound import sources
from pulsar.inbound.rules import Reading


class Source(Protocol):
    """What a module in sources/ offers."""

    slug: str
    title: str
    description: str

    def read(self, payload: Any) -> Iterator[Reading]:
        """Of the decoded JSON. Raises Unreadable, also when only a part of it is: nothing is half-taken."""
        ...


@cache
def registry() -> dict[str, Source]:
    found = (importlib.import_module(f"{sources.__name__}.{m.name}") for m in pkgutil.iter_modules(sources.__path__))
    return {source.slug: source for source in (cast(Source, module) for module in found)}
