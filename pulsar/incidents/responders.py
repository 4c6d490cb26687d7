"""The verbs of who works on an incident: put somebody on it, change their role, take them off."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Invalid, NotFound
from pulsar.base.events import edited
from pulsar.incidents.events import ResponderAdded, ResponderJoined, ResponderRemoved, ResponderRoleChanged
from pulsar.incidents.model import Incident, Responder
from pulsar.incidents.rules import ResponderRole
from pulsar.orgs.actions import membership_of
from pulsar.people.names import user_names


class AlreadyResponding(Conflict):
    """This user is a responder of this incident already."""


async def of(tx: Transaction, incident: Incident, responder_id: UUID) -> Responder:
    found = await tx.get(Responder, (tx.org, responder_id))
    if not found or found.incident_id != incident.id:
        raise NotFound("There is no responder with this id in this incident.")
    return found


async def add(tx: Transaction, incident: Incident, user_id: UUID, role: ResponderRole) -> Responder:
    """They are on it, from now. Whoever is only being paged is put on it by `paging`."""
    if not await membership_of(tx, user_id):
        raise Invalid("There is no such user in this organization.", field="user_id")
    now = clock.now()
    added = Responder(incident_id=incident.id, user_id=user_id, role=role.value, joined_at=now)
    async with tx.or_raise(AlreadyResponding()):
        tx.add(added)
    acknowledged(incident, now)
    tx.record(ResponderAdded(incident.id, **await _named(tx, added), role=role.value))
    return added


async def _there(tx: Transaction, incident: Incident, user_id: UUID) -> Responder | None:
    query = select(Responder).where(Responder.incident_id == incident.id, Responder.user_id == user_id)
    found: Responder | None = await tx.scalar(query)
    return found


async def expect(tx: Transaction, incident: Incident, user_id: UUID) -> None:
    """They are being called, and on it as soon as they say so. The incident is locked, so nobody else adds them."""
    if not await _there(tx, incident, user_id):
        role = ResponderRole.RESPONDER.value
        added = Responder(incident_id=incident.id, user_id=user_id, role=role, joined_at=None)
        tx.add(added)
        await tx.flush()
        tx.record(ResponderAdded(incident.id, **await _named(tx, added), role=role))


async def join(tx: Transaction, incident: Incident, user_id: UUID) -> Responder:
    """They say that they are on it. Saying so twice changes nothing."""
    found = await _there(tx, incident, user_id)
    if not found:
        return await add(tx, incident, user_id, ResponderRole.RESPONDER)
    if not found.joined_at:
        found.joined_at = clock.now()
        acknowledged(incident, found.joined_at)
        tx.record(ResponderJoined(incident.id, **await _named(tx, found)))
        await tx.flush()
    return found


def acknowledged(incident: Incident, at: datetime) -> None:
    """Somebody is on it."""
    if not incident.acknowledged_at:
        incident.milestones = replace(incident.milestones, acknowledged_at=at)


async def change_role(tx: Transaction, incident: Incident, responder: Responder, role: ResponderRole) -> None:
    responder.role = role.value
    if edit := edited(responder):
        named = await _named(tx, responder)
        tx.record(ResponderRoleChanged(incident.id, **named, changes=edit))


async def remove(tx: Transaction, incident: Incident, responder: Responder) -> None:
    tx.record(ResponderRemoved(incident.id, **await _named(tx, responder), role=responder.role))
    await tx.delete(responder)
    await tx.flush()


async def _named(tx: Transaction, responder: Responder) -> dict[str, str]:
    name = (await user_names(tx, [responder.user_id])).get(responder.user_id, "")
    return {"responder_id": str(responder.id), "user_id": str(responder.user_id), "user": name}


async def ids_of(tx: Transaction, incident: Incident) -> list[UUID]:
    return list(await tx.scalars(select(Responder.user_id).where(Responder.incident_id == incident.id)))
