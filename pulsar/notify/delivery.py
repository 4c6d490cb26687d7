"""Did it arrive? One delivery: claim it, send it, write down what came of it.

The claim is committed before anything is sent and the outcome after, so a crash between them can send twice and
never zero times. That two workers do not send the same try is the queue's doing: one job for each key (see Job).
"""

import asyncio
import random
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Problem
from pulsar.base.http import Pulsar
from pulsar.base.jobs import CLOCK_SLACK
from pulsar.notify.actions import delivery_job, urgency_of
from pulsar.notify.channel import Channel, Message, Recipient, Undelivered, registry
from pulsar.notify.channel_setup import config_of
from pulsar.notify.events import NotificationFailed, NotificationSent
from pulsar.notify.message import compose
from pulsar.notify.model import Attempt, ChannelRow, Notification
from pulsar.notify.recipients import recipient_of, unreachable
from pulsar.notify.rules import TRIES, is_too_late, kept_answer, retry_delay
from pulsar.orgs.actions import membership_of
from pulsar.people.model import User

log = structlog.get_logger()

# A worker that died while sending is noticed by the queue within 10 s; the sweep looks after what it missed.
CLAIM = timedelta(seconds=30)
_SECONDS_TO_SEND = 60


@dataclass(frozen=True)
class _Claimed:
    """A message that is ours to send, for as long as its claim lasts."""

    channel: Channel
    message: Message
    config: Any
    recipient: Recipient | None

    @property
    def seconds_to_send(self) -> int:
        """For the whole of it. Libraries limit each step, and an endpoint that drips its answer has no end of
        steps; what outlasts its claim would be sent a second time meanwhile."""
        return int(getattr(self.config, "timeout_seconds", _SECONDS_TO_SEND))


async def deliver(pulsar: Pulsar, org: UUID, notification_id: UUID) -> None:
    async with pulsar.db.in_org(org) as tx:
        claimed = await _claim(tx, pulsar, notification_id)
    if not claimed:
        return
    begun_at, started = clock.now(), time.monotonic()
    # When the worker is stopped here, the job goes back into the queue, and the next worker sends it again.
    answer, failure = await _send(claimed)
    attempt = Attempt(
        notification_id=notification_id,
        at=begun_at,
        outcome="failed" if failure else "sent",
        answer=kept_answer(answer),
        duration_ms=int((time.monotonic() - started) * 1000),
    )
    async with pulsar.db.in_org(org) as tx:
        await _conclude(tx, attempt, failure)


async def _send(claimed: _Claimed) -> tuple[str, Undelivered | None]:
    """What was answered, and the failure if it is one."""
    try:
        async with asyncio.timeout(claimed.seconds_to_send):
            return await claimed.channel.send(claimed.message, claimed.config, claimed.recipient), None
    except Undelivered as error:
        failure = error
    except TimeoutError:
        failure = Undelivered(f"It was not through after {claimed.seconds_to_send} seconds.")
    except Exception as error:
        # Whatever a channel's file did not foresee is a failed try like any other, and loud.
        log.exception("channel_broken", channel=claimed.channel.slug, notification=claimed.message.id)
        failure = Undelivered(f"{type(error).__name__}: {error}")
    return failure.answer, failure


