"""Routes of what is in an incident: its responders, its alerts, its timeline and notes; and an alert's incidents."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import StringConstraints
from sqlalchemy import select

from pulsar.alerts.model import Alert
from pulsar.alerts.views import AlertView, alert_view, alert_views
from pulsar.base.events import EventRow
from pulsar.base.http import Body, Page, Pages, check_version, page_of
from pulsar.incidents import actions, linking, listing, notes, paging, responders, timeline
from pulsar.incidents.declare_api import NewResponder
from pulsar.incidents.listing import IncidentFilter
from pulsar.incidents.model import Incident, LinkedAlert, Responder
from pulsar.incidents.rules import ResponderRole
from pulsar.incidents.timeline import IncidentNoteView, TimelineEntry, note_views
from pulsar.incidents.views import IncidentView, ResponderView, incident_views, responder_views
from pulsar.people.access import AsMember, AsViewer

router = APIRouter(tags=["Incidents"])

Markdown = Annotated[str, StringConstraints(min_length=1, max_length=50_000)]


class ResponderChange(Body):
    role: ResponderRole


class LinkedAlertBody(Body):
    alert_id: UUID


class NewIncidentNote(Body):
    text: Markdown


class IncidentNoteChange(Body):
    text: Markdown
    version: int | None = None


@router.get("/incidents/{incident_id}/responders")
async def list_responders(incident_id: UUID, tx: AsViewer, paging: Pages) -> Page[ResponderView]:
    await actions.known(tx, incident_id)
    query = select(Responder).where(Responder.incident_id == incident_id)
    page = await page_of(tx, query, Responder.id, paging, list, descending=False)
    views = await responder_views(tx, page.items)
    return Page[ResponderView](**page.model_dump(exclude={"items"}), items=views)


@router.post("/incidents/{incident_id}/responders", status_code=201)
async def add_responder(incident_id: UUID, body: NewResponder, tx: AsMember) -> ResponderView:
    incident = await actions.locked(tx, incident_id)
    added = await responders.add(tx, incident, body.user_id, body.role)
    return (await responder_views(tx, [added]))[0]


@router.patch("/incidents/{incident_id}/responders/{responder_id}")
async def change_responder(incident_id: UUID, responder_id: UUID, body: ResponderChange, tx: AsMember) -> ResponderView:
    incident = await actions.locked(tx, incident_id)
    found = await responders.of(tx, incident, responder_id)
    await responders.change_role(tx, incident, found, body.role)
    return (await responder_views(tx, [found]))[0]


@router.delete("/incidents/{incident_id}/responders/{responder_id}", status_code=204)
async def remove_responder(incident_id: UUID, responder_id: UUID, tx: AsMember) -> None:
    incident = await actions.locked(tx, incident_id)
    responder = await responders.of(tx, incident, responder_id)
    await paging.call_off_for(tx, incident, responder.user_id, f"{tx.actor.name} took them off the incident")
    await responders.remove(tx, incident, responder)


@router.get("/incidents/{incident_id}/alerts")
async def list_linked_alerts(incident_id: UUID, tx: AsViewer, paging: Pages) -> Page[AlertView]:
    await actions.known(tx, incident_id)
    linked = select(LinkedAlert.alert_id).where(LinkedAlert.incident_id == incident_id)
    page = await page_of(tx, select(Alert).where(Alert.id.in_(linked)), Alert.id, paging, list)
    views = await alert_views(tx, page.items)
    return Page[AlertView](**page.model_dump(exclude={"items"}), items=views)


@router.post("/incidents/{incident_id}/alerts", status_code=201)
async def link_alert(incident_id: UUID, body: LinkedAlertBody, tx: AsMember) -> AlertView:
    incident = await actions.locked(tx, incident_id)
    return await alert_view(tx, await linking.link_one(tx, incident, body.alert_id))


@router.delete("/incidents/{incident_id}/alerts/{alert_id}", status_code=204)
async def unlink_alert(incident_id: UUID, alert_id: UUID, tx: AsMember) -> None:
    await linking.unlink(tx, await actions.locked(tx, incident_id), alert_id)


@router.get("/alerts/{alert_id}/incidents")
async def list_incidents_of_alert(alert_id: UUID, tx: AsViewer, paging: Pages) -> Page[IncidentView]:
    await linking.alert_of(tx, alert_id)
    query = listing.incidents_query(IncidentFilter(alert_id=alert_id))
    page = await page_of(tx, query, Incident.id, paging, list)
    views = await incident_views(tx, page.items)
    return Page[IncidentView](**page.model_dump(exclude={"items"}), items=views)


@router.get("/incidents/{incident_id}/timeline")
async def list_timeline(incident_id: UUID, tx: AsViewer, paging: Pages) -> Page[TimelineEntry]:
    """Oldest first."""
    await actions.known(tx, incident_id)
    page = await page_of(tx, timeline.query(incident_id), EventRow.number, paging, list, descending=False)
    views = await timeline.entries(tx, page.items)
    return Page[TimelineEntry](**page.model_dump(exclude={"items"}), items=views)


@router.post("/incidents/{incident_id}/notes", status_code=201)
async def add_incident_note(incident_id: UUID, body: NewIncidentNote, tx: AsMember) -> IncidentNoteView:
    note = await notes.add(tx, await actions.locked(tx, incident_id), body.text)
    return (await note_views(tx, [note]))[0]


@router.patch("/incidents/{incident_id}/notes/{note_id}")
async def edit_incident_note(
    incident_id: UUID, note_id: UUID, body: IncidentNoteChange, tx: AsMember
) -> IncidentNoteView:
    """By its author."""
    note = await notes.of(tx, incident_id, note_id, to_change=True)
    check_version(note.version, body.version, (await note_views(tx, [note]))[0])
    await notes.edit(tx, note, body.text)
    return (await note_views(tx, [note]))[0]


@router.delete("/incidents/{incident_id}/notes/{note_id}", status_code=204)
async def delete_incident_note(incident_id: UUID, note_id: UUID, tx: AsMember) -> None:
    """By its author or an admin. Its line stays on the timeline, without words."""
    await notes.remove(tx, await notes.of(tx, incident_id, note_id, to_change=True))
