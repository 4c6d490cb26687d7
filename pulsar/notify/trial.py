"""Does this channel work? One message now, and what came of it."""

import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.ids import new_id
from pulsar.notify.channel import Channel, Config, Message, Recipient, Undelivered
from pulsar.notify.model import Attempt, ChannelRow, Notification
from pulsar.notify.rules import kept_answer

TITLE = "Test from Pulsar"
TEXT = "This channel works. Pages that go out over it look like this one."


@dataclass(frozen=True)
class TrialResult:
    delivered: bool
    answer: str
    duration_ms: int
    begun_at: datetime


async def try_out(channel: Channel, config: Config, name: str, email: str) -> TrialResult:
    message = Message(str(new_id()), TITLE, TEXT, None, None, {"kind": "test"})
    recipient = Recipient(name, email) if channel.reach == "personal" else None
    begun_at, started = clock.now(), time.monotonic()
    try:
        answer, delivered = await channel.send(message, config, recipient), True
    except Undelivered as failure:
        answer, delivered = failure.answer, False
    return TrialResult(delivered, kept_answer(answer), int((time.monotonic() - started) * 1000), begun_at)


async def log_trial(tx: Transaction, channel_id: UUID, user_id: UUID, result: TrialResult) -> None:
    """In the same log as the pages, and on the channel: its owner sees when it last worked."""
    channel = await tx.get(ChannelRow, (tx.org, channel_id), with_for_update=True)
    if not channel:
        return
    if result.delivered:
        channel.last_success_at, channel.last_error, channel.last_error_at = result.begun_at, None, None
    else:
        channel.last_error, channel.last_error_at = result.answer, result.begun_at
    notification = Notification(
        key=f"test:{new_id()}",
        purpose="test",
        user_id=user_id,
        channel_id=channel.id,
        channel_name=channel.name,
        channel_type=channel.channel_type,
        content={"title": TITLE, "text": TEXT},
        status="sent" if result.delivered else "failed",
        reason=None if result.delivered else result.answer,
        tries=1,
        sent_at=result.begun_at if result.delivered else None,
    )
    tx.add(notification)
    await tx.flush()
    outcome = "sent" if result.delivered else "failed"
    tx.add(
        Attempt(
            notification_id=notification.id,
            at=result.begun_at,
            outcome=outcome,
            answer=result.answer,
            duration_ms=result.duration_ms,
        )
    )
