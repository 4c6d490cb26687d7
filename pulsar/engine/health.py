"""How do the workers do? As the tables have it, the same on every node."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, text

from pulsar.base import clock
from pulsar.base.db import Database
from pulsar.engine.model import Worker
from pulsar.engine.rules import Picture

# Three heartbeats and a little.
WORKER_SILENT_AFTER = timedelta(seconds=12)

UNKNOWN = Picture(database=False)


async def look(db: Database) -> Picture:
    now = clock.now()
    heard = select(func.count(), func.max(Worker.swept_at), func.max(Worker.audited_at)).where(
        Worker.seen_at > now - WORKER_SILENT_AFTER
    )
    async with db.without_org() as tx:
        workers, swept_at, audited_at = (await tx.execute(heard)).one()
        overdue: Any = await tx.scalar(text("SELECT overdue_seconds(:now)"), {"now": now})
    return Picture(True, workers, swept_at, audited_at, overdue or 0.0)
