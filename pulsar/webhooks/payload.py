"""What is an endpoint told of an event? The event as the stream has it, and the alert or incident that it is about."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pulsar.alerts.model import Alert
from pulsar.alerts.views import AlertView, alert_views
from pulsar.base.clock import rfc3339
from pulsar.base.db import Transaction
from pulsar.base.events import EventRow
from pulsar.base.json import pack
from pulsar.incidents.model import Incident
from pulsar.incidents.views import IncidentView, incident_views
from pulsar.webhooks.rules import Belonging
from pulsar.webhooks.size import fitted

Object = AlertView | IncidentView


async def objects(tx: Transaction, events: Sequence[EventRow]) -> dict[UUID, Object]:
    """The alerts and incidents that events are about, as they are now; without those that are deleted."""
    about: dict[str, set[UUID]] = {"alert": set(), "incident": set()}
    for event in events:
        if event.subject_type in about:
            about[event.subject_type].add(event.subject_id)
    alerts = await _rows(tx, Alert, about["alert"])
    incidents = await _rows(tx, Incident, about["incident"])
    views: list[Object] = [*(await alert_views(tx, alerts))] if alerts else []
    views += await incident_views(tx, incidents) if incidents else []
    return {one.id: one for one in views}


async def _rows(tx: Transaction, model: Any, ids: Collection[UUID]) -> Sequence[Any]:
    return (await tx.scalars(select(model).where(model.id.in_(ids)))).all() if ids else ()


def belonging(found: Object | None) -> Belonging | None:
    match found:
        case AlertView():
            team = found.assignee.id if found.assignee and found.assignee.type == "team" else None
            return Belonging(found.priority, team)
        case IncidentView():
            return Belonging(found.priority, found.team.id if found.team else None)
    return None


def body_of(event: EventRow, objects: Mapping[UUID, Object], base_url: str) -> str:
    """The shape that Standard Webhooks recommends: type, timestamp and data at the top."""
    message: dict[str, Any] = {
        "type": event.type,
        "timestamp": rfc3339(event.at),
        "number": event.number,
        "organization_id": event.org_id,
        "subject": {"type": event.subject_type, "id": event.subject_id},
        "actor": {"type": event.actor_type, "id": event.actor_id, "name": event.actor_name},
        "data": event.data,
    }
    if found := objects.get(event.subject_id):
        kind = event.subject_type
        link = {"url": f"{base_url}/{kind}s/{event.subject_id}"}
        message[kind] = found.model_dump(mode="json") | link
    return pack(fitted(message))
