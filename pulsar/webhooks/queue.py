"""Whose turn is it? Deliveries about one object go to an endpoint one after the other; only the first is due."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text

from pulsar.base import clock
from pulsar.base.db import Transaction

Line = tuple[UUID, UUID]
"""An endpoint, and the object that events are about."""

# Whoever looks at who is first, to put somebody behind them or in their place, does so alone in the organization: by
# two at once nobody would be called, or two.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('webhooks ' || current_setting('pulsar.org'), 0))"

_CALL = """
UPDATE webhook_deliveries d SET state = 'pending', due_at = :now
FROM unnest(cast(:endpoints AS uuid[]), cast(:subjects AS uuid[])) AS line (endpoint_id, subject_id)
CROSS JOIN LATERAL (
  SELECT w.id FROM webhook_deliveries w
  WHERE w.endpoint_id = line.endpoint_id AND w.subject_id = line.subject_id
    AND w.state IN ('waiting','pending','sending') AND w.state = 'waiting'
  ORDER BY w.number LIMIT 1) AS next
WHERE d.id = next.id AND NOT EXISTS (
  SELECT FROM webhook_deliveries a
  WHERE a.endpoint_id = line.endpoint_id AND a.subject_id = line.subject_id
    AND a.state IN ('waiting','pending','sending') AND a.due_at IS NOT NULL)
"""

_LINES = """
SELECT DISTINCT endpoint_id, subject_id FROM webhook_deliveries
WHERE endpoint_id = :endpoint AND state IN ('waiting','pending','sending') AND state = 'waiting'
"""


async def hold(tx: Transaction) -> None:
    """Until the end of the transaction. Before any row is locked, or two wait for each other in a circle."""
    await tx.execute(text(_LOCK))


async def call_next(tx: Transaction, lines: Collection[Line]) -> None:
    """In each line that has nobody in front. By who holds the queues."""
    if lines:
        ordered = sorted(set(lines))
        values = {"endpoints": [line[0] for line in ordered], "subjects": [line[1] for line in ordered]}
        await tx.execute(text(_CALL), {**values, "now": clock.now()})


async def call_all(tx: Transaction, endpoint_id: UUID) -> None:
    """In all lines of an endpoint."""
    rows = await tx.execute(text(_LINES), {"endpoint": endpoint_id})
    await call_next(tx, [(row.endpoint_id, row.subject_id) for row in rows])


async def occupied(tx: Transaction, endpoints: Collection[UUID], subjects: Collection[UUID]) -> set[Line]:
    """The lines in which somebody stands."""
    query = text(
        "SELECT DISTINCT endpoint_id, subject_id FROM webhook_deliveries WHERE state IN ('waiting','pending','sending')"
        " AND endpoint_id = ANY(:endpoints) AND subject_id = ANY(:subjects)"
    )
    rows = await tx.execute(query, {"endpoints": list(endpoints), "subjects": list(subjects)})
    return {(row.endpoint_id, row.subject_id) for row in rows}
