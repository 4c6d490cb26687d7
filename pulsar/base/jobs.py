"""What is to be done later? Jobs, put into PgQueuer's table by the transaction that makes them necessary."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries

from pulsar.base import clock
from pulsar.base.json import pack

CHANNEL = "ch_pgqueuer"

# A job may start this much before its time by the node's own clock: nodes' clocks differ a little, and who comes
# a moment early must not take it for a job of an older state, and leave.
CLOCK_SLACK = timedelta(seconds=1)


@dataclass(frozen=True)
class Job:
    """Ids, never state: the job locks its row and looks whether it is still wanted.

    `key` is held by at most one job that waits or runs; a second one with it is dropped. That makes it safe
    to enqueue a job again when in doubt, and a job the only one of its kind while it runs.
    """

    name: str
    key: str
    ids: dict[str, Any]
    run_at: datetime | None = None
    urgency: int = 0


async def write(connection: asyncpg.Connection, jobs: Sequence[Job], began_at: datetime) -> None:
    """Delays count from the database's own clock, so a node whose clock is off does not page early; and there from
    the beginning of the transaction, because that is PostgreSQL's now()."""
    now = clock.now()
    await Queries(AsyncpgDriver(connection)).enqueue(
        [job.name for job in jobs],
        [pack(job.ids).encode() for job in jobs],
        [job.urgency for job in jobs],
        [job.run_at - began_at if job.run_at and job.run_at > now else None for job in jobs],
        [job.key for job in jobs],
        on_conflict="skip",
    )
