"""Routes of incidents: list, declare, look at one with all that belongs to it, change, delete."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, Field, StringConstraints
from sqlalchemy import select

from pulsar.alerts.model import Alert
from pulsar.alerts.rules import DEFAULT_PRIORITY, Priority
from pulsar.alerts.views import AlertView, alert_views
from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.http import Body, Page, Pages, check_version, page_of
from pulsar.incidents import actions, linking, listing, responders, timeline
from pulsar.incidents.model import Incident, LinkedAlert, Responder
from pulsar.incidents.rules import IncidentStatus, ResponderRole, Severity
from pulsar.incidents.timeline import TimelineEntry
from pulsar.incidents.views import (
    IncidentView,
    ResponderView,
    incident_view,
    incident_views,
    responder_views,
)
from pulsar.people.access import AsAdmin, AsMember, AsViewer

router = APIRouter(prefix="/incidents", tags=["Incidents"])

MOST_SHOWN = 200

Title = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Description = Annotated[str, StringConstraints(max_length=50_000)]
AlertIds = Annotated[list[UUID], Field(max_length=500)]


class NewResponder(Body):
    user_id: UUID
    role: ResponderRole = ResponderRole.RESPONDER


class NewIncident(Body):
    title: Title
    description: Description = ""
    severity: Severity = Severity.MEDIUM
    status: IncidentStatus = IncidentStatus.INVESTIGATING
    priority: Priority = DEFAULT_PRIORITY
    team_id: UUID | None = None
    started_at: AwareDatetime | None = None
    alert_ids: AlertIds = Field(default_factory=list)
    responders: list[NewResponder] = Field(default_factory=list, max_length=100)


class IncidentChange(Body):
    title: Title = ""
    description: Description = ""
    severity: Severity = Severity.MEDIUM
    status: IncidentStatus = IncidentStatus.INVESTIGATING
    priority: Priority = DEFAULT_PRIORITY
    team_id: UUID | None = None
    started_at: AwareDatetime = Field(default_factory=clock.now)
    version: int | None = None


class IncidentDetails(IncidentView):
    responders: list[ResponderView]
    alerts: list[AlertView]
    """The newest; `alert_count` says how many there are."""
    timeline: list[TimelineEntry]
    """The newest, in order; the timeline's own address has all."""


@router.get("")
async def list_incidents(tx: AsViewer, paging: Pages, chosen: listing.Filters) -> Page[IncidentView]:
    page = await page_of(tx, listing.incidents_query(chosen), Incident.id, paging, list)
    views = await incident_views(tx, page.items)
    return Page[IncidentView](**page.model_dump(exclude={"items"}), items=views)


@router.post("", status_code=201)
async def create_incident(body: NewIncident, tx: AsMember) -> IncidentView:
    incident = await actions.create(tx, body.model_dump(exclude={"alert_ids", "responders"}, exclude_none=True))
    await linking.link(tx, incident, body.alert_ids)
    for one in body.responders:
        await responders.add(tx, incident, one.user_id, one.role)
    await tx.flush()
    return await incident_view(tx, incident)


@router.get("/{incident_id}")
async def get_incident(incident_id: UUID, tx: AsViewer) -> IncidentDetails:
    return await details(tx, await actions.get(tx, incident_id))


@router.patch("/{incident_id}")
async def update_incident(incident_id: UUID, body: IncidentChange, tx: AsMember) -> IncidentView:
    incident = await actions.get(tx, incident_id, to_change=True)
    check_version(incident.version, body.version, await incident_view(tx, incident))
    await actions.update(tx, incident, body.sent("version"))
    return await incident_view(tx, incident)


@router.delete("/{incident_id}", status_code=204)
async def delete_incident(incident_id: UUID, tx: AsAdmin) -> None:
    await actions.remove(tx, await actions.get(tx, incident_id, to_change=True))


async def details(tx: Transaction, incident: Incident) -> IncidentDetails:
    on_it = select(Responder).where(Responder.incident_id == incident.id).order_by(Responder.id)
    linked = (
        select(Alert)
        .join(LinkedAlert, LinkedAlert.alert_id == Alert.id)
        .where(LinkedAlert.incident_id == incident.id)
        .order_by(Alert.id.desc())
        .limit(MOST_SHOWN)
    )
    return IncidentDetails(
        **(await incident_view(tx, incident)).model_dump(),
        responders=await responder_views(tx, (await tx.scalars(on_it)).all()),
        alerts=await alert_views(tx, (await tx.scalars(linked)).all()),
        timeline=await timeline.latest(tx, incident.id, MOST_SHOWN),
    )
