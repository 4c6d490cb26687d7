"""`python -m bench.storm`: does everybody get their page when everything fails at once?

2,000 different alerts come in within 10 seconds. The level has three targets and three webhook channels, so each alert
makes three messages; meanwhile somebody looks at the console and acknowledges, ten times a second each, and another
organization has a P1 five times a second. What is asked of Pulsar comes from this one process, which also takes the
pages.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvloop

from bench import sink
from bench.report import p99, row
from bench.server import Customer, Server, serving

ALERTS = int(os.environ.get("BENCH_STORM_ALERTS", "2000"))
SECONDS = 10.0
CHANNELS = 3
PROBES_A_SECOND = 10
PATIENCE_SECONDS = 120
_NEIGHBOURS_A_SECOND = 5
_SENDERS = 16


@dataclass
class Neighbour:
    """Another organization, which has alerts of its own meanwhile: when each was answered, and when its page came."""

    sent_at: dict[str, float] = field(default_factory=dict)
    paged_at: dict[str, float] = field(default_factory=dict)

    def seen(self, at: float, message: dict[str, Any]) -> None:
        self.paged_at.setdefault(message["message"], at)

    async def alarms(self, http: httpx.AsyncClient, path: str) -> None:
        while True:
            alias = f"neighbour {len(self.sent_at)}"
            (await http.post(path, json={"message": alias, "alias": alias, "priority": "P1"})).raise_for_status()
            self.sent_at[alias] = time.perf_counter()
            await asyncio.sleep(1 / _NEIGHBOURS_A_SECOND)

    @property
    def waited(self) -> list[float]:
        """Seconds, of those that were paged for."""
        return [self.paged_at[alias] - at for alias, at in self.sent_at.items() if alias in self.paged_at]


@dataclass
class Storm:
    """What became of it. Instants of one clock, latencies in milliseconds."""

    wanted: int
    sent_at: dict[str, float] = field(default_factory=dict)
    """By alias, when its alert was answered."""
    paged_at: dict[str, float] = field(default_factory=dict)
    """By the alert's words, when the first page about it came."""
    messages: dict[str, int] = field(default_factory=dict)
    """How many of each id came."""
    open_alerts: list[str] = field(default_factory=list)
    """Ids of alerts that somebody has been paged for and nobody has acknowledged."""
    acknowledged: set[str] = field(default_factory=set)
    looking: list[float] = field(default_factory=list)
    acknowledging: list[float] = field(default_factory=list)
    neighbour: Neighbour = field(default_factory=Neighbour)

    def seen(self, at: float, message: dict[str, Any]) -> None:
        self.messages[message["id"]] = self.messages.get(message["id"], 0) + 1
        if message["message"] not in self.paged_at:
            self.paged_at[message["message"]] = at
            self.open_alerts.append(message["alert_id"])

    @property
    def through(self) -> bool:
        """Whether every alert has been paged, over every channel but for those that somebody acknowledged first."""
        owed = CHANNELS * self.wanted - (CHANNELS - 1) * len(self.acknowledged)
        return len(self.paged_at) == self.wanted and len(self.messages) >= owed


async def _alerts(http: httpx.AsyncClient, path: str, storm: Storm) -> None:
    """Each at its time, so that the storm lasts as long as it should, whether Pulsar is quick or slow."""
    began = time.perf_counter()
    waiting = iter(range(storm.wanted))

    async def sender() -> None:
        for number in waiting:
            await asyncio.sleep(max(0.0, began + SECONDS * number / storm.wanted - time.perf_counter()))
            alias = f"alarm {number}"
            body = {"message": alias, "alias": alias, "priority": "P2"}
            (await http.post(path, json=body)).raise_for_status()
            storm.sent_at[alias] = time.perf_counter()

    await asyncio.gather(*(sender() for _ in range(_SENDERS)))


async def _again_and_again(ask: Callable[[], Awaitable[bool]], took: list[float]) -> None:
    while True:
        began = time.perf_counter()
        if await ask():
            took.append(1000 * (time.perf_counter() - began))
        await asyncio.sleep(max(0.0, began + 1 / PROBES_A_SECOND - time.perf_counter()))


async def _look(http: httpx.AsyncClient) -> bool:
    """What the console's first page asks for."""
    (await http.get("/api/v1/alerts", params={"status": "open", "page_size": 50})).raise_for_status()
    return True


