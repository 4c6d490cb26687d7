"""Does this channel work? One message now, and what came of it."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import TooManyAttempts
from pulsar.base.ids import new_id
from pulsar.notify import at_once
from pulsar.notify.at_once import Outcome
from pulsar.notify.channel import Channel, Config, Message, Recipient
from pulsar.notify.model import Notification

_MOST, _WINDOW = 10, timedelta(minutes=10)

TITLE = "Test from Pulsar"
TEXT = "This channel works. Pages that go out over it look like this one."


async def try_out(channel: Channel, config: Config, recipient: Recipient) -> Outcome:
    message = Message(str(new_id()), TITLE, TEXT, facts={"kind": "test"})
    return await at_once.send(channel, message, config, recipient if channel.reach == "personal" else None)


async def check_pace(tx: Transaction, user_id: UUID) -> None:
    """Texts and calls cost money, and these go out at a press of anybody's. Raises TooManyAttempts."""
    mine = select(func.count()).where(
        Notification.user_id == user_id, Notification.purpose == "test", Notification.created_at > clock.now() - _WINDOW
    )
    if (await tx.scalar(mine) or 0) >= _MOST:
        raise TooManyAttempts(int(_WINDOW.total_seconds()))


async def log_trial(tx: Transaction, channel_id: UUID, user_id: UUID, outcome: Outcome) -> None:
    await at_once.log(tx, channel_id, "test", {"title": TITLE, "text": TEXT}, user_id, outcome)
