"""What comes of a try? The message's new state, and the channel's: written down in one transaction."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.notify import bundling, channel_state, devices
from pulsar.notify.actions import put_off
from pulsar.notify.channel import Reference, Undelivered
from pulsar.notify.events import (
    NotificationCancelled,
    NotificationDelivered,
    NotificationEvent,
    NotificationFailed,
    NotificationSent,
)
from pulsar.notify.locking import carried, lock
from pulsar.notify.model import Attempt, Notification
from pulsar.notify.rules import UPDATE, Subject, retry_delay
from pulsar.people.model import User


async def still_wanted(tx: Transaction, ids: Sequence[UUID], *, wait: bool) -> dict[UUID, bool]:
    """Of each of these claimed messages that it has locked, whether it is to be sent after all."""
    found: dict[UUID, bool] = {}
    for notification in await lock(tx, ids, wait=wait):
        rows = [notification, *await carried(tx, notification)]
        found[notification.id] = notification.status == "sending" and not any(row.reason for row in rows)
        if notification.status == "sending" and not found[notification.id]:
            notification.tries -= 1
            await bundling.let_go(tx, notification)
            await _again(tx, notification, timedelta())
    return found


async def conclude(
    tx: Transaction, attempt: Attempt, failure: Undelivered | None, reference: Reference | None = None
) -> None:
    # The lock first: the attempt's reference to the row is a weaker lock on it, and two that hold that one and both
    # want this one wait in a circle.
    notification = await tx.get_one(Notification, (tx.org, attempt.notification_id), with_for_update=True)
    tx.add(attempt)
    if not failure:
        await _arrived(tx, notification, reference)
        return
    # In the order in which a claim locks: the recipient's pace, then the channel.
    await bundling.let_go(tx, notification)
    await channel_state.failed(tx, notification.channel_id, attempt.answer, failure)
    await devices.failed(tx, notification.device_id, attempt.answer, gone=failure.gone)
    if notification.status == "sending":  # or another try of it has come to its end meanwhile
        await count_failure(tx, notification, attempt.answer, failure)


async def conclude_sent(tx: Transaction, arrived: Sequence[tuple[Attempt, Reference | None]]) -> set[UUID]:
    """Of messages that have arrived; returns those that it could lock. The other attempts are still to be concluded."""
    done = set()
    for notification in await lock(tx, {attempt.notification_id for attempt, _ in arrived}, wait=False):
        for attempt, reference in arrived:
            if attempt.notification_id == notification.id:
                tx.add(attempt)
                await _arrived(tx, notification, reference)
        done.add(notification.id)
    return done


async def _arrived(tx: Transaction, notification: Notification, reference: Reference | None) -> None:
    await channel_state.worked(tx, notification.channel_id)
    await devices.took(tx, notification.device_id)
    sent_at, notification.reference = clock.now(), reference
    for row in [notification, *await carried(tx, notification)]:
        await _sent(tx, row, sent_at)


async def count_failure(tx: Transaction, notification: Notification, answer: str, failure: Undelivered) -> None:
    """Another try after a while, or none."""
    wait = retry_delay(notification.tries, random.random(), failure.retry_after_seconds)  # noqa: S311 - no secret
    if notification.reason or (wait and not failure.permanent):
        await _again(tx, notification, wait or timedelta())
    else:
        await give_up(tx, notification, answer)


async def _sent(tx: Transaction, notification: Notification, at: datetime) -> None:
    notification.status, notification.reason = "sent", None
    notification.sent_at, notification.next_attempt_at = at, None
    await _tell(tx, notification, NotificationSent)


async def _again(tx: Transaction, notification: Notification, wait: timedelta) -> None:
    """Asks for the next try; there is none for what was withdrawn while it was under way."""
    for row in await carried(tx, notification):
        if row.reason:
            await cancel(tx, row, row.reason)
        else:
            row.status = "pending"
    if notification.reason:
        await cancel(tx, notification, notification.reason)
    else:
        put_off(tx, notification, clock.now() + wait)


async def cancel(tx: Transaction, notification: Notification, reason: str) -> None:
    notification.status, notification.reason, notification.next_attempt_at = "cancelled", reason, None
    await _tell(tx, notification, NotificationCancelled, reason=reason)


async def delivered(tx: Transaction, notification: Notification) -> None:
    notification.status = "delivered"
    await _tell(tx, notification, NotificationDelivered)


async def give_up(tx: Transaction, notification: Notification, reason: str) -> None:
    for row in [notification, *await carried(tx, notification)]:
        row.status, row.reason, row.next_attempt_at = "failed", reason, None
        await _tell(tx, row, NotificationFailed, reason=reason)


async def _tell(tx: Transaction, notification: Notification, what: type[NotificationEvent], **more: str) -> None:
    """Of a message that is about something."""
    if notification.subject_id and notification.purpose != UPDATE:
        subject = Subject.from_json(notification.content["subject"])
        tx.record(what(subject.about_id, **await _naming(tx, notification), **more), about=subject.kind)


async def _naming(tx: Transaction, notification: Notification) -> dict[str, Any]:
    user = await tx.get(User, notification.user_id) if notification.user_id else None
    return {
        "notification_id": str(notification.id),
        "channel": notification.channel_name,
        "user": user.full_name if user else None,
        "level": notification.level,
    }
