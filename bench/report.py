"""How is a figure told? In one line, beside its goal."""

import os
from dataclasses import dataclass

from bench.server import Server


@dataclass(frozen=True)
class Speed:
    per_second: float
    microseconds: float
    """Of processor for each, everything included. Says the same when the machine has other things to do."""


def spent(server: Server) -> float:
    """Seconds of processor so far, of the server and of who asks it: us, or the pgbench that we started."""
    return server.processor_seconds() + sum(os.times()[:4])


def p99(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.99)]


def row(what: str, figure: str, goal: str = "") -> None:
    print(f"{what:<58} {figure:>32}   {goal}", flush=True)


def speed_row(what: str, speed: Speed) -> None:
    row(what, f"{speed.per_second:.0f} /s, {speed.microseconds:.0f} us of processor")
