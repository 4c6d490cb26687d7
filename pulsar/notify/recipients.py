"""Who is it for, and what of theirs must a channel know to reach them?"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.notify.channel import Channel, Named, Recipient, accounts_of, contact_of, registry
from pulsar.notify.model import ChannelRow
from pulsar.people import accounts
from pulsar.people.contacts import phone_of, with_phone
from pulsar.people.model import User

UNREACHABLE = {
    "phone": "This person has no verified phone number. They can add one under You.",
}


async def lacking(tx: Transaction, users: Collection[UUID]) -> dict[tuple[UUID, UUID], str]:
    """By user and channel: what the channel would have to know of this person, and does not."""
    kinds = [slug for slug, channel in registry().items() if contact_of(channel) == "phone"]
    channels = (await tx.scalars(select(ChannelRow.id).where(ChannelRow.channel_type.in_(kinds)))).all()
    if not channels:
        return {}
    silent = set(users) - await with_phone(tx, users)
    return {(user_id, channel_id): UNREACHABLE["phone"] for user_id in silent for channel_id in channels}


async def recipient_of(tx: Transaction, user_id: UUID, channel: Channel) -> Recipient:
    user = await tx.get_one(User, user_id)
    phone = await phone_of(tx, user_id) if contact_of(channel) == "phone" else None
    return Recipient(user.full_name, user.email, phone)


async def named(tx: Transaction, content: dict[str, Any], channel: Channel, config: Any) -> tuple[Named, ...]:
    """Whom a message in a room is for, as the channel calls them."""
    provider, ids = accounts_of(channel), [UUID(user_id) for user_id in content.get("user_ids", ())]
    if not provider or not ids:
        return ()
    known = await accounts.known(tx, provider, getattr(config, "workspace", ""), ids)
    names = zip(ids, content["people"], strict=True)
    return tuple(Named(name, known.get(user_id)) for user_id, name in names)


def unreachable(channel: Channel, recipient: Recipient | None) -> str | None:
    """Why this channel cannot reach this person, for the log; None if it can."""
    needed = contact_of(channel)
    return UNREACHABLE[needed] if needed and recipient and not getattr(recipient, needed) else None
