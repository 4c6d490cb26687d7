"""Which heartbeats are late, or back? Looked at by every worker, all of them, twice a second."""

import asyncio
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from pulsar.base import clock
from pulsar.base.db import Database
from pulsar.base.errors import NotFound
from pulsar.heartbeats import actions

INTERVAL = timedelta(seconds=0.5)
# Of a whole data center's falling silent, no more at once than there are connections to spare.
_AT_ONCE = 4


async def watch(db: Database) -> None:
    """Each in a transaction of its own, locked and looked at again: another worker or its ping may have been faster."""
    async with db.without_org() as tx:
        turning = (await tx.execute(text("SELECT * FROM turning_heartbeats(:now)"), {"now": clock.now()})).all()
    few = asyncio.Semaphore(_AT_ONCE)

    async def look_at(org: UUID, heartbeat_id: UUID) -> None:
        async with few, db.in_org(org) as tx:
            try:
                heartbeat = await actions.get(tx, heartbeat_id, to_change=True)
            except NotFound:
                return
            await actions.look_at(tx, heartbeat)

    async with asyncio.TaskGroup() as all_of_them:
        for row in turning:
            all_of_them.create_task(look_at(row.org_id, row.id))
