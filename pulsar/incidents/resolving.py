"""What ends with an incident? Whoever is being called into it is left in peace, and its alerts are closed if asked."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from pulsar.alerts import actions as alerts
from pulsar.alerts.model import Alert
from pulsar.alerts.rules import ALLOWED
from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid
from pulsar.incidents import actions, paging
from pulsar.incidents.model import Incident, LinkedAlert
from pulsar.incidents.rules import IncidentStatus


async def update(tx: Transaction, incident: Incident, values: dict[str, Any], *, close_alerts: bool) -> None:
    await actions.update(tx, incident, values)
    if incident.status == IncidentStatus.RESOLVED:
        await paging.call_off_all(tx, incident, f"{tx.actor.name} resolved the incident")
    if close_alerts:
        await _close_alerts(tx, incident)


async def remove(tx: Transaction, incident_id: UUID) -> None:
    incident = await actions.existing(tx, incident_id)
    await paging.call_off_all(tx, incident, f"{tx.actor.name} deleted the incident")
    await actions.remove(tx, incident)


async def _close_alerts(tx: Transaction, incident: Incident) -> None:
    """Those that are not closed yet, locked in the order of their ids, as everywhere."""
    if incident.status != IncidentStatus.RESOLVED:
        raise Invalid("Alerts are closed with an incident that is resolved.", field="close_alerts")
    linked = select(LinkedAlert.alert_id).where(LinkedAlert.incident_id == incident.id)
    query = select(Alert).where(Alert.id.in_(linked), Alert.status.in_(ALLOWED["close"])).order_by(Alert.id)
    for alert in await tx.scalars(query.with_for_update()):
        if alert.status in ALLOWED["close"]:
            await alerts.close(tx, alert, f"incident #{incident.number} was resolved")
    await tx.flush()
