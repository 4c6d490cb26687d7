"""What comes of a try? The delivery's new state, the endpoint's, and who is called next: in one transaction."""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.webhooks import disabling, queue, rules
from pulsar.webhooks.events import WebhookFailing, WebhookRecovered
from pulsar.webhooks.model import Delivery, Endpoint
from pulsar.webhooks.sending import Sent

# Of an endpoint that works, the time of its last delivery need not be exact.
_NOTED_EVERY = timedelta(seconds=10)


async def conclude(tx: Transaction, tries: Sequence[Sent]) -> None:
    await queue.hold(tx)
    ids = [sent.delivery_id for sent in tries]
    locked = select(Delivery).where(Delivery.id.in_(ids)).order_by(Delivery.id).with_for_update()
    deliveries = {one.id: one for one in await tx.scalars(locked)}
    endpoints = await _endpoints(tx, {sent.endpoint_id for sent in tries})
    left: set[queue.Line] = set()
    for sent in tries:
        if not (delivery := deliveries.get(sent.delivery_id)):
            continue  # forgotten meanwhile
        tx.add(sent.attempt)
        # Or else it took so long that somebody else has taken it over; then it is theirs to say.
        if delivery.state == "sending" and delivery.tries == sent.tries:
            _settle(delivery, endpoints.get(sent.endpoint_id), sent)
            if delivery.state in ("delivered", "failed"):
                left.add((delivery.endpoint_id, delivery.subject_id))
    await tx.flush()
    await queue.call_next(tx, left)
    by_endpoint: defaultdict[UUID, list[Sent]] = defaultdict(list)
    for sent in tries:
        by_endpoint[sent.endpoint_id].append(sent)
    for endpoint_id, of_it in by_endpoint.items():
        if endpoint := endpoints.get(endpoint_id):
            await _note(tx, endpoint, of_it)


async def _endpoints(tx: Transaction, ids: set[UUID]) -> dict[UUID, Endpoint]:
    locked = select(Endpoint).where(Endpoint.id.in_(ids)).order_by(Endpoint.id).with_for_update()
    return {one.id: one for one in await tx.scalars(locked)}


def _settle(delivery: Delivery, endpoint: Endpoint | None, sent: Sent) -> None:
    now = clock.now()
    delivery.last_status, delivery.last_error = sent.attempt.status, None if sent.arrived else sent.why
    if sent.arrived:
        delivery.state, delivery.due_at, delivery.finished_at = "delivered", None, now
        return
    wait = None
    if endpoint and not sent.permanent and sent.attempt.status != rules.GONE:
        jitter = random.random()  # noqa: S311 - no secret
        wait = rules.retry_delay(delivery.tries, endpoint.max_retries, endpoint.retry_delay, jitter, sent.asked_seconds)
    if wait:
        delivery.state, delivery.due_at = "pending", now + wait
    else:
        delivery.state, delivery.due_at, delivery.finished_at = "failed", None, now


async def _note(tx: Transaction, endpoint: Endpoint, tries: Sequence[Sent]) -> None:
    """How the endpoint does. One arrival among failures says that it lives."""
    now = clock.now()
    failed = [sent for sent in tries if not sent.arrived]
    if len(failed) < len(tries):
        if endpoint.failures >= rules.PROBED_AFTER:
            tx.record(WebhookRecovered(endpoint.id, name=endpoint.name))
        if endpoint.failing_since or not endpoint.last_delivered_at or now - endpoint.last_delivered_at > _NOTED_EVERY:
            endpoint.failures, endpoint.failing_since, endpoint.resume_at = 0, None, None
            endpoint.last_delivered_at, endpoint.last_error = now, None
    elif endpoint.enabled:
        before, endpoint.failures = endpoint.failures, endpoint.failures + len(failed)
        endpoint.failing_since = endpoint.failing_since or failed[0].attempt.at
        endpoint.last_error = failed[-1].why
        if before < rules.PROBED_AFTER <= endpoint.failures:
            tx.record(WebhookFailing(endpoint.id, name=endpoint.name, reason=failed[-1].why))
    if slow := [sent.asked_seconds for sent in failed if sent.asked_seconds and rules.slows_down(sent.attempt.status)]:
        endpoint.resume_at = now + min(timedelta(seconds=max(slow)), rules.LONGEST_ASKED)
    for sent in failed:
        if endpoint.enabled and (why := rules.given_up(sent.attempt.status, endpoint.failing_since, now)):
            await disabling.disable(tx, endpoint, why)
    await tx.flush()
