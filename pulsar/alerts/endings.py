"""How is it told that an alert was acknowledged or closed, and shown how it stands? Later, by a job: the verb itself
has no time for it."""

from datetime import UTC, datetime
from typing import Literal, get_args
from uuid import UUID

from sqlalchemy import select

from pulsar.alerts.model import Alert
from pulsar.alerts.rules import Status
from pulsar.base.db import Transaction
from pulsar.base.events import PEOPLE, EventRow
from pulsar.base.jobs import Job
from pulsar.escalation import actions as escalation
from pulsar.notify import follow_ups, live_messages
from pulsar.notify.actions import NOT_URGENT
from pulsar.notify.follow_ups import End, Ending
from pulsar.notify.rules import Standing, Subject

Change = Ending | Literal["changed"]
"""Of what is not told, `changed`: it is only shown where the alert stands already."""

_VERBS = {"acknowledged": "alert.acknowledged", "closed": "alert.closed", "snoozed": "alert.snoozed"}


def follow_up_job(org: UUID | None, alert_id: UUID, ending: Change, at: datetime) -> Job:
    key = f"follow_up:{alert_id}:{ending}:{at.astimezone(UTC).isoformat()}"
    return Job("follow_up", key, {"org": org, "alert": alert_id, "ending": ending}, None, NOT_URGENT)


async def follow_up(tx: Transaction, alert_id: UUID, ending: str) -> None:
    """Unless it has become something else meanwhile, which is told then. Who did it and why stands in the stream."""
    await _show(tx, alert_id)
    run = await escalation.hold(tx, alert_id)
    alert = await tx.get(Alert, (tx.org, alert_id))
    if not alert or alert.status != ending or ending not in get_args(Ending):
        return
    if run:
        run.follow_up_at = None
    event = await _last(tx, alert_id, f"alert.{ending}")
    if not event:
        return
    person = event.actor_id if event.actor_type in PEOPLE else None
    end = End(
        key=f"{alert_id}:{event.number}",
        ending="closed" if ending == "closed" else "acknowledged",
        by=event.actor_name,
        user_id=person,
        reason=event.data.get("reason"),
    )
    await follow_ups.tell(tx, _subject(alert), end)


async def _show(tx: Transaction, alert_id: UUID) -> None:
    """As it stands now, whatever it was that happened. Locked, so that state and events are of the same moment."""
    if not (rooms := await live_messages.rooms(tx, alert_id)):
        return
    alert = await tx.get(Alert, (tx.org, alert_id), with_for_update=True)
    event = await _last(tx, alert_id)
    if not event:
        return
    if alert:
        await live_messages.show(tx, rooms, _subject(alert), await standing_of(tx, alert), event.number)
    elif subject := await live_messages.subject_shown(tx, alert_id):
        await live_messages.show(tx, rooms, subject, Standing("deleted", event.actor_name), event.number)


async def standing_of(tx: Transaction, alert: Alert) -> Standing:
    status = Status(alert.status)
    event = await _last(tx, alert.id, _VERBS[status]) if status in _VERBS else None
    by, reason = (event.actor_name, event.data.get("reason")) if event else (None, None)
    return Standing(status.value, by, alert.snoozed_until, reason)


async def _last(tx: Transaction, alert_id: UUID, kind: str | None = None) -> EventRow | None:
    query = select(EventRow).where(EventRow.subject_id == alert_id).order_by(EventRow.number.desc()).limit(1)
    event: EventRow | None = await tx.scalar(query.where(EventRow.type == kind) if kind else query)
    return event


def _subject(alert: Alert) -> Subject:
    return Subject(
        alert.id, alert.number, alert.priority, alert.message, alert.description[:2000], f"/alerts/{alert.id}"
    )
