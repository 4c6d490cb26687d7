"""How is it told that an alert was acknowledged or closed? Later, by a job: the verb itself has no time for it."""

from datetime import UTC, datetime
from typing import get_args
from uuid import UUID

from sqlalchemy import select

from pulsar.alerts.model import Alert
from pulsar.base.db import Transaction
from pulsar.base.events import EventRow
from pulsar.base.jobs import Job
from pulsar.escalation import actions as escalation
from pulsar.notify import follow_ups
from pulsar.notify.actions import NOT_URGENT
from pulsar.notify.follow_ups import End, Ending
from pulsar.notify.rules import Subject


def follow_up_job(org: UUID | None, alert_id: UUID, ending: Ending, at: datetime) -> Job:
    key = f"follow_up:{alert_id}:{ending}:{at.astimezone(UTC).isoformat()}"
    return Job("follow_up", key, {"org": org, "alert": alert_id, "ending": ending}, None, NOT_URGENT)


async def follow_up(tx: Transaction, alert_id: UUID, ending: str) -> None:
    """Unless it has become something else meanwhile, which is told then. Who did it and why stands in the stream."""
    run = await escalation.hold(tx, alert_id)
    alert = await tx.get(Alert, (tx.org, alert_id))
    if not alert or alert.status != ending or ending not in get_args(Ending):
        return
    if run:
        run.follow_up_at = None
    event: EventRow | None = await tx.scalar(
        select(EventRow)
        .where(EventRow.subject_id == alert_id, EventRow.type == f"alert.{ending}")
        .order_by(EventRow.number.desc())
        .limit(1)
    )
    if not event:
        return
    person = event.actor_id if event.actor_type in {"user", "link", "phone"} else None
    end = End(
        key=f"{alert_id}:{event.number}",
        ending="closed" if ending == "closed" else "acknowledged",
        by=event.actor_name,
        user_id=person,
        reason=event.data.get("reason"),
    )
    await follow_ups.tell(tx, _subject(alert), end)


def _subject(alert: Alert) -> Subject:
    return Subject(alert.id, alert.number, alert.priority, alert.message, "", f"/alerts/{alert.id}")
