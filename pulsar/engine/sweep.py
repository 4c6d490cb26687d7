"""Has anything been left lying? Finds what is overdue in the tables themselves and asks for its job again.

The rows are the truth and the jobs only wake-ups, so a job that is gone for whatever reason costs seconds and
not a page. Where an organization has jobs waiting, only what is older than the oldest of them is taken for lost:
a long queue is late, but it is not to be made longer.
"""

from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import text

from pulsar.alerts.actions import wake_job
from pulsar.alerts.endings import follow_up_job
from pulsar.base import clock
from pulsar.base.db import Database
from pulsar.base.jobs import Job
from pulsar.escalation.steps import DueStep, step_job
from pulsar.notify.actions import delivery_job, urgency_of
from pulsar.notify.channel_state import report_job
from pulsar.oncall.shift_notices import watch_job

log = structlog.get_logger()

INTERVAL = timedelta(seconds=5)
# What is late by less is most likely just being done.
GRACE = timedelta(seconds=5)


def _job(row: Any) -> Job:
    match row.kind:
        case "step":
            step = DueStep(row.id, row.generation, row.cycle, row.position)
            return step_job(row.org_id, [step], row.priority, row.due_at)
        case "delivery":
            urgency = urgency_of({"subject": {"priority": row.priority or "P3"}})
            return delivery_job(row.org_id, row.id, row.generation, urgency, row.due_at)
        case _:
            return wake_job(row.org_id, row.id, row.due_at)


def _news(row: Any) -> Job:
    if row.kind == "report":
        return report_job(row.org_id, row.id, row.since, row.due_at)
    return follow_up_job(row.org_id, row.id, row.ending, row.since)


async def sweep(db: Database) -> int:
    """How many jobs were overdue."""
    before = {"before": clock.now() - GRACE}
    async with db.without_org() as tx:
        rows = (await tx.execute(text("SELECT * FROM overdue_work(:before)"), before)).all()
        watches = (await tx.execute(text("SELECT * FROM overdue_shift_watches(:before)"), before)).all()
        news = (await tx.execute(text("SELECT * FROM untold_news(:before)"), before)).all()
        jobs = [
            *map(_job, rows),
            *map(_news, news),
            *(watch_job(row.org_id, row.schedule_id, row.next_at) for row in watches),
        ]
        # In one order, or the sweeps of two workers wait for each other's keys in a circle.
        tx.enqueue(*sorted(jobs, key=lambda job: job.key))
    if jobs:
        oldest = min([*(row.due_at for row in (*rows, *news)), *(row.next_at for row in watches)])
        log.warning("overdue_work", count=len(jobs), oldest=oldest.isoformat())
    return len(jobs)
