"""What became of a message that its provider had taken? It arrived, or not after all, which is worth one more try."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.http import Pulsar
from pulsar.base.jobs import Job
from pulsar.notify.actions import put_off
from pulsar.notify.channel import Receipt
from pulsar.notify.events import NotificationFailed
from pulsar.notify.locking import carried
from pulsar.notify.model import Attempt, Notification
from pulsar.notify.outcome import delivered
from pulsar.notify.rules import TRIES, kept_answer
from pulsar.people.names import user_names

_AGAIN = timedelta(seconds=5)
_WHILE_SENDING = timedelta(seconds=3)


async def receive(tx: Transaction, notification: Notification, receipt: Receipt) -> None:
    """Takes note of it, of a locked row. What comes late or twice changes nothing."""
    if notification.status == "sending":
        # The provider was faster than we could write down that it has taken the message.
        tx.enqueue(_job(tx.org, notification, receipt))
        return
    if notification.status != "sent":
        return
    attempt = Attempt(
        notification_id=notification.id,
        at=clock.now(),
        outcome=receipt.state,
        answer=kept_answer(receipt.answer),
        duration_ms=0,
    )
    tx.add(attempt)
    before, notification.receipt = notification.receipt, receipt.state
    # A digest's receipt is the receipt of all that was in it.
    inside = await carried(tx, notification, "sent")
    if receipt.state == "delivered":
        for row in [notification, *inside]:
            await delivered(tx, row)
    elif before == "failed" or notification.withdrawn_at or notification.tries >= TRIES:
        for row in [notification, *inside]:
            await _failed(tx, row, receipt)
    else:
        for row in inside:
            row.status = "pending" if not row.withdrawn_at else row.status
        put_off(tx, notification, clock.now() + _AGAIN)


async def _failed(tx: Transaction, notification: Notification, receipt: Receipt) -> None:
    notification.status, notification.reason = "failed", receipt.answer
    if not notification.subject_id:
        return
    names = await user_names(tx, [notification.user_id])
    event = NotificationFailed(
        notification.subject_id,
        notification_id=str(notification.id),
        channel=notification.channel_name,
        user=next(iter(names.values()), None),
        level=notification.level,
        reason=receipt.answer,
    )
    tx.record(event)


def _job(org: UUID | None, notification: Notification, receipt: Receipt) -> Job:
    told = {"state": receipt.state, "answer": kept_answer(receipt.answer)}
    key = f"receipt:{notification.id}:{notification.tries}:{receipt.state}"
    ids: dict[str, Any] = {"org": org, "notification": notification.id, **told}
    return Job("receipt", key, ids, clock.now() + _WHILE_SENDING)


async def receive_later(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    async with pulsar.db.in_org(UUID(ids["org"])) as tx:
        found = await tx.get(Notification, (tx.org, UUID(ids["notification"])), with_for_update=True)
        if found:
            await receive(tx, found, Receipt(ids["state"], ids["answer"]))
