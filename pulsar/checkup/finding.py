"""What can come of looking at one thing? It is fine, worth knowing, or wrong."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "FAIL"]


@dataclass(frozen=True)
class Finding:
    what: str
    state: State
    detail: str


def fine(what: str, detail: str) -> Finding:
    return Finding(what, "ok", detail)


def note(what: str, detail: str) -> Finding:
    """Pulsar works, and its operator may want it otherwise."""
    return Finding(what, "note", detail)


def wrong(what: str, detail: str) -> Finding:
    """The detail ends in what to do."""
    return Finding(what, "FAIL", detail)
