"""What comes of one message that is sent while somebody waits for the answer? With no transaction open meanwhile."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.ids import new_id
from pulsar.notify import channel_state, devices
from pulsar.notify.channel import Channel, Device, Message, Recipient, Undelivered, answered
from pulsar.notify.model import Attempt, ChannelRow, Notification
from pulsar.notify.recipients import over_device
from pulsar.notify.rules import Purpose, kept_answer


@dataclass(frozen=True)
class Outcome:
    delivered: bool
    answer: str
    duration_ms: int
    begun_at: datetime
    device: Device | None = None
    gone: bool = False


# As long as a person waits who has pressed a button, unless the channel is set up for more.
_SECONDS = 60


async def send(channel: Channel, message: Message, config: Any, recipient: Recipient | None) -> Outcome:
    """Once: whoever waits sees the answer, and may press again."""
    begun_at, started = clock.now(), time.monotonic()
    seconds = getattr(config, "timeout_seconds", _SECONDS)
    gone = False
    try:
        async with asyncio.timeout(seconds):
            answer, delivered = answered(await channel.send(message, config, recipient))[0], True
    except Undelivered as failure:
        answer, delivered, gone = failure.answer, False, failure.gone
    except TimeoutError:
        answer, delivered = f"It was not through after {seconds} seconds.", False
    took_ms = int((time.monotonic() - started) * 1000)
    return Outcome(delivered, kept_answer(answer), took_ms, begun_at, recipient.device if recipient else None, gone)


async def log(
    tx: Transaction, channel_id: UUID, purpose: Purpose, content: dict[str, str], user_id: UUID | None, outcome: Outcome
) -> None:
    """In the same log as the pages, and on the channel: its owner sees when it last worked. `content` is its title
    and text, without what is secret in it."""
    channel = await tx.get(ChannelRow, (tx.org, channel_id), with_for_update=True)
    if not channel:
        return
    device = outcome.device
    if outcome.delivered:
        await channel_state.mend(tx, channel, outcome.begun_at)
        await devices.took(tx, device.id if device else None)
    else:
        await devices.failed(tx, device.id if device else None, outcome.answer, gone=outcome.gone)
        channel.last_error, channel.last_error_at = outcome.answer, outcome.begun_at
    notification = Notification(
        key=f"{purpose}:{new_id()}",
        purpose=purpose,
        user_id=user_id,
        channel_id=channel.id,
        device_id=device.id if device else None,
        channel_name=over_device(channel.name, device.name) if device else channel.name,
        channel_type=channel.channel_type,
        content=content,
        status="sent" if outcome.delivered else "failed",
        reason=None if outcome.delivered else outcome.answer,
        tries=1,
        sent_at=outcome.begun_at if outcome.delivered else None,
    )
    tx.add(notification)
    await tx.flush()
    tx.add(
        Attempt(
            notification_id=notification.id,
            at=outcome.begun_at,
            outcome="sent" if outcome.delivered else "failed",
            answer=outcome.answer,
            duration_ms=outcome.duration_ms,
        )
    )
