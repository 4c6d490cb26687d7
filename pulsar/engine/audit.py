"""Is anything stuck that no wake-up would ever move? Looks whether the tables agree with each other, and mends.

The sweep finds what is late. This finds what is nowhere due at all: an open alert for which nobody is being paged and
nobody has been, an escalation that runs and has no next step. There should be none. It also does again what was to
happen to an alert by itself, and did not.
"""

from datetime import timedelta

import structlog
from sqlalchemy import text

from pulsar.base import clock
from pulsar.base.db import Database
from pulsar.base.jobs import Job
from pulsar.escalation.steps import afterwards_job

log = structlog.get_logger()

INTERVAL = timedelta(seconds=30)
GRACE = timedelta(seconds=5)


async def audit(db: Database) -> int:
    """How much it found."""
    async with db.without_org() as tx:
        query = text("SELECT * FROM audit_findings(:before)")
        rows = (await tx.execute(query, {"before": clock.now() - GRACE})).all()
        jobs = [
            afterwards_job(row.org_id, row.id, row.due_at)
            if row.kind == "afterwards"
            else Job("page_forgotten", f"page_forgotten:{row.id}", {"org": row.org_id, "alert": row.id})
            for row in rows
        ]
        # In one order, or the audits of two workers wait for each other's keys in a circle.
        tx.enqueue(*sorted(jobs, key=lambda job: job.key))
    for kind in {row.kind for row in rows}:
        found = [row for row in rows if row.kind == kind]
        oldest = min(row.due_at for row in found)
        log.warning("audit_found", kind=kind, count=len(found), oldest=oldest.isoformat(), alert=str(found[0].id))
    return len(rows)
