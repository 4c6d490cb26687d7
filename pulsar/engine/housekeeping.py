"""What must be forgotten? Rows that have served: old job logs, expired sessions, login failures, silent workers."""

from datetime import timedelta

from sqlalchemy import text

from pulsar.base import clock
from pulsar.base.db import Database

INTERVAL = timedelta(minutes=10)

_DAY = timedelta(days=1)
_FORGOTTEN_AFTER = {
    "DELETE FROM pgqueuer_log WHERE created < :before": _DAY,
    "DELETE FROM pgqueuer_statistics WHERE created < :before": 7 * _DAY,
    "DELETE FROM login_failures WHERE at < :before": _DAY,
    "DELETE FROM refresh_tokens WHERE expires_at < :before": _DAY,
    "DELETE FROM tickets WHERE expires_at < :before": timedelta(hours=1),
    "DELETE FROM workers WHERE seen_at < :before": timedelta(hours=1),
}


async def clean(db: Database) -> None:
    async with db.without_org() as tx:
        for statement, age in _FORGOTTEN_AFTER.items():
            await tx.execute(text(statement), {"before": clock.now() - age})
