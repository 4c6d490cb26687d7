"""What of the past is no longer kept? Events older than the operator wants, each kind by its own age."""

from datetime import timedelta

import structlog
from sqlalchemy import text

from pulsar.base import clock
from pulsar.base.db import Database
from pulsar.settings import Settings

log = structlog.get_logger()

# So many in one transaction, which holds nobody up; and so many transactions in one go.
BATCH, BATCHES = 1000, 200


async def forget(db: Database, settings: Settings) -> None:
    for kind, days in (("activity", settings.keep_activity_days), ("audit", settings.keep_audit_days)):
        if days:
            await _forget(db, kind, timedelta(days=days))


async def _forget(db: Database, kind: str, age: timedelta) -> None:
    before, gone = clock.now() - age, 0
    for _ in range(BATCHES):
        async with db.without_org() as tx:
            query = text("SELECT passed, gone FROM forget_events(:kind, :before, :most)")
            batch = (await tx.execute(query, {"kind": kind, "before": before, "most": BATCH})).one()
        gone += batch.gone
        if not batch.passed:
            break
    if gone:
        log.info("forgotten", what=f"{kind}_events", count=gone, before=before.isoformat())
