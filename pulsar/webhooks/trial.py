"""Does this endpoint work? One message now, whether it is switched on or not, and what the receiver said."""

from typing import Any

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.ids import new_id
from pulsar.base.json import pack
from pulsar.webhooks.claiming import Request, request_of
from pulsar.webhooks.events import WebhookTested
from pulsar.webhooks.model import Delivery, Endpoint
from pulsar.webhooks.sending import Sent

TYPE = "webhook.test"


def request(tx: Transaction, endpoint: Endpoint) -> Request:
    message: dict[str, Any] = {
        "type": TYPE,
        "timestamp": clock.rfc3339(clock.now()),
        "number": None,
        "organization_id": tx.org,
        "subject": {"type": "webhook", "id": endpoint.id},
        "actor": vars(tx.actor),
        "data": {"name": endpoint.name, "message": "This webhook works."},
    }
    row = {"id": new_id(), "tries": 1, "event_type": TYPE, "body": pack(message)}
    return request_of(tx, endpoint, row)


async def log(tx: Transaction, name: str, sent: Sent, body: str) -> None:
    """Beside the others, so that a test too can be looked at again. It says nothing of how the endpoint does."""
    delivery = Delivery(
        id=sent.delivery_id,
        endpoint_id=sent.endpoint_id,
        number=None,
        event_type=TYPE,
        subject_type="webhook",
        subject_id=sent.endpoint_id,
        body=body,
        state="delivered" if sent.arrived else "failed",
        tries=1,
        last_status=sent.attempt.status,
        last_error=None if sent.arrived else sent.why,
        finished_at=clock.now(),
    )
    tx.add(delivery)
    await tx.flush()
    tx.add(sent.attempt)
    tx.record(WebhookTested(sent.endpoint_id, name=name, delivered=sent.arrived))
