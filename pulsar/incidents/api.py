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
from pulsar.base.http import Body, Page, Pages, check_version
from pulsar.incidents import actions, listing, merging, resolving, timeline
from pulsar.incidents.model import Incident, LinkedAlert, Responder
from pulsar.incidents.postmortem_model import Postmortem
from pulsar.incidents.rules import IncidentStatus, Severity
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
FieldText = Annotated[str, StringConstraints(max_length=5000)]
FieldTexts = Annotated[
    dict[UUID, FieldText | None], Field(description="By the ids of the organization's own fields; null clears one.")
]


class IncidentChange(Body):
    title: Title = ""
    description: Description = ""
    severity: Severity = Severity.MEDIUM
    status: IncidentStatus = IncidentStatus.INVESTIGATING
    priority: Priority = DEFAULT_PRIORITY
    team_id: UUID | None = None
    started_at: AwareDatetime = Field(default_factory=clock.now)
    fields: FieldTexts = Field(default_factory=dict)
    close_alerts: bool = Field(False, description="With the status resolved: close the linked alerts too.")
    version: int | None = None


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
    has_postmortem: bool


@router.get("/incidents")
async def list_incidents(tx: AsViewer, paging: Pages, chosen: listing.Filters) -> Page[IncidentView]:
    page = await listing.incidents_page(tx, chosen, paging)
    views = await incident_views(tx, page.items)
    return Page[IncidentView](**page.model_dump(exclude={"items"}), items=views)


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
    written = select(Postmortem.id).where(Postmortem.incident_id == incident.id)
    return IncidentDetails(
        **(await incident_view(tx, incident)).model_dump(),
        responders=await responder_views(tx, (await tx.scalars(on_it)).all()),
        alerts=await alert_views(tx, (await tx.scalars(linked)).all()),
        timeline=await timeline.latest(tx, incident.id, MOST_SHOWN),
        tasks=await tasks_of(tx, incident.id),
        links=await links_of(tx, incident.id),
        duplicates=await merged_into(tx, incident.id),
        has_postmortem=await tx.scalar(written) is not None,
    )
