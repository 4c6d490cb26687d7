"""What becomes of the alerts of an incident that is over? They are closed, if whoever resolves it asks for that."""

from sqlalchemy import select

from pulsar.alerts import actions as alerts
from pulsar.alerts.model import Alert
from pulsar.alerts.rules import ALLOWED
from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid
from pulsar.incidents.model import Incident, LinkedAlert
from pulsar.incidents.rules import IncidentStatus


async def close_alerts(tx: Transaction, incident: Incident) -> None:
    """Those that are not closed yet, locked in the order of their ids, as everywhere."""
    if incident.status != IncidentStatus.RESOLVED:
        raise Invalid("Alerts are closed with an incident that is resolved.", field="close_alerts")
    linked = select(LinkedAlert.alert_id).where(LinkedAlert.incident_id == incident.id)
    query = select(Alert).where(Alert.id.in_(linked), Alert.status.in_(ALLOWED["close"])).order_by(Alert.id)
    for alert in await tx.scalars(query.with_for_update()):
        if alert.status in ALLOWED["close"]:
            await alerts.close(tx, alert, f"incident #{incident.number} was resolved")
    await tx.flush()
