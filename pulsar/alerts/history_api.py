"""Routes that explain an alert: its activity, whom it went to, and what happens next and when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import func, select

from pulsar.alerts.model import Alert
from pulsar.base.db import Transaction
from pulsar.base.errors import NotFound
from pulsar.base.events import ActorType, EventRow
from pulsar.base.http import Page, Pages, View, page_of
from pulsar.escalation.outlook import EscalationView, outlook
from pulsar.notify.log_api import NotificationView, notifications_page
from pulsar.notify.model import Notification
from pulsar.people.access import AsViewer

MOST_ACTIVITY = 1_000_000

router = APIRouter(tags=["Alerts"])


class ActorView(View):
    type: ActorType
    id: UUID | None
    name: str


class ActivityView(View):
    id: int
    type: str
    at: datetime
    actor: ActorView
    data: dict[str, Any]


async def _known(tx: Transaction, alert_id: UUID) -> None:
    if not await tx.scalar(select(func.count()).select_from(Alert).where(Alert.id == alert_id)):
        raise NotFound("There is no alert with this id here.")


def _activity(rows: Sequence[EventRow]) -> list[ActivityView]:
    return [
        ActivityView(
            id=row.number,
            type=row.type,
            at=row.at,
            actor=ActorView.model_validate({"type": row.actor_type, "id": row.actor_id, "name": row.actor_name}),
            data=row.data,
        )
        for row in rows
    ]


@router.get("/alerts/{alert_id}/activity")
async def list_activity(alert_id: UUID, tx: AsViewer, paging: Pages) -> Page[ActivityView]:
    await _known(tx, alert_id)
    query = select(EventRow).where(EventRow.subject_id == alert_id)
    # An index counts these, and who wants the latest has to know the last page.
    return await page_of(tx, query, EventRow.number, paging, _activity, descending=False, most_counted=MOST_ACTIVITY)


@router.get("/alerts/{alert_id}/escalation")
async def get_escalation(alert_id: UUID, tx: AsViewer) -> EscalationView:
    await _known(tx, alert_id)
    return await outlook(tx, alert_id)


@router.get("/notifications/logs/alert/{alert_id}")
async def log_of_alert(alert_id: UUID, tx: AsViewer, paging: Pages) -> Page[NotificationView]:
    """Oldest first: the order in which people were told."""
    await _known(tx, alert_id)
    query = select(Notification).where(Notification.subject_id == alert_id)
    return await notifications_page(tx, query, paging, descending=False)
