"""Who is told that an endpoint was switched off? Owners and admins, by mail."""

from datetime import timedelta

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.escalation.people import fallback_people
from pulsar.notify import letters
from pulsar.notify.rules import Letter, Occasion
from pulsar.webhooks.events import WebhookDisabled
from pulsar.webhooks.model import Endpoint

_TOLD_WITHIN = timedelta(days=7)


async def disable(tx: Transaction, endpoint: Endpoint, reason: str) -> None:
    """What is on its way there waits, should somebody switch it on again."""
    now = clock.now()
    endpoint.enabled, endpoint.disabled_at, endpoint.disabled_reason = False, now, reason
    endpoint.version += 1
    tx.record(WebhookDisabled(endpoint.id, name=endpoint.name, reason=reason))
    people = [user_id for user_id, _ in await fallback_people(tx)]
    occasion = Occasion(f"webhook:{endpoint.id}:{now.isoformat()}", "direct")
    letter = Letter(
        f"The webhook {endpoint.name} was switched off",
        f"{reason} Events are not sent to {endpoint.url} any more.\n\n"
        f"The last answer: {endpoint.last_error or 'none'}\n\n"
        "When the receiver works again, switch the webhook on under Webhooks. What was still on its way then goes out,"
        " and what was given up, or happened meanwhile, can be sent again from there.",
        "/webhooks",
        now + _TOLD_WITHIN,
    )
    await letters.send(tx, people, {}, occasion, letter)
