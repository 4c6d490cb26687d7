"""What does a mapping cost? The same alerts, once as they are and once through a mapping with conditions, a template
and words for priorities. `python -m bench.mapping` by itself."""

import itertools
import os
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import uvloop

from bench import load
from bench.report import Speed, row, speed_row, spent
from bench.server import Customer, Server, serving

CONNECTIONS = 64
ROUNDS = 3
SECONDS = float(os.environ.get("BENCH_SECONDS", "8")) / ROUNDS

MAPPED = (
    b'{"job": {"name": "Disk almost full", "id": "%b", "host": "db-1"}, "state": "FAILED", "level": "amber",'
    b' "labels": {"team": "db"}}'
)
MAPPING: dict[str, Any] = {
    "message": "{{job.name}} on {{job.host}}",
    "alias": "job.id",
    "entity": "job.host",
    "priority": "level",
    "priorities": {"red": "P1", "amber": "P3"},
    "close": "state == 'OK'",
    "ignore": "state == 'RUNNING'",
    "details": {"*": "labels"},
}
PLAIN = (
    b'{"message": "Disk almost full on db-1", "alias": "%b", "priority": "P3", "entity": "db-1", "details":'
    b' {"team": "db"}}'
)


def measure(server: Server) -> None:
    distinct = map("mapped-{}".format, itertools.count())
    customer = Customer(server)
    customer.policy(300)
    paths = {PLAIN: customer.webhook_path(), MAPPED: customer.webhook_path(MAPPING)}
    found: dict[bytes, list[Speed]] = {frame: [] for frame in paths}
    refused = 0
    for _ in range(ROUNDS):  # in turns, so that what else the machine does meets both
        for frame, path in paths.items():
            before = spent(server)
            one = uvloop.run(
                load.run(
                    server.port, path, lambda: next(distinct), connections=CONNECTIONS, seconds=SECONDS, frame=frame
                )
            )
            found[frame].append(Speed(one.per_second, 1e6 * (spent(server) - before) / one.requests))
            refused += one.refused
    plain, mapped = (_median(found[frame]) for frame in (PLAIN, MAPPED))
    speed_row("ingest without a mapping", plain)
    speed_row("ingest with a mapping", mapped)
    row("  costs, by processor time", f"{mapped.microseconds / plain.microseconds:.2f} times", "under 1.3")
    row("  refused or failed", f"{refused}", "0")


def _median(speeds: list[Speed]) -> Speed:
    return Speed(median(s.per_second for s in speeds), median(s.microseconds for s in speeds))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pulsar-bench-") as folder, serving(Path(folder)) as server:
        measure(server)


if __name__ == "__main__":
    main()
