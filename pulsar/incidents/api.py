"""Routes of incidents: list, declare, look at one with all that belongs to it, change, delete."""

from typing import Annotated, Any
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
from pulsar.incidents import actions, linking, listing, merging, resolving, responders, timeline
from pulsar.incidents.model import Incident, LinkedAlert, Responder
from pulsar.incidents.rules import IncidentStatus, ResponderRole, Severity
from pulsar.incidents.timeline import TimelineEntry
from pulsar.incidents.views import (
    IncidentView,
    NamedIncident,
    ResponderView,
    incident_view,
    incident_views,
    merged_into,
    responder_views,
)
from pulsar.incidents.work_views import LinkView, TaskView, links_of, tasks_of
from pulsar.people.access import AsAdmin, AsMember, AsViewer

router = APIRouter(tags=["Incidents"])

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
    close_alerts: bool = Field(False, description="With the status resolved: close the linked alerts too.")
    version: int | None = None


class DeclaredFrom(Body):
    """What is not said, the alert says."""

    title: Title | None = None
    description: Description | None = None
    severity: Severity | None = None
    priority: Priority | None = None
    team_id: UUID | None = None
    responders: list[NewResponder] = Field(default_factory=list, max_length=100)


class Merge(Body):
    into_id: UUID


class IncidentDetails(IncidentView):
    responders: list[ResponderView]
    alerts: list[AlertView]
    """The newest; `alert_count` says how many there are."""
    timeline: list[TimelineEntry]
    """The newest, in order; the timeline's own address has all."""
    tasks: list[TaskView]
    links: list[LinkView]
    duplicates: list[NamedIncident]
    """Those that were merged into it."""


@router.get("/incidents")
async def list_incidents(tx: AsViewer, paging: Pages, chosen: listing.Filters) -> Page[IncidentView]:
    page = await page_of(tx, listing.incidents_query(chosen), Incident.id, paging, list)
    views = await incident_views(tx, page.items)
    return Page[IncidentView](**page.model_dump(exclude={"items"}), items=views)


@router.post("/incidents", status_code=201)
async def create_incident(body: NewIncident, tx: AsMember) -> IncidentView:
    values = body.model_dump(exclude={"alert_ids", "responders"}, exclude_none=True)
    return await _declare(tx, values, body.alert_ids, body.responders)


@router.post("/alerts/{alert_id}/incidents", status_code=201)
async def declare_from_alert(alert_id: UUID, tx: AsMember, body: DeclaredFrom | None = None) -> IncidentView:
    """It takes its title, description, team and priority, and by that its severity, from the alert, unless you say
    others; the alert is linked to it."""
    body = body or DeclaredFrom()
    prefilled = linking.declared_from(await linking.alert_of(tx, alert_id))
    values = prefilled | body.model_dump(exclude={"responders"}, exclude_none=True)
    return await _declare(tx, values, [alert_id], body.responders)


async def _declare(
    tx: Transaction, values: dict[str, Any], alert_ids: list[UUID], people: list[NewResponder]
) -> IncidentView:
    incident = await actions.create(tx, values)
    await linking.link(tx, incident, alert_ids)
    for one in people:
        await responders.add(tx, incident, one.user_id, one.role)
    await tx.flush()
    return await incident_view(tx, incident)


@router.get("/incidents/{incident_id}")
async def get_incident(incident_id: UUID, tx: AsViewer) -> IncidentDetails:
    return await details(tx, await actions.get(tx, incident_id))


@router.patch("/incidents/{incident_id}")
async def update_incident(incident_id: UUID, body: IncidentChange, tx: AsMember) -> IncidentView:
    incident = await actions.locked(tx, incident_id)
    check_version(incident.version, body.version, await incident_view(tx, incident))
    await resolving.update(tx, incident, body.sent("version", "close_alerts"), close_alerts=body.close_alerts)
    return await incident_view(tx, incident)


@router.delete("/incidents/{incident_id}", status_code=204)
async def delete_incident(incident_id: UUID, tx: AsAdmin) -> None:
    await resolving.remove(tx, incident_id)


@router.post("/incidents/{incident_id}/merge")
async def merge_incident(incident_id: UUID, body: Merge, tx: AsMember) -> IncidentView:
    """It is a duplicate of `into_id`: its alerts, responders, notes, tasks and links go there. Answers that one."""
    return await incident_view(tx, await merging.merge(tx, incident_id, body.into_id))


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
        tasks=await tasks_of(tx, incident.id),
        links=await links_of(tx, incident.id),
        duplicates=await merged_into(tx, incident.id),
    )
