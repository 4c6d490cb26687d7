"""The verbs of an incident's alerts: link, unlink. Told on both sides."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from pulsar.alerts.model import Alert
from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Invalid, NotFound
from pulsar.incidents.events import AlertLinked, AlertUnlinked, IncidentLinked, IncidentUnlinked
from pulsar.incidents.model import Incident, LinkedAlert
from pulsar.incidents.rules import IncidentStatus, severity_of

LONGEST_TITLE = 300


class AlreadyLinked(Conflict):
    """This alert is linked to this incident already."""


async def alert_of(tx: Transaction, alert_id: UUID) -> Alert:
    """Not locked: whoever holds an alert may not wait for an incident."""
    alert = await tx.get(Alert, (tx.org, alert_id))
    if not alert:
        raise NotFound("There is no alert with this id here.")
    return alert


async def link(tx: Transaction, incident: Incident, alert_ids: Iterable[UUID]) -> list[Alert]:
    """Those of them that are not linked yet."""
    wanted = set(alert_ids)
    alerts = (await tx.scalars(select(Alert).where(Alert.id.in_(wanted)).order_by(Alert.id))).all()
    if len(alerts) < len(wanted):
        raise Invalid("There is no alert with this id here.", field="alert_id")
    if not alerts:
        return []
    common = {"incident_id": incident.id, "linked_by_user_id": tx.actor.person, "linked_at": clock.now()}
    statement = insert(LinkedAlert).values([{"alert_id": alert.id, **common} for alert in alerts])
    fresh = set(await tx.scalars(statement.on_conflict_do_nothing().returning(LinkedAlert.alert_id)))
    linked = [alert for alert in alerts if alert.id in fresh]
    for alert in linked:
        tx.record(AlertLinked(incident.id, str(alert.id), alert.number, alert.message, alert.priority))
        tx.record(IncidentLinked(alert.id, str(incident.id), incident.number, incident.title))
    return linked


async def link_one(tx: Transaction, incident: Incident, alert_id: UUID) -> Alert:
    linked = await link(tx, incident, [alert_id])
    if not linked:
        raise AlreadyLinked
    return linked[0]


async def unlink(tx: Transaction, incident: Incident, alert_id: UUID) -> None:
    found = await tx.get(LinkedAlert, (tx.org, incident.id, alert_id))
    if not found:
        raise NotFound("There is no alert with this id in this incident.")
    alert = await tx.get_one(Alert, (tx.org, alert_id))
    await tx.delete(found)
    await tx.flush()
    tx.record(AlertUnlinked(incident.id, str(alert.id), alert.number, alert.message, alert.priority))
    tx.record(IncidentUnlinked(alert.id, str(incident.id), incident.number, incident.title))


def declared_from(alert: Alert) -> dict[str, Any]:
    """What an incident takes over from the alert from which it is declared."""
    return {
        "title": alert.message[:LONGEST_TITLE],
        "description": alert.description,
        "priority": alert.priority,
        "severity": severity_of(alert.priority).value,
        "status": IncidentStatus.INVESTIGATING.value,
        "team_id": alert.assigned_to_team_id,
        "started_at": alert.created_at,
    }
