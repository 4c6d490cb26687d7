"""Routes of the notification log: what went out, to whom, over what, with every attempt; and of sending one."""

from collections import defaultdict
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import StringConstraints
from sqlalchemy import Select, select

from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid, NotFound
from pulsar.base.http import Body, Named, Page, Pages, Paging, View, page_of
from pulsar.notify import actions
from pulsar.notify.channel import registry
from pulsar.notify.log_listing import LogFilter, log_page
from pulsar.notify.model import Attempt, ChannelRow, Notification
from pulsar.notify.preferences import HeldBackBy
from pulsar.notify.rules import DIGEST, Purpose, Status
from pulsar.orgs.actions import membership_of
from pulsar.people.access import AsMember, AsViewer, Caller
from pulsar.people.names import user_names

router = APIRouter(prefix="/notifications", tags=["Notification log"])


class Direct(Body):
    channel_id: UUID
    user_id: UUID | None = None
    subject: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    body: Annotated[str, StringConstraints(max_length=10_000)] = ""


class AttemptView(View):
    at: datetime
    outcome: Literal["sent", "delivered", "failed"]
    answer: str
    duration_ms: int


class NotifiedAlert(View):
    id: UUID
    number: int
    message: str


class NotifiedIncident(View):
    id: UUID
    number: int
    title: str


class NotifiedChannel(View):
    id: UUID
    name: str
    channel_type: str


class CarriedView(View):
    id: UUID
    alert: NotifiedAlert
    status: Status


class NotificationView(View):
    id: UUID
    purpose: Purpose
    alert: NotifiedAlert | None
    incident: NotifiedIncident | None
    user: Named | None
    address: str | None
    """Of somebody who is no member."""
    channel: NotifiedChannel
    level: int | None
    cycle: int | None
    status: Status
    reason: str | None
    held_back_by: HeldBackBy | None
    carried_by: UUID | None
    """The digest in which it goes out; the attempts are that one's."""
    carries: list[CarriedView]
    attempts: list[AttemptView]
    next_attempt_at: datetime | None
    created_at: datetime
    sent_at: datetime | None


def _alert(content: dict[str, Any]) -> NotifiedAlert | None:
    subject = content.get("subject")
    if not subject or subject.get("incident_id"):
        return None
    return NotifiedAlert(id=subject["id"], number=subject["number"], message=subject["title"])


def _incident(content: dict[str, Any]) -> NotifiedIncident | None:
    """Into which it called somebody."""
    subject = content.get("subject", {})
    incident_id = subject.get("incident_id")
    return NotifiedIncident(id=incident_id, number=subject["number"], title=subject["title"]) if incident_id else None


def _view(
    row: Notification, names: dict[UUID, str], attempts: list[Attempt], carries: list[Notification]
) -> NotificationView:
    return NotificationView(
        id=row.id,
        purpose=row.purpose,
        alert=_alert(row.content),
        incident=_incident(row.content),
        user=Named(id=row.user_id, name=names.get(row.user_id, "")) if row.user_id else None,
        address=row.content.get("to"),
        channel=NotifiedChannel(id=row.channel_id, name=row.channel_name, channel_type=row.channel_type),
        level=row.level,
        cycle=row.cycle,
        status=row.status,
        reason=row.reason,
        held_back_by=row.held_back_by,
        carried_by=row.carried_by,
        carries=[CarriedView(id=one.id, alert=_alert(one.content), status=one.status) for one in carries],
        attempts=[AttemptView.model_validate(attempt) for attempt in attempts],
        next_attempt_at=row.next_attempt_at if row.status == "pending" else None,
        created_at=row.created_at,
        sent_at=row.sent_at,
    )


async def _views(tx: Transaction, rows: list[Notification]) -> list[NotificationView]:
    names = await user_names(tx, (row.user_id for row in rows))
    attempts: dict[UUID, list[Attempt]] = defaultdict(list)
    tried = [row.carried_by or row.id for row in rows]
    for attempt in await tx.scalars(select(Attempt).where(Attempt.notification_id.in_(tried)).order_by(Attempt.at)):
        attempts[attempt.notification_id].append(attempt)
    inside: dict[UUID | None, list[Notification]] = defaultdict(list)
    if digests := [row.id for row in rows if row.purpose == DIGEST]:
        query = select(Notification).where(Notification.carried_by.in_(digests)).order_by(Notification.id)
        for one in await tx.scalars(query):
            inside[one.carried_by].append(one)
    return [_view(row, names, attempts[row.carried_by or row.id], inside[row.id]) for row in rows]


async def notifications_page(
    tx: Transaction, query: Select[Notification], paging: Paging, *, descending: bool = True
) -> Page[NotificationView]:
    page = await page_of(tx, query, Notification.id, paging, list, descending=descending)
    return _shown(page, await _views(tx, page.items))


def _shown(page: Page[Any], views: list[NotificationView]) -> Page[NotificationView]:
    return Page[NotificationView](**page.model_dump(exclude={"items"}), items=views)


@router.post("/send", status_code=202)
async def send(body: Direct, tx: AsMember) -> NotificationView:
    """One message outside of any escalation; it is delivered and retried like a page."""
    channel = await tx.get(ChannelRow, (tx.org, body.channel_id))
    if not channel:
        raise Invalid("There is no such channel here.", field="channel_id")
    if body.user_id and not await membership_of(tx, body.user_id):
        raise Invalid("There is no such user in this organization.", field="user_id")
    personal = registry()[channel.channel_type].reach == "personal"
    if personal and not body.user_id:
        raise Invalid("This channel reaches one person, so name one.", field="user_id")
    user_id = body.user_id if personal else None
    notification = await actions.send_direct(tx, channel, user_id, body.subject, body.body)
    await tx.flush()
    return (await _views(tx, [notification]))[0]


@router.get("/logs")
async def list_log(tx: AsViewer, paging: Pages, wanted: Annotated[LogFilter, Depends()]) -> Page[NotificationView]:
    return await _log(tx, wanted, paging)


async def _log(tx: Transaction, wanted: LogFilter, paging: Paging) -> Page[NotificationView]:
    page = await log_page(tx, wanted, paging)
    return _shown(page, await _views(tx, page.items))


@router.get("/logs/user/me")
async def my_log(tx: AsViewer, caller: Caller, paging: Pages) -> Page[NotificationView]:
    return await _log(tx, LogFilter(user_id=caller.user_id), paging)


@router.get("/logs/{log_id}")
async def one_of_log(log_id: UUID, tx: AsViewer) -> NotificationView:
    row = await tx.get(Notification, (tx.org, log_id))
    if not row:
        raise NotFound("There is no notification with this id here.")
    return (await _views(tx, [row]))[0]
