"""Where does nothing arrive, so that somebody should look? At endpoints that fail, or that Pulsar switched off."""

from sqlalchemy import and_, or_, select

from pulsar.base.db import Transaction
from pulsar.base.defects import Defect, Thing
from pulsar.webhooks.model import Endpoint
from pulsar.webhooks.rules import PROBED_AFTER


async def defects(tx: Transaction) -> list[Defect]:
    """Nobody's page is lost by it. One that failed only a few times may be restarting."""
    failing = and_(Endpoint.enabled, Endpoint.failures >= PROBED_AFTER)
    given_up = and_(~Endpoint.enabled, Endpoint.disabled_at.is_not(None))
    rows = await tx.scalars(select(Endpoint).where(or_(failing, given_up)).order_by(Endpoint.name))
    return [_failing(row) if row.enabled else _given_up(row) for row in rows]


def _failing(row: Endpoint) -> Defect:
    said = f"Nothing arrives at the webhook {row.name}: {row.last_error}"
    return Defect("failing_webhook", "warning", said, Thing("webhook", row.id, row.name))


def _given_up(row: Endpoint) -> Defect:
    said = f"The webhook {row.name} was switched off. {row.disabled_reason}"
    return Defect("disabled_webhook", "warning", said, Thing("webhook", row.id, row.name))
