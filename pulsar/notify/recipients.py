"""Who is it for, and what of theirs must a channel know to reach them?"""

from uuid import UUID

from pulsar.base.db import Transaction
from pulsar.notify.channel import Channel, Recipient, contact_of
from pulsar.people.contacts import phone_of
from pulsar.people.model import User

UNREACHABLE = {
    "phone": "This person has no verified phone number. They can add one under You.",
}


async def recipient_of(tx: Transaction, user_id: UUID, channel: Channel) -> Recipient:
    user = await tx.get_one(User, user_id)
    phone = await phone_of(tx, user_id) if contact_of(channel) == "phone" else None
    return Recipient(user.full_name, user.email, phone)


def unreachable(channel: Channel, recipient: Recipient | None) -> str | None:
    """Why this channel cannot reach this person, for the log; None if it can."""
    needed = contact_of(channel)
    return UNREACHABLE[needed] if needed and recipient and not getattr(recipient, needed) else None
