"""What is sent again, because somebody wants it? One delivery, or those of a range of time, or what an endpoint was not
told then at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select, update

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, NotFound
from pulsar.base.events import EventRow
from pulsar.base.ids import first_id_at
from pulsar.webhooks import planning, queue
from pulsar.webhooks.events import WebhookRedelivered
from pulsar.webhooks.model import Delivery, Endpoint
from pulsar.webhooks.rules import State

Which = Literal["failed", "all", "missed"]
"""Failed: what was given up. All: what has arrived too. Missed: what happened while the endpoint was paused or switched
off, or had not asked for it."""

MOST = 10_000
"""At one press."""

_FINISHED: dict[Which, tuple[State, ...]] = {"failed": ("failed",), "all": ("failed", "delivered")}


class EndpointIsOff(Conflict):
    """This endpoint is switched off, so nothing would be sent. Switch it on first."""


@dataclass(frozen=True)
class Span:
    since: datetime
    until: datetime
    which: Which


@dataclass(frozen=True)
class Again:
    count: int
    more: bool
    """There is more in the range than is sent again at once."""


def _check(endpoint: Endpoint | None) -> Endpoint:
    if not endpoint:
        raise NotFound("The endpoint that this was for is deleted.")
    if not endpoint.enabled:
        raise EndpointIsOff
    return endpoint


async def redeliver(tx: Transaction, delivery_id: UUID) -> Delivery:
    """At once, and beside the order: also what waits, or is not due yet. As if it had not been tried."""
    await queue.hold(tx)
    delivery = await tx.get(Delivery, (tx.org, delivery_id), with_for_update=True)
    if not delivery:
        raise NotFound("There is no delivery with this id here.")
    endpoint = _check(await tx.get(Endpoint, (tx.org, delivery.endpoint_id)))
    if delivery.state != "sending":
        delivery.state, delivery.due_at = "pending", clock.now()
        delivery.tries, delivery.finished_at = 0, None
        await tx.flush()
        tx.record(WebhookRedelivered(endpoint.id, name=endpoint.name, count=1))
    return delivery


async def redeliver_range(tx: Transaction, endpoint: Endpoint, span: Span, base_url: str) -> Again:
    """In the order of each object. By who has the endpoint to change."""
    _check(endpoint)
    again = await (_missed(tx, endpoint, span, base_url) if span.which == "missed" else _repeat(tx, endpoint, span))
    if again.count:
        tx.record(WebhookRedelivered(endpoint.id, name=endpoint.name, count=again.count))
    return again


async def _repeat(tx: Transaction, endpoint: Endpoint, span: Span) -> Again:
    query = select(Delivery.id).where(
        Delivery.endpoint_id == endpoint.id,
        Delivery.id >= first_id_at(span.since),
        Delivery.id < first_id_at(span.until),
        Delivery.state.in_(_FINISHED[span.which]),
        Delivery.number.is_not(None),
    )
    found = (await tx.scalars(query.order_by(Delivery.id).limit(MOST + 1))).all()
    ids = found[:MOST]
    anew = {"state": "waiting", "due_at": None, "tries": 0, "finished_at": None}
    repeated = update(Delivery).where(Delivery.id.in_(ids)).values(anew)
    await tx.execute(repeated.execution_options(synchronize_session=False))
    await queue.call_all(tx, endpoint.id)
    return Again(len(ids), more=len(found) > MOST)


async def _missed(tx: Transaction, endpoint: Endpoint, span: Span, base_url: str) -> Again:
    """Of what the planner has passed already; what comes after that is its own to plan."""
    number, end = await _number_at(tx, endpoint, span.since), await _number_at(tx, endpoint, span.until)
    count = 0
    while number < end and count < MOST:
        events = await _events(tx, number, end)
        told = await _told(tx, endpoint, [event.number for event in events])
        wishes = planning.wishes_of(endpoint)
        wanted = [
            planning.Wanted(endpoint, event)
            for event in events
            if event.number not in told and wishes.named(event.type, event.data)
        ]
        count += await planning.write(tx, wanted, base_url, all_wait=True)
        number = events[-1].number + 1 if events else end
    await queue.call_all(tx, endpoint.id)
    return Again(count, more=number < end)


async def _events(tx: Transaction, number: int, end: int) -> Sequence[EventRow]:
    query = select(EventRow).where(EventRow.number >= number, EventRow.number < end)
    return (await tx.scalars(query.order_by(EventRow.number).limit(planning.BATCH))).all()


async def _told(tx: Transaction, endpoint: Endpoint, numbers: Sequence[int]) -> set[int | None]:
    query = select(Delivery.number).where(Delivery.endpoint_id == endpoint.id, Delivery.number.in_(numbers))
    return set(await tx.scalars(query))


async def _number_at(tx: Transaction, endpoint: Endpoint, at: datetime) -> int:
    """The number of the first event at that time or later. Times have no index and numbers do, and both go up together:
    so it is searched for by halves."""
    low, high = 1, endpoint.planned_to + 1
    while low < high:
        middle = (low + high) // 2
        query = select(EventRow.number, EventRow.at).where(EventRow.number >= middle).order_by(EventRow.number).limit(1)
        row = (await tx.execute(query)).one_or_none()
        if row is None or row.number >= high or row.at >= at:
            high = middle
        else:
            low = row.number + 1
    return low
