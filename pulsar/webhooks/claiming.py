"""What is to be sent now? Whoever sends claims first: the delivery is theirs for as long as it can take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, text

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.webhooks import sealed
from pulsar.webhooks.model import Endpoint
from pulsar.webhooks.rules import places
from pulsar.webhooks.signing import signatures

USER_AGENT = "Pulsar-Webhooks/1.0"
HIDDEN = "(secret)"
PLACES_OF_ONE = 20

# After the longest that the request can take. Then a worker that has died is taken for dead, and another one sends it.
_LEASE = timedelta(seconds=10)

# Materialized, or the limit is asked anew for each row that is updated, and then passes over those that were.
_CLAIM = """
WITH due AS MATERIALIZED (
  SELECT w.id, e.timeout FROM unnest($1::uuid[], $2::int[]) AS place (endpoint_id, free)
  JOIN webhook_endpoints e ON e.id = place.endpoint_id AND e.enabled
  CROSS JOIN LATERAL (
    SELECT id FROM webhook_deliveries WHERE endpoint_id = place.endpoint_id AND due_at <= $3
    ORDER BY due_at, id LIMIT place.free FOR UPDATE SKIP LOCKED) AS w)
UPDATE webhook_deliveries d
SET state = 'sending', tries = d.tries + 1, due_at = $3::timestamptz + due.timeout + $4::interval
FROM due WHERE d.id = due.id
RETURNING d.id, d.endpoint_id, d.subject_id, d.event_type, d.body, d.tries
"""


@dataclass(frozen=True)
class Request:
    """All that is needed to send it, with no transaction open."""

    delivery_id: UUID
    endpoint_id: UUID
    tries: int
    event_type: str
    url: str
    body: bytes
    timeout_seconds: float
    own_headers: Mapping[str, str] = field(repr=False)
    hidden: frozenset[str]
    """Names of headers of which the log does not have the value."""
    secrets: list[str] = field(repr=False)

    def headers(self, at: datetime) -> dict[str, str]:
        return {
            **self.own_headers,
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "X-Pulsar-Event": self.event_type,
            "X-Pulsar-Delivery": str(self.delivery_id),
            **signatures(self.secrets, str(self.delivery_id), at, self.body),
        }

    def logged(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {name: HIDDEN if name in self.hidden else value for name, value in headers.items()}


async def claim(tx: Transaction, free: Mapping[UUID, int]) -> list[Request]:
    """Of each of these endpoints what is due first, and no more than so many."""
    driver = tx.driver
    rows = await driver.fetch(_CLAIM, list(free), list(free.values()), clock.now(), _LEASE)
    wanted = {row["endpoint_id"] for row in rows}
    found = {one.id: one for one in await tx.scalars(select(Endpoint).where(Endpoint.id.in_(wanted)))} if rows else {}
    return [request_of(tx, found[row["endpoint_id"]], dict(row)) for row in rows]


def request_of(tx: Transaction, endpoint: Endpoint, row: Mapping[str, Any]) -> Request:
    """What does not open any more is sent without: to be told of a signature that is missing is better than nothing."""
    try:
        own = sealed.headers_of(tx.keys, endpoint)
        secrets = sealed.secrets_of(tx.keys, endpoint, clock.now())
    except sealed.WebhookUnreadable:
        own, secrets = [], []
    return Request(
        delivery_id=row["id"],
        endpoint_id=endpoint.id,
        tries=row["tries"],
        event_type=row["event_type"],
        url=endpoint.url,
        body=row["body"].encode(),
        timeout_seconds=endpoint.timeout.total_seconds(),
        own_headers={header.name: header.value for header in own},
        hidden=frozenset(header.name for header in own if header.secret),
        secrets=secrets,
    )


async def due(tx: Transaction) -> set[UUID]:
    """The organizations in which something is due."""
    return set(await tx.scalars(text("SELECT org_id FROM due_webhooks(:at)"), {"at": clock.now()}))


async def takers(tx: Transaction) -> dict[UUID, int]:
    """The endpoints that take something now, and how many requests each may be sent at once."""
    free = or_(Endpoint.resume_at.is_(None), Endpoint.resume_at <= clock.now())
    rows = await tx.execute(select(Endpoint.id, Endpoint.failures).where(Endpoint.enabled, free))
    return {row.id: places(row.failures, PLACES_OF_ONE) for row in rows}
