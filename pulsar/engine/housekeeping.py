"""What must be forgotten? Rows that have served: old job logs, expired sessions, login failures, silent workers."""

from datetime import timedelta

import structlog
from sqlalchemy import text

from pulsar.audit.forgetting import forget as forget_events
from pulsar.base import clock
from pulsar.base.db import Database
from pulsar.base.http import Pulsar
from pulsar.base.ids import first_id_at

log = structlog.get_logger()

INTERVAL = timedelta(minutes=10)

_DAY = timedelta(days=1)
_FORGOTTEN_AFTER = {
    "DELETE FROM pgqueuer_log WHERE created < :before": _DAY,
    "DELETE FROM pgqueuer_statistics WHERE created < :before": 7 * _DAY,
    "DELETE FROM login_failures WHERE at < :before": _DAY,
    "DELETE FROM refresh_tokens WHERE expires_at < :before": _DAY,
    "DELETE FROM sessions WHERE ends_at < :before OR ended_at < :before": 7 * _DAY,
    "DELETE FROM sign_in_challenges WHERE expires_at < :before": timedelta(hours=1),
    "DELETE FROM tickets WHERE expires_at < :before": timedelta(hours=1),
    "DELETE FROM workers WHERE seen_at < :before": timedelta(hours=1),
    "DELETE FROM nodes WHERE seen_at < :before": timedelta(hours=1),
}


_BATCH = 500
_BATCHES = 200


async def clean(pulsar: Pulsar) -> None:
    async with pulsar.db.without_org() as tx:
        for statement, age in _FORGOTTEN_AFTER.items():
            await tx.execute(text(statement), {"before": clock.now() - age})
    # In this order: the log of an alert that goes may be wanted for longer than the alert.
    await _forget(pulsar.db, "forget_closed_alerts", pulsar.settings.keep_closed_alerts_days)
    await _forget(pulsar.db, "forget_delivery_log", pulsar.settings.keep_delivery_log_days)
    await _forget(pulsar.db, "forget_webhook_deliveries", pulsar.settings.keep_webhook_log_days)
    await forget_events(pulsar.db, pulsar.settings)


async def _forget(db: Database, function: str, days: int) -> None:
    """What is over and older than that, batch by batch, so that nobody who works waits for long. What is left of a
    large heap goes at the next turns."""
    if not days:
        return
    before = clock.now() - timedelta(days=days)
    values = {"before": before, "below": first_id_at(before), "most": _BATCH}
    forgotten = 0
    for _ in range(_BATCHES):
        async with db.without_org() as tx:
            number = await tx.scalar(text(f"SELECT {function}(:before, :below, :most)"), values)
        forgotten += number
        if number < _BATCH:
            break
    if forgotten:
        log.info("forgotten", what=function.removeprefix("forget_"), count=forgotten, before=before.isoformat())
