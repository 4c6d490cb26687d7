"""Routes of the delivery log: what was sent where, and what came back."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, StringConstraints
from sqlalchemy import Select, select
from sqlalchemy.orm import undefer

from pulsar.base.db import Transaction
from pulsar.base.errors import NotFound
from pulsar.base.http import Named, Page, Pages, View, page_of
from pulsar.base.ids import first_id_at
from pulsar.people.access import AsViewer
from pulsar.webhooks.model import Attempt, Delivery, Endpoint
from pulsar.webhooks.rules import State

router = APIRouter(prefix="/webhooks/deliveries", tags=["Webhooks"])

EventType = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}\.[a-z_]{1,40}$")]


class DeliverySubject(View):
    type: str
    id: UUID


class DeliveryView(View):
    id: UUID
    endpoint: Named
    event_type: str
    event_number: int | None
    """Its number in the stream; a test has none."""
    subject: DeliverySubject
    state: State
    tries: int
    """Since it was last asked for."""
    due_at: datetime | None
    last_status: int | None
    last_error: str | None
    created_at: datetime
    finished_at: datetime | None


class WebhookAttemptView(View):
    id: UUID
    at: datetime
    duration_ms: int
    url: str
    request_headers: dict[str, str]
    status: int | None
    error: str | None
    response_headers: dict[str, str]
    response_body: str
    """As much of it as is kept: 64 KiB."""


class WholeDelivery(DeliveryView):
    body: str
    attempts: list[WebhookAttemptView]


_COMPUTED = {"endpoint", "subject", "event_number"}
_OWN = set(DeliveryView.model_fields) - _COMPUTED


async def names(tx: Transaction) -> dict[UUID, str]:
    """Of the endpoints, which are few."""
    found = {row.id: row.name for row in await tx.execute(select(Endpoint.id, Endpoint.name))}
    return defaultdict(lambda: "(deleted)", found)


def _fields(row: Delivery, called: dict[UUID, str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _OWN} | {
        "endpoint": Named(id=row.endpoint_id, name=called[row.endpoint_id]),
        "subject": DeliverySubject(type=row.subject_type, id=row.subject_id),
        "event_number": row.number,
    }


async def view(tx: Transaction, row: Delivery) -> DeliveryView:
    return DeliveryView(**_fields(row, await names(tx)))


async def get(tx: Transaction, delivery_id: UUID) -> Delivery:
    query = select(Delivery).where(Delivery.id == delivery_id).options(undefer(Delivery.body))
    found = await tx.scalar(query)
    if not found:
        raise NotFound("There is no delivery with this id here.")
    return found


def _filtered(
    endpoint_id: UUID | None,
    event_type: str | None,
    state: State | None,
    since: datetime | None,
    until: datetime | None,
) -> Select[Delivery]:
    query = select(Delivery)
    exact: dict[Any, Any] = {
        Delivery.endpoint_id: endpoint_id,
        Delivery.event_type: event_type,
        Delivery.state: state,
    }
    query = query.where(*(column == value for column, value in exact.items() if value is not None))
    # Ids are in the order of time, and so one index serves both.
    if since:
        query = query.where(Delivery.id >= first_id_at(since))
    return query.where(Delivery.id < first_id_at(until)) if until else query


@router.get("")
async def list_webhook_deliveries(
    tx: AsViewer,
    paging: Pages,
    endpoint_id: Annotated[UUID | None, Query()] = None,
    event_type: Annotated[EventType | None, Query()] = None,
    state: Annotated[State | None, Query()] = None,
    since: Annotated[AwareDatetime | None, Query(description="From this instant on.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Before this instant.")] = None,
) -> Page[DeliveryView]:
    """The newest first."""
    called = await names(tx)

    def views(rows: Sequence[Delivery]) -> list[DeliveryView]:
        return [DeliveryView(**_fields(row, called)) for row in rows]

    return await page_of(tx, _filtered(endpoint_id, event_type, state, since, until), Delivery.id, paging, views)


@router.get("/{delivery_id}")
async def get_webhook_delivery(delivery_id: UUID, tx: AsViewer) -> WholeDelivery:
    """With what was sent and every try."""
    row = await get(tx, delivery_id)
    attempts = await tx.scalars(select(Attempt).where(Attempt.delivery_id == row.id).order_by(Attempt.id))
    said = [WebhookAttemptView.model_validate(attempt) for attempt in attempts]
    return WholeDelivery(**_fields(row, await names(tx)), body=row.body, attempts=said)
