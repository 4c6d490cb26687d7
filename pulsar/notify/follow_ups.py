"""Who is told how it went? Those who were told of it, over the channels that tell so, but for whoever did it.

A follow-up asks nobody to act: it comes once, at once, and never in anybody's quiet hours, not even about a P1.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.notify.actions import enabled_channels, new_row, write
from pulsar.notify.model import Notification
from pulsar.notify.preference_setup import preferences_of
from pulsar.notify.preferences import EVERYTHING, Preference, decide
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
        select(Notification.user_id, Notification.channel_id)
        .where(
            Notification.subject_id == subject.id,
            Notification.purpose == "page",
            Notification.status.in_(("sending", "sent", "delivered")),
            Notification.channel_id.in_(channels),
        )
        .distinct()
    )
    recipients = [
        (row.user_id, channels[row.channel_id]) for row in told if not row.user_id or row.user_id != end.user_id
    ]
    wishes = await preferences_of(tx, {user_id for user_id, _ in recipients if user_id})
    happened = {"ending": end.ending, "by": end.by, "reason": end.reason}
    content = {"subject": subject.to_json(), "follow_up": happened}
    occasion = Occasion(f"follow_up:{end.key}", "follow_up")
    rows = []
    for user_id, channel in recipients:
        wish = wishes.get((user_id, channel.id), EVERYTHING) if user_id else EVERYTHING
        rows.append(new_row(occasion, channel, user_id, content, decide(_quietly(wish), subject.priority, clock.now())))
    await write(tx, rows)


def _quietly(wish: Preference) -> Preference:
    return replace(wish, p1_passes_dnd=False, delay=timedelta())
