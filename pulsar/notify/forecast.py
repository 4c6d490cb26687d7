"""Over which channels would these people be told at some instant, and when? As `page` decides it, with no effect."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pulsar.base.db import Transaction
from pulsar.notify.actions import enabled_channels
from pulsar.notify.channel import registry
from pulsar.notify.model import ChannelRow
from pulsar.notify.preference_setup import preferences_of
from pulsar.notify.preferences import EVERYTHING, HeldBack, Send, decide, unreachable


@dataclass(frozen=True)
class Expected:
    """A message that would go out, or why it would not. To a room, when there is no user."""

    user_id: UUID | None
    channel: str
    channel_type: str
    at: datetime | None
    held_back: str | None


async def forecast(
    tx: Transaction, users: Sequence[tuple[UUID, str]], priority: str, at: datetime, *, last_resort: bool = False
) -> list[Expected]:
    if not users:
        return []
    channels = await enabled_channels(tx)
    personal = [channel for channel in channels if registry()[channel.channel_type].reach == "personal"]
    rooms = [Expected(None, c.name, c.channel_type, at, None) for c in channels if c not in personal]
    wishes = await preferences_of(tx, [user_id for user_id, _ in users])
    decided = [
        (user_id, channel, decide(wishes.get((user_id, channel.id), EVERYTHING), priority, at))
        for channel in personal
        for user_id, _ in users
    ]
    told = any(isinstance(decision, Send) for _, _, decision in decided)
    if last_resort and not told and not rooms:
        decided = [(user, channel, made if unreachable(made) else Send(at)) for user, channel, made in decided]
    return rooms + [_expected(user_id, channel, decision) for user_id, channel, decision in decided]


def _expected(user_id: UUID, channel: ChannelRow, decision: Send | HeldBack) -> Expected:
    if isinstance(decision, HeldBack):
        return Expected(user_id, channel.name, channel.channel_type, None, decision.reason)
    return Expected(user_id, channel.name, channel.channel_type, decision.at, None)
