"""How quick is the delivery log among three million messages, and the list of incidents among a hundred thousand?

`python -m bench.log` measures the first page of every filter, over HTTP. Filling the tables takes some minutes;
`python -m bench.log 100000 10000` fills in fewer.
"""

import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import uvloop

from bench.lists import NOW, customer, p95, timed
from bench.past import Past, write_past
from bench.server import Server, serving
from pulsar.base.cluster import Cluster

MESSAGES, INCIDENTS = 3_000_000, 100_000


def log_filters(past: Past) -> dict[str, dict[str, Any]]:
    busy, _, left = str(past.people[0]), past.people[1], str(past.people[-1])
    usual, once = str(past.channels[0]), str(past.channels[-1])
    spring = {"from": (NOW - timedelta(days=240)).isoformat(), "to": (NOW - timedelta(days=233)).isoformat()}
    return {
        "no filter": {},
        "sent": {"status": "sent"},
        "failed": {"status": "failed"},
        "delivered, long ago": {"status": "delivered"},
        "none are pending": {"status": ["pending", "sending"]},
        "the busiest person": {"user_id": busy},
        "of theirs, what failed": {"user_id": busy, "status": "failed"},
        "somebody who left": {"user_id": left},
        "of theirs, what failed ": {"user_id": left, "status": "failed"},
        "nobody": {"user_id": str(uuid4())},
        "a usual channel": {"channel_id": usual},
        "of it, none delivered": {"channel_id": usual, "status": ["delivered", "pending"]},
        "a channel of one week": {"channel_id": once},
        "it, and the busiest": {"channel_id": once, "user_id": busy},
        "it, and who left": {"channel_id": once, "user_id": left},
        "no such channel, and busiest": {"channel_id": str(uuid4()), "user_id": busy},
        "a week last spring": spring,
        "that week, what failed": {**spring, "status": "failed"},
        "that week, somebody": {**spring, "user_id": str(past.people[5])},
        "that week, who left": {**spring, "user_id": left},
        "no such alert": {"alert_id": str(uuid4())},
    }


INCIDENT_FILTERS: dict[str, dict[str, Any]] = {
    "no filter": {},
    "not resolved": {"status": ["investigating", "identified", "monitoring"]},
    "monitoring": {"status": "monitoring"},
    "critical": {"severity": "critical"},
    "search: in every incident": {"search": "down"},
    "search: in a fifth": {"search": "checkout"},
    "search: one letter": {"search": "c"},
    "search: long ago": {"search": "kafka"},
    "search: nothing": {"search": "qwertz"},
    "search: a number": {"search": "#4711"},
    "search: frequent, and open": {"search": "down", "status": "investigating"},
    "search: frequent, and none": {"search": "down", "status": "identified"},
}


async def measure(server: Server, url: str) -> None:
    messages, incidents = [int(one) for one in sys.argv[1:3]] or (MESSAGES, INCIDENTS)
    owner = await asyncpg.connect(url)
    org = await owner.fetchval(
        "INSERT INTO organizations (id, name, slug, settings, created_at, updated_at)"
        " VALUES (gen_random_uuid(), 'Past', 'past', '{}', now(), now()) RETURNING id"
    )
    past = await write_past(owner, org, messages=messages, incidents=incidents)
    http = await customer(server, owner, org)
    for title, path, filters in (
        (f"log of {messages:,}", "/notifications/logs", log_filters(past)),
        (f"{incidents:,} incidents", "/incidents", INCIDENT_FILTERS),
    ):
        print(f"\n{title:30}{'HTTP median':>14}{'p95':>12}")
        for name, asked in filters.items():

            async def ask(path: str = path, asked: dict[str, Any] = asked) -> None:
                (await http.get(path, params=asked)).raise_for_status()

            took = await timed(ask)
            print(f"{name:30}{sorted(took)[len(took) // 2] * 1000:>11.1f} ms{p95(took):>9.1f} ms", flush=True)
    await http.aclose()
    await owner.close()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pulsar-bench-") as folder, serving(Path(folder)) as server:
        uvloop.run(measure(server, Cluster(Path(folder)).url))


if __name__ == "__main__":
    main()
