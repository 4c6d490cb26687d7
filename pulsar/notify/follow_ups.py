"""Who is told how it went? Those who were told of it, over the channels that tell so, but for whoever did it.

A follow-up asks nobody to act: it comes once, at once, and never in anybody's quiet hours, not even about a P1. Where
it takes the page's place without a sound, it comes to whoever has that page, whenever that is.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.notify.actions import enabled_channels, new_row, write
from pulsar.notify.channel import in_place, registry
from pulsar.notify.model import Notification
from pulsar.notify.preference_setup import preferences_of
from pulsar.notify.preferences import EVERYTHING, Preference, decide
from pulsar.notify.recipients import for_device
from pulsar.notify.rules import Occasion, Subject

Ending = Literal["acknowledged", "closed"]


@dataclass(frozen=True)
class End:
    """What happened, who did it (a person, if `user_id` is set), and why. `key` names the event: one follow-up each."""

    key: str
    ending: Ending
    by: str
    user_id: UUID | None
    reason: str | None


async def tell(tx: Transaction, subject: Subject, end: End) -> None:
    channels = {channel.id: channel for channel in await enabled_channels(tx) if channel.follow_ups}
    told = await tx.execute(
        select(Notification.user_id, Notification.channel_id, Notification.device_id, Notification.channel_name)
        .where(
            Notification.subject_id == subject.id,
            Notification.purpose == "page",
            Notification.status.in_(("sending", "sent", "delivered")),
            Notification.channel_id.in_(channels),
        )
        .distinct()
    )
    silent = {channel.id for channel in channels.values() if in_place(registry()[channel.channel_type])}
    recipients = [row for row in told if not row.user_id or row.user_id != end.user_id or row.channel_id in silent]
    wishes = await preferences_of(tx, {row.user_id for row in recipients if row.user_id})
    happened = {"ending": end.ending, "by": end.by, "reason": end.reason}
    content = {"subject": subject.to_json(), "follow_up": happened}
    occasion = Occasion(f"follow_up:{end.key}", "follow_up")
    rows = []
    for told_one in recipients:
        user_id, channel = told_one.user_id, channels[told_one.channel_id]
        heeded = user_id and channel.id not in silent
        wish = wishes.get((user_id, channel.id), EVERYTHING) if heeded else EVERYTHING
        row = new_row(occasion, channel, user_id, content, decide(_quietly(wish), subject.priority, clock.now()))
        device_id = told_one.device_id
        rows.append(for_device(row, device_id, told_one.channel_name) if device_id else row)
    await write(tx, rows)


def _quietly(wish: Preference) -> Preference:
    return replace(wish, p1_passes_dnd=False, delay=timedelta())
