"""The verbs of status updates: who is told, and telling them."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Invalid, NotFound
from pulsar.base.events import Actor
from pulsar.base.ids import new_id
from pulsar.incidents import resolving
from pulsar.incidents.events import SubscriberAdded, SubscriberRemoved, UpdatePublished
from pulsar.incidents.model import Incident
from pulsar.incidents.update_model import StatusUpdate, Subscriber
from pulsar.notify import letters
from pulsar.notify.rules import Letter, Occasion
from pulsar.notify.unsubscribing import Claims, Unsubscribing
from pulsar.orgs.actions import membership_of
from pulsar.orgs.model import Membership
from pulsar.people.model import User
from pulsar.people.names import user_names

MOST_SUBSCRIBERS = 200
# Delivery has given up by then.
_TRUE_FOR = timedelta(days=1)


class AlreadySubscribed(Conflict):
    """They are told of this incident already."""


async def subscribe(tx: Transaction, incident: Incident, user_id: UUID | None, email: str | None) -> Subscriber:
    """A member, or an address; the address of a member means the member."""
    user_id = user_id or await _member_with(tx, email or "")
    if user_id and not await membership_of(tx, user_id):
        raise Invalid("There is no such user in this organization.", field="user_id")
    if not user_id and not email:
        raise Invalid("Name a user or an e-mail address.", field="email")
    count = await tx.scalar(select(func.count()).where(Subscriber.incident_id == incident.id))
    if (count or 0) >= MOST_SUBSCRIBERS:
        raise Invalid(f"At most {MOST_SUBSCRIBERS} are told of an incident.", field="email")
    added = Subscriber(incident_id=incident.id, user_id=user_id, email=None if user_id else email)
    async with tx.or_raise(AlreadySubscribed()):
        tx.add(added)
    tx.record(SubscriberAdded(incident.id, str(added.id), await _called(tx, added)))
    return added


async def _member_with(tx: Transaction, email: str) -> UUID | None:
    found: UUID | None = await tx.scalar(
        select(User.id)
        .join(Membership, Membership.user_id == User.id)
        .where(func.lower(User.email) == email.lower(), Membership.active)
    )
    return found


async def unsubscribe(tx: Transaction, incident: Incident, subscriber_id: UUID) -> None:
    found = await tx.get(Subscriber, (tx.org, subscriber_id))
    if not found or found.incident_id != incident.id:
        raise NotFound("There is no subscriber with this id in this incident.")
    await _remove(tx, incident, found)


async def _remove(tx: Transaction, incident: Incident, found: Subscriber) -> None:
    tx.record(SubscriberRemoved(incident.id, str(found.id), await _called(tx, found)))
    await tx.delete(found)
    await tx.flush()


async def _end(tx: Transaction, claims: Claims) -> None:
    """For somebody outside; they may be told by now of another incident, into which this one was merged."""
    tx.actor = Actor("link", None, claims["email"])
    incident = await tx.get(Incident, (tx.org, UUID(claims["incident"])), with_for_update=True)
    while incident and incident.merged_into_id:
        incident = await tx.get(Incident, (tx.org, incident.merged_into_id), with_for_update=True)
    if incident:
        own = (Subscriber.incident_id == incident.id, func.lower(Subscriber.email) == claims["email"].lower())
        for found in await tx.scalars(select(Subscriber).where(*own)):
            await _remove(tx, incident, found)


UNSUBSCRIBING = Unsubscribing(
    "/unsubscribe/", "incident-unsubscribe", _end, "You will hear no more of this incident by mail."
)


async def _called(tx: Transaction, subscriber: Subscriber) -> str:
    return subscriber.email or (await user_names(tx, [subscriber.user_id])).get(subscriber.user_id or new_id(), "")


async def publish(tx: Transaction, incident: Incident, text: str, status: str | None) -> StatusUpdate:
    """Sets the status too, if there is one, and tells everybody who is to be told."""
    assert tx.actor.id
    if status:
        await resolving.update(tx, incident, {"status": status}, close_alerts=False)
    update = StatusUpdate(
        id=new_id(),
        incident_id=incident.id,
        author_id=tx.actor.id,
        author_name=tx.actor.name,
        status=incident.status,
        text=text,
    )
    rows = (await tx.scalars(select(Subscriber).where(Subscriber.incident_id == incident.id))).all()
    members = sorted(row.user_id for row in rows if row.user_id)
    addresses = {
        row.email: UNSUBSCRIBING.link(tx, incident=str(incident.id), email=row.email) for row in rows if row.email
    }
    occasion = Occasion(f"status_update:{update.id}", "status_update")
    update.notification_ids = await letters.send(tx, members, addresses, occasion, _letter(incident, update))
    tx.add(update)
    await tx.flush()
    tx.record(UpdatePublished(incident.id, str(update.id), update.status, len(rows)))
    return update


def _letter(incident: Incident, update: StatusUpdate) -> Letter:
    about = (
        f"Status: {update.status}. Severity: {incident.severity}."
        f" It began on {incident.started_at:%d %B %Y at %H:%M} UTC."
    )
    return Letter(
        title=f"{update.status.capitalize()}: {incident.title} (incident #{incident.number})",
        text=f"{update.text}\n\n{about}",
        path=f"/incidents/{incident.id}",
        until=clock.now() + _TRUE_FOR,
    )