async def _claim(tx: Transaction, pulsar: Pulsar, notification_id: UUID) -> _Claimed | None:
    """Locks the row, and takes it if it is still to be sent. A channel that is gone or unreadable fails it, and so
    do too many tries of which nobody knows what came."""
    notification = await tx.get(Notification, (tx.org, notification_id), with_for_update=True)
    if not notification or notification.status not in {"pending", "sending"}:
        return None
    if notification.status == "pending" and _not_due(notification):
        return None
    if notification.reason:  # withdrawn while a worker that is gone was sending it
        _cancel(notification, notification.reason)
        return None
    if is_too_late(notification.content, clock.now()):
        _cancel(notification, "It was not sent in time, and would not be true any more.")
        return None
    if notification.tries >= TRIES:
        await _give_up(tx, notification, f"Begun {TRIES} times, and the worker was interrupted each time.")
        return None
    row = await tx.get(ChannelRow, (tx.org, notification.channel_id))
    if not row or not row.enabled:
        await _give_up(tx, notification, "The channel was deleted." if not row else "The channel is switched off.")
        return None
    try:
        config = config_of(tx, row)
    except Problem as problem:
        await _give_up(tx, notification, problem.detail)
        return None
    if notification.user_id and not await membership_of(tx, notification.user_id):
        _cancel(notification, "This person is no member any more.")
        return None
    channel = registry()[row.channel_type]
    recipient = await recipient_of(tx, notification.user_id, channel) if notification.user_id else None
    if why := unreachable(channel, recipient):
        await _give_up(tx, notification, why)
        return None
    claimed = _Claimed(channel, compose(pulsar, tx, notification), config, recipient)
    notification.status = "sending"
    notification.tries += 1
    notification.next_attempt_at = clock.now() + CLAIM + timedelta(seconds=claimed.seconds_to_send)
    return claimed


def _not_due(notification: Notification) -> bool:
    return notification.next_attempt_at is not None and notification.next_attempt_at > clock.now() + CLOCK_SLACK


def _worth_noting(channel: ChannelRow) -> bool:
    """Not with every message of a storm: they would queue up for the channel's row."""
    noted_at = channel.last_success_at
    return channel.last_error is not None or noted_at is None or clock.now() - noted_at > timedelta(minutes=1)


async def _conclude(tx: Transaction, attempt: Attempt, failure: Undelivered | None) -> None:
    # The lock first: the attempt's reference to the row is a weaker lock on it, and two that hold that one and both
    # want this one wait in a circle.
    notification = await tx.get_one(Notification, (tx.org, attempt.notification_id), with_for_update=True)
    tx.add(attempt)
    channel = await tx.get(ChannelRow, (tx.org, notification.channel_id))
    if not failure:
        notification.status, notification.reason = "sent", None
        notification.sent_at, notification.next_attempt_at = clock.now(), None
        if channel and _worth_noting(channel):
            channel.last_success_at, channel.last_error, channel.last_error_at = clock.now(), None, None
        if notification.subject_id:
            tx.record(NotificationSent(notification.subject_id, **await _naming(tx, notification)))
        return
    if channel:
        channel.last_error, channel.last_error_at = attempt.answer, clock.now()
    if notification.status != "sending":
        return  # another try of it has come to its end meanwhile
    wait = retry_delay(notification.tries, random.random(), failure.retry_after_seconds)  # noqa: S311 - no secret
    if notification.reason or (wait and not failure.permanent):
        _again(tx, notification, wait or timedelta())
    else:
        await _give_up(tx, notification, attempt.answer)


def _again(tx: Transaction, notification: Notification, wait: timedelta) -> None:
    """Asks for the next try; there is none for what was withdrawn while it was under way."""
    if notification.reason:
        _cancel(notification, notification.reason)
        return
    notification.status, notification.next_attempt_at = "pending", clock.now() + wait
    urgency = urgency_of(notification.content)
    tx.enqueue(delivery_job(tx.org, notification.id, notification.tries, urgency, notification.next_attempt_at))


def _cancel(notification: Notification, reason: str) -> None:
    notification.status, notification.reason, notification.next_attempt_at = "cancelled", reason, None


async def _give_up(tx: Transaction, notification: Notification, reason: str) -> None:
    notification.status, notification.reason, notification.next_attempt_at = "failed", reason, None
    if notification.subject_id:
        tx.record(NotificationFailed(notification.subject_id, **await _naming(tx, notification), reason=reason))


async def _naming(tx: Transaction, notification: Notification) -> dict[str, Any]:
    user = await tx.get(User, notification.user_id) if notification.user_id else None
    return {
        "notification_id": str(notification.id),
        "channel": notification.channel_name,
        "user": user.full_name if user else None,
        "level": notification.level,
    }
