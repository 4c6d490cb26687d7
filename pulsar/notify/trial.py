"""Does this channel work? One message now, and what came of it."""

from uuid import UUID

from pulsar.base.db import Transaction
from pulsar.base.ids import new_id
from pulsar.notify import at_once
from pulsar.notify.at_once import Outcome
from pulsar.notify.channel import Channel, Config, Message, Recipient

TITLE = "Test from Pulsar"
TEXT = "This channel works. Pages that go out over it look like this one."


async def try_out(channel: Channel, config: Config, recipient: Recipient) -> Outcome:
    message = Message(str(new_id()), TITLE, TEXT, None, None, {"kind": "test"})
    return await at_once.send(channel, message, config, recipient if channel.reach == "personal" else None)


async def log_trial(tx: Transaction, channel_id: UUID, user_id: UUID, outcome: Outcome) -> None:
    await at_once.log(tx, channel_id, "test", {"title": TITLE, "text": TEXT}, user_id, outcome)
