"""Is anything stuck that no wake-up would ever move? Looks whether the tables agree with each other, and mends.

The sweep finds what is late. This finds what is nowhere due at all: an open alert for which nobody is being paged and
nobody has been, an escalation that runs and has no next step, a message that no time is set for. There should be none.
It also does again what was to happen to an alert by itself, and did not. And it looks through the queue: a job that is
held by nobody keeps its place, so that the sweep asks in vain for another one.
"""

from collections import Counter
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import text

from pulsar.base import clock
from pulsar.base.db import Database
from pulsar.base.jobs import Job
from pulsar.escalation.steps import afterwards_job

log = structlog.get_logger()

INTERVAL = timedelta(seconds=30)
GRACE = timedelta(seconds=5)


# The queue takes a job from a worker that is silent after seconds; what is silent for so long nobody is going to take.
LEASE = timedelta(seconds=60)
_MOST = 1000

_MENDS = {
    # Its worker is dead, and it has the name of no worker's job, or its time lies ahead.
    "held by nobody": """
        UPDATE pgqueuer SET status = 'queued', queue_manager_id = NULL, slot = NULL, heartbeat = now(), updated = now(),
               execute_after = least(execute_after, now())
        WHERE id IN (SELECT id FROM pgqueuer WHERE status = 'picked' AND heartbeat < now() - cast(:lease AS interval)
                     ORDER BY heartbeat LIMIT :most FOR UPDATE SKIP LOCKED)
        RETURNING entrypoint""",
    # The database's clock was put back. They keep their distance from it.
    "from the future": """
        UPDATE pgqueuer SET execute_after = execute_after - greatest(created - now(), '0'),
               created = least(created, now()), heartbeat = least(heartbeat, now())
        WHERE id IN (SELECT id FROM pgqueuer WHERE status IN ('queued', 'picked') AND
                       (created > now() + cast(:lease AS interval) OR heartbeat > now() + cast(:lease AS interval))
                     LIMIT :most FOR UPDATE SKIP LOCKED)
        RETURNING entrypoint""",
}


async def audit(db: Database) -> int:
    """How much it found."""
    async with db.without_org() as tx:
        query = text("SELECT * FROM audit_findings(:before)")
        rows = (await tx.execute(query, {"before": clock.now() - GRACE})).all()
        # In one order, or the audits of two workers wait for each other's keys in a circle.
        tx.enqueue(*sorted(map(_job, rows), key=lambda job: job.key))
    for kind in {row.kind for row in rows}:
        found = [row for row in rows if row.kind == kind]
        oldest = min(row.due_at for row in found)
        log.warning("audit_found", kind=kind, count=len(found), oldest=oldest.isoformat(), alert=str(found[0].id))
    return len(rows) + await mend_queue(db)


def _job(row: Any) -> Job:
    match row.kind:
        case "afterwards":
            return afterwards_job(row.org_id, row.id, row.due_at)
        case "undated":
            ids = {"org": row.org_id, "notification": row.id}
            return Job("message_forgotten", f"message_forgotten:{row.id}", ids)
        case _:
            return Job("page_forgotten", f"page_forgotten:{row.id}", {"org": row.org_id, "alert": row.id})


async def mend_queue(db: Database) -> int:
    """How many jobs it brought back. Here it is the database's clock that counts, as it does for the queue."""
    found = {}
    async with db.without_org() as tx:
        for what, statement in _MENDS.items():
            rows = await tx.scalars(text(statement), {"lease": LEASE, "most": _MOST})
            found[what] = Counter(rows)
    for what, jobs in found.items():
        if jobs:
            log.warning("queue_mended", what=what, jobs=dict(jobs))
    return sum(jobs.total() for jobs in found.values())
