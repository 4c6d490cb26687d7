"""Routes of paging into an incident: call somebody, say that one is coming, call it off."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import StringConstraints
from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.base.http import Body, Named, Page, Pages, View, page_of
from pulsar.escalation.outlook import EscalationView, outlook
from pulsar.escalation.paging import states
from pulsar.incidents import actions, paging
from pulsar.incidents.page_model import IncidentPage
from pulsar.incidents.paging import Wanted
from pulsar.incidents.views import ResponderView, responder_views
from pulsar.notify.log_api import NotificationView, notifications_page
from pulsar.notify.model import Notification
from pulsar.people.access import AsMember, AsViewer
from pulsar.people.names import user_names

router = APIRouter(prefix="/incidents", tags=["Incidents"])


class NewPage(Body):
    """A user; a team, by its own policy if it has one; or a policy, and if you like the team to which it falls."""

    user_id: UUID | None = None
    team_id: UUID | None = None
    policy_id: UUID | None = None
    message: Annotated[str, StringConstraints(max_length=2000)] = ""


class PageTarget(Named):
    type: Literal["user", "team", "policy"]


class PageView(View):
    id: UUID
    target: PageTarget
    message: str
    state: Literal["paging", "acknowledged", "called_off", "unanswered"]
    """Unanswered: everybody on the ladder has been paged, and nobody has said that they are coming, yet."""
    paged_by: Named | None
    acknowledged_at: datetime | None
    acknowledged_by: Named | None
    created_at: datetime


class PageDetails(PageView):
    escalation: EscalationView
    """Whom it has paged, and whom it pages next."""


_STATES = {"running": "paging", "stopped": "called_off", "completed": "unanswered"}


async def page_views(tx: Transaction, rows: Sequence[IncidentPage]) -> list[PageView]:
    names = await user_names(tx, (one for row in rows for one in (row.paged_by_user_id, row.acknowledged_by_user_id)))
    running = await states(tx, [row.id for row in rows])

    def named(user_id: UUID | None) -> Named | None:
        return Named(id=user_id, name=names.get(user_id, "")) if user_id else None

    return [
        PageView.model_validate(
            {
                "id": row.id,
                "target": {"type": row.target_type, "id": row.target_id, "name": row.target_name},
                "message": row.message,
                "state": "acknowledged" if row.acknowledged_at else _STATES[running[row.id]],
                "paged_by": named(row.paged_by_user_id),
                "acknowledged_at": row.acknowledged_at,
                "acknowledged_by": named(row.acknowledged_by_user_id),
                "created_at": row.created_at,
            }
        )
        for row in rows
    ]


async def _view(tx: Transaction, row: IncidentPage) -> PageView:
    return (await page_views(tx, [row]))[0]


@router.get("/{incident_id}/pages")
async def list_incident_pages(incident_id: UUID, tx: AsViewer, paging: Pages) -> Page[PageView]:
    await actions.known(tx, incident_id)
    query = select(IncidentPage).where(IncidentPage.incident_id == incident_id)
    page = await page_of(tx, query, IncidentPage.id, paging, list, descending=False)
    return Page[PageView](**page.model_dump(exclude={"items"}), items=await page_views(tx, page.items))


@router.post("/{incident_id}/pages", status_code=201)
async def page_into_incident(incident_id: UUID, body: NewPage, tx: AsMember) -> PageView:
    incident = await actions.locked(tx, incident_id)
    wanted = Wanted(body.user_id, body.team_id, body.policy_id, body.message)
    return await _view(tx, await paging.page(tx, incident, wanted))


@router.get("/{incident_id}/pages/{page_id}")
async def get_incident_page(incident_id: UUID, page_id: UUID, tx: AsViewer) -> PageDetails:
    found = await paging.of(tx, incident_id, page_id)
    return PageDetails(**(await _view(tx, found)).model_dump(), escalation=await outlook(tx, found.id))


@router.post("/{incident_id}/pages/{page_id}/acknowledge")
async def acknowledge_incident_page(incident_id: UUID, page_id: UUID, tx: AsMember) -> PageView:
    """I am coming: ends the page, and makes whoever says so a responder."""
    await paging.of(tx, incident_id, page_id)
    return await _view(tx, await paging.come(tx, page_id))


@router.post("/{incident_id}/pages/{page_id}/call-off")
async def call_off_incident_page(incident_id: UUID, page_id: UUID, tx: AsMember) -> PageView:
    await actions.locked(tx, incident_id)
    found = await paging.of(tx, incident_id, page_id)
    await paging.call_off(tx, found)
    return await _view(tx, found)


@router.get("/{incident_id}/notifications")
async def log_of_incident(incident_id: UUID, tx: AsViewer, paging: Pages) -> Page[NotificationView]:
    """Every message of its pages, oldest first."""
    await actions.known(tx, incident_id)
    pages = select(IncidentPage.id).where(IncidentPage.incident_id == incident_id)
    query = select(Notification).where(Notification.subject_id.in_(pages))
    return await notifications_page(tx, query, paging, descending=False)


@router.post("/{incident_id}/join")
async def join_incident(incident_id: UUID, tx: AsMember) -> ResponderView:
    """I am on it. Pages of you alone are thereby answered."""
    incident = await actions.locked(tx, incident_id)
    return (await responder_views(tx, [await paging.join(tx, incident)]))[0]