async def _acknowledge(http: httpx.AsyncClient, storm: Storm) -> bool:
    if not storm.open_alerts:
        return False
    alert_id = storm.open_alerts.pop()
    storm.acknowledged.add(alert_id)
    (await http.post(f"/api/v1/alerts/{alert_id}/acknowledge")).raise_for_status()
    return True


async def run(server: Server, alerts: int = ALERTS, *, acknowledging: bool = True) -> tuple[Storm, float]:
    """The storm, and the seconds of the server's processors that it cost."""
    storm = Storm(alerts)
    endpoint, url = await sink.listening(storm.seen)
    next_door, other_url = await sink.listening(storm.neighbour.seen)
    path, token = await asyncio.to_thread(_set_up, server, url)
    other_path = await asyncio.to_thread(_set_up_neighbour, server, other_url)
    limits = httpx.Limits(max_connections=_SENDERS + 4)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=server.url, timeout=60, limits=limits, headers=headers) as http:
        before = server.processor_seconds()
        probes = [asyncio.create_task(_again_and_again(lambda: _look(http), storm.looking))]
        probes.append(asyncio.create_task(storm.neighbour.alarms(http, other_path)))
        if acknowledging:
            press = _again_and_again(lambda: _acknowledge(http, storm), storm.acknowledging)
            probes.append(asyncio.create_task(press))
        await _alerts(http, path, storm)
        until = time.perf_counter() + PATIENCE_SECONDS
        while not storm.through and time.perf_counter() < until and not any(probe.done() for probe in probes):
            await asyncio.sleep(0.1)
        cost = server.processor_seconds() - before
        for probe in probes:
            probe.cancel()
        for outcome in await asyncio.gather(*probes, return_exceptions=True):
            if not isinstance(outcome, asyncio.CancelledError):
                raise RuntimeError("a probe failed") from outcome
        await asyncio.sleep(1)  # for the neighbour's last page
    endpoint.close()
    next_door.close()
    return storm, cost


def _set_up(server: Server, url: str) -> tuple[str, str]:
    customer = Customer(server)
    customer.policy(also=[customer.colleague(), customer.colleague()])
    for number in range(CHANNELS):
        customer.webhook_channel(f"Room {number}", url)
    path = customer.webhook_path()
    customer.close()
    return path, customer.access_token


def _set_up_neighbour(server: Server, url: str) -> str:
    neighbour = Customer(server)
    neighbour.policy()
    neighbour.webhook_channel("Room", url)
    path = neighbour.webhook_path()
    neighbour.close()
    return path


def measure(server: Server) -> None:
    storm, cost = uvloop.run(run(server))
    last = max(storm.sent_at.values())
    waited = [storm.paged_at[alias] - at for alias, at in storm.sent_at.items() if alias in storm.paged_at]
    many, twice = len(storm.messages), sum(storm.messages.values()) - len(storm.messages)
    unpaged = storm.wanted - len(storm.paged_at)
    row(f"{storm.wanted} alerts in {SECONDS:.0f} s: last first page after the last alert",
        f"{max(storm.paged_at.values()) - last:.1f} s", "within 15 s")  # fmt: skip
    row("  first page after its own alert", f"p50 {sorted(waited)[len(waited) // 2]:.2f} s, p99 {p99(waited):.2f} s")
    row("  alerts that nobody was paged for", f"{unpaged}", "0")
    row("  messages that came, and came twice", f"{many}, {twice}", f"{CHANNELS * storm.wanted} less acknowledged, 0")
    row("  the console's list meanwhile", f"p99 {p99(storm.looking):.0f} ms of {len(storm.looking)}", "under 300 ms")
    row("  acknowledging meanwhile", f"p99 {p99(storm.acknowledging):.0f} ms of {len(storm.acknowledging)}",
        "under 300 ms")  # fmt: skip
    beside = storm.neighbour
    row("  another organization's P1 beside it, to its page",
        f"p99 {p99(beside.waited):.2f} s of {len(beside.sent_at)}, {len(beside.sent_at) - len(beside.waited)} lost",
        "p99 under 5 s, 0")  # fmt: skip
    row("  processor for each message, all of the server", f"{1000 * cost / many:.2f} ms")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pulsar-bench-") as folder, serving(Path(folder)) as server:
        measure(server)


if __name__ == "__main__":
    main()
