"""What may an answer be about? An alert, or a page into an incident: found, answered and described in one way."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pulsar.alerts import actions as alerts
from pulsar.alerts.actions import AlertStateConflict
from pulsar.alerts.model import Alert
from pulsar.alerts.rules import ALLOWED, Status
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, NotFound
from pulsar.escalation.outlook import outlook
from pulsar.incidents import paging
from pulsar.incidents.model import Incident
from pulsar.incidents.page_model import IncidentPage
from pulsar.people.names import user_names


@dataclass(frozen=True)
class Shown:
    """How it stands, for a person; `button` is what they may press, if there is anything left to press."""

    title: str
    state: str
    button: str | None
    text: str
    path: str
    status: str


async def shown(tx: Transaction, claims: dict[str, Any]) -> Shown | None:
    """What a link is about; None when it is gone."""
    if page_id := claims.get("incident_page"):
        return await _page(tx, UUID(page_id))
    alert = await tx.scalar(select(Alert).where(Alert.id == UUID(claims["alert"])))
    return await _alert(tx, alert) if alert else None


async def answer(tx: Transaction, claims: dict[str, Any]) -> bool:
    """Acknowledges it, or says that one is coming; False when there is nothing left to answer."""
    try:
        if page_id := claims.get("incident_page"):
            await paging.come(tx, UUID(page_id))
        else:
            await alerts.acknowledge(tx, await alerts.locked(tx, UUID(claims["alert"])))
        await tx.flush()
    except (AlertStateConflict, Conflict, NotFound):
        return False
    return True


async def _alert(tx: Transaction, alert: Alert) -> Shown:
    return Shown(
        title=f"[{alert.priority}] #{alert.number} {alert.message}",
        state=await _alert_state(tx, alert),
        button="Acknowledge" if alert.status in ALLOWED["acknowledge"] else None,
        text=alert.description[:2000],
        path=f"/alerts/{alert.id}",
        status=alert.status,
    )


async def _alert_state(tx: Transaction, alert: Alert) -> str:
    if alert.status == Status.ACKNOWLEDGED:
        by = (await user_names(tx, [alert.acknowledged_by_user_id])).values()
        who = f"Acknowledged{''.join(f' by {name}' for name in by)}."
        # There are levels that go on after an acknowledgement.
        pages_on = (await outlook(tx, alert.id)).next
        return f"{who} {'Paging goes on until somebody closes it.' if pages_on else 'Nobody is paged any further.'}"
    return {
        Status.OPEN.value: "Open: paging goes on until somebody acknowledges.",
        Status.SNOOZED.value: "Snoozed.",
        Status.CLOSED.value: "Closed.",
    }[alert.status]


async def _page(tx: Transaction, page_id: UUID) -> Shown | None:
    page = await tx.get(IncidentPage, (tx.org, page_id))
    incident = await tx.get(Incident, (tx.org, page.incident_id)) if page else None
    if not page or not incident:
        return None
    waits = await paging.waits(tx, page)
    return Shown(
        title=f"[{incident.priority}] Incident #{incident.number} {incident.title}",
        state=await _page_state(tx, page, waits=waits),
        button="I am coming" if waits else None,
        text="\n\n".join(part for part in (page.message, incident.description[:2000]) if part),
        path=f"/incidents/{incident.id}",
        status=incident.status,
    )


async def _page_state(tx: Transaction, page: IncidentPage, *, waits: bool) -> str:
    if page.acknowledged_at:
        by = (await user_names(tx, [page.acknowledged_by_user_id])).values()
        return f"{' and '.join(by) or 'Somebody'} is coming."
    return f"Wanted: {page.target_name}." if waits else "Nobody is wanted any more."
