"""What is to be done later? Jobs, put into PgQueuer's table by the transaction that makes them necessary."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

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


def lines(jobs: Iterable[Job], began_at: datetime) -> list[tuple[Any, ...]]:
    """As the database's function `conclude` takes them. Delays count from the database's own clock, so a node whose
    clock is off does not page early; and there from the beginning of the transaction, because that is PostgreSQL's
    now()."""
    now = clock.now()
    return [
        (
            job.name,
            job.key,
            pack(job.ids),
            job.urgency,
            job.run_at - began_at if job.run_at and job.run_at > now else timedelta(),
        )
        for job in jobs
    ]
