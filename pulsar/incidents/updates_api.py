"""Routes of status updates: what stakeholders are told, who they are, and whether it has reached them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import EmailStr, StringConstraints
from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.base.errors import NotFound
from pulsar.base.http import Body, Named, Page, Pages, View, page_of
from pulsar.incidents import actions, updates
from pulsar.incidents.rules import IncidentStatus
from pulsar.incidents.update_model import StatusUpdate, Subscriber
from pulsar.notify.log_api import NotificationView, notifications_page
from pulsar.notify.model import Notification
from pulsar.people.access import AsMember, AsViewer
from pulsar.people.names import user_names

router = APIRouter(prefix="/incidents", tags=["Incidents"])


class NewSubscriber(Body):
    user_id: UUID | None = None
    email: EmailStr | None = None


class NewStatusUpdate(Body):
    text: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
    status: IncidentStatus | None = None


class SubscriberView(View):
    id: UUID
    user: Named | None
    email: str | None
    created_at: datetime


class StatusUpdateView(View):
    id: UUID
    status: IncidentStatus
    text: str
    author: Named
    messages: int
    """In so many messages it went out; so many have arrived at a mail server, and so many cannot."""
    sent: int
    failed: int
    created_at: datetime


async def _subscribers(tx: Transaction, rows: Sequence[Subscriber]) -> list[SubscriberView]:
    names = await user_names(tx, (row.user_id for row in rows))
    return [
        SubscriberView(
            id=row.id,
            user=Named(id=row.user_id, name=names.get(row.user_id, "")) if row.user_id else None,
            email=row.email,
            created_at=row.created_at,
        )
        for row in rows
    ]


async def update_views(tx: Transaction, rows: Sequence[StatusUpdate]) -> list[StatusUpdateView]:
    names = await user_names(tx, (row.author_id for row in rows))
    ids = {one for row in rows for one in row.notification_ids}
    query = select(Notification.id, Notification.status).where(Notification.id.in_(ids))
    states = {found.id: found.status for found in await tx.execute(query)} if ids else {}
    return [
        StatusUpdateView(
            id=row.id,
            status=row.status,
            text=row.text,
            author=Named(id=row.author_id, name=names.get(row.author_id, row.author_name)),
            messages=len(row.notification_ids),
            sent=sum(states.get(one) in {"sent", "delivered"} for one in row.notification_ids),
            failed=sum(states.get(one) in {"failed", "cancelled", "suppressed"} for one in row.notification_ids),
            created_at=row.created_at,
        )
        for row in rows
    ]


@router.get("/{incident_id}/subscribers")
async def list_subscribers(incident_id: UUID, tx: AsViewer, paging: Pages) -> Page[SubscriberView]:
    await actions.known(tx, incident_id)
    query = select(Subscriber).where(Subscriber.incident_id == incident_id)
    page = await page_of(tx, query, Subscriber.id, paging, list, descending=False)
    return Page[SubscriberView](**page.model_dump(exclude={"items"}), items=await _subscribers(tx, page.items))


@router.post("/{incident_id}/subscribers", status_code=201)
async def add_subscriber(incident_id: UUID, body: NewSubscriber, tx: AsMember) -> SubscriberView:
    """A member, or somebody else by their address."""
    incident = await actions.locked(tx, incident_id)
    return (await _subscribers(tx, [await updates.subscribe(tx, incident, body.user_id, body.email)]))[0]


@router.delete("/{incident_id}/subscribers/{subscriber_id}", status_code=204)
async def remove_subscriber(incident_id: UUID, subscriber_id: UUID, tx: AsMember) -> None:
    await updates.unsubscribe(tx, await actions.locked(tx, incident_id), subscriber_id)


@router.get("/{incident_id}/updates")
async def list_status_updates(incident_id: UUID, tx: AsViewer, paging: Pages) -> Page[StatusUpdateView]:
    """Newest first."""
    await actions.known(tx, incident_id)
    query = select(StatusUpdate).where(StatusUpdate.incident_id == incident_id)
    page = await page_of(tx, query, StatusUpdate.id, paging, list)
    return Page[StatusUpdateView](**page.model_dump(exclude={"items"}), items=await update_views(tx, page.items))


@router.post("/{incident_id}/updates", status_code=201)
async def publish_status_update(incident_id: UUID, body: NewStatusUpdate, tx: AsMember) -> StatusUpdateView:
    """Goes out by mail to every subscriber. With a status the incident takes that too."""
    incident = await actions.locked(tx, incident_id)
    status = body.status.value if body.status else None
    return (await update_views(tx, [await updates.publish(tx, incident, body.text, status)]))[0]


@router.get("/{incident_id}/updates/{update_id}/notifications")
async def log_of_status_update(
    incident_id: UUID, update_id: UUID, tx: AsViewer, paging: Pages
) -> Page[NotificationView]:
    """Whether it has reached everybody."""
    found = await tx.get(StatusUpdate, (tx.org, update_id))
    if not found or found.incident_id != incident_id:
        raise NotFound("There is no status update with this id in this incident.")
    query = select(Notification).where(Notification.id.in_(found.notification_ids))
    return await notifications_page(tx, query, paging, descending=False)
