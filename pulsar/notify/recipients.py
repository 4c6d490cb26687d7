"""Who is it for, and what of theirs must a channel know to reach them?"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from sqlalchemy import Select, select

from pulsar.base.crypto import PUSH_NUMBER, SecretUnreadable, push_key_of
from pulsar.base.db import Transaction
from pulsar.base.ids import new_id
from pulsar.notify.channel import Channel, Contact, Device, Named, Recipient, accounts_of, contact_of, registry
from pulsar.notify.model import ChannelRow, DeviceRow
from pulsar.notify.web_push import from_text
from pulsar.people import accounts
from pulsar.people.contacts import phone_of, with_phone
from pulsar.people.model import User

UNREACHABLE = {
    "phone": "This person has no verified phone number. They can add one under You.",
    "device": "This person has enabled push on no device. They can do so under You, How I am reached.",
}
_DEVICE_GONE = "This device was removed, or its subscription has ended."


async def lacking(tx: Transaction, users: Collection[UUID]) -> dict[tuple[UUID, UUID], str]:
    """By user and channel: what the channel would have to know of this person, and does not."""
    channels: dict[Contact, list[UUID]] = defaultdict(list)
    kinds = {slug: needed for slug, channel in registry().items() if (needed := contact_of(channel))}
    query = select(ChannelRow.id, ChannelRow.channel_type).where(ChannelRow.channel_type.in_(kinds))
    for row in await tx.execute(query):
        channels[kinds[row.channel_type]].append(row.id)
    found: dict[tuple[UUID, UUID], str] = {}
    for needed, ids in channels.items():
        silent = set(users) - await (with_phone if needed == "phone" else _with_device)(tx, users)
        found |= {(user_id, channel_id): UNREACHABLE[needed] for user_id in silent for channel_id in ids}
    return found


async def _with_device(tx: Transaction, users: Collection[UUID]) -> set[UUID]:
    return set(await tx.scalars(select(DeviceRow.user_id).where(DeviceRow.user_id.in_(users), _alive())))


async def named(tx: Transaction, content: dict[str, Any], channel: Channel, config: Any) -> tuple[Named, ...]:
    """Whom a message in a room is for, as the channel calls them."""
    provider, ids = accounts_of(channel), [UUID(user_id) for user_id in content.get("user_ids", ())]
    if not provider or not ids:
        return ()
    known = await accounts.known(tx, provider, getattr(config, "workspace", ""), ids)
    names = zip(ids, content["people"], strict=True)
    return tuple(Named(name, known.get(user_id)) for user_id, name in names)


def _alive() -> Any:
    return DeviceRow.subscription.is_not(None)


async def recipient_of(tx: Transaction, user_id: UUID, channel: Channel, device_id: UUID | None = None) -> Recipient:
    """Of several devices, unless one is named, the one enabled last."""
    user, needed = await tx.get_one(User, user_id), contact_of(channel)
    phone = await phone_of(tx, user_id) if needed == "phone" else None
    device = await _device(tx, user_id, device_id) if needed == "device" else None
    return Recipient(user.full_name, user.email, phone, device)


def addressed(content: dict[str, Any]) -> Recipient | None:
    """Of a letter to somebody who is no member."""
    return Recipient("", content["to"]) if "to" in content else None


async def _device(tx: Transaction, user_id: UUID, device_id: UUID | None) -> Device | None:
    query: Select[Any] = select(DeviceRow).where(DeviceRow.user_id == user_id, _alive())
    if device_id:
        query = query.where(DeviceRow.id == device_id)
    row = await tx.scalar(query.order_by(DeviceRow.id.desc()).limit(1))
    return opened(tx, row) if row else None


def opened(tx: Transaction, row: DeviceRow) -> Device | None:
    """None if it was sealed with another secret key: then push services do not know us by this one either."""
    try:
        kept = tx.keys.unseal(row.subscription) if row.subscription else None
    except SecretUnreadable:
        kept = None
    if not kept:
        return None
    public_key, auth = from_text(kept["p256dh"]), from_text(kept["auth"])
    return Device(row.id, row.name, kept["endpoint"], public_key, auth, _sender(tx, row, kept))


def _sender(tx: Transaction, row: DeviceRow, kept: dict[str, Any]) -> EllipticCurvePrivateKey:
    """By which key the push service knows us: that of the day on which the device was added."""
    if number := kept.get(PUSH_NUMBER):
        return push_key_of(int(number, 16))
    assert row.subscription
    return tx.keys.sealer_of(row.subscription).push_key


def unreachable(channel: Channel, recipient: Recipient | None, device_id: UUID | None = None) -> str | None:
    """Why this channel cannot reach this person, for the log; None if it can."""
    needed = contact_of(channel)
    if not needed or not recipient or getattr(recipient, needed):
        return None
    return _DEVICE_GONE if device_id else UNREACHABLE[needed]


async def for_each_device(tx: Transaction, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same rows of notifications, but those that go out over web push once for each of the person's devices: each
    is tried, and tried again, for itself."""
    to_devices = [row for row in rows if row["status"] == "pending" and _needs_device(row["channel_type"])]
    if not to_devices:
        return list(rows)
    devices: dict[UUID, list[DeviceRow]] = defaultdict(list)
    users = {row["user_id"] for row in to_devices}
    query = select(DeviceRow).where(DeviceRow.user_id.in_(users), _alive()).order_by(DeviceRow.id)
    for device in await tx.scalars(query):
        devices[device.user_id].append(device)
    spread: list[dict[str, Any]] = []
    meant = {row["id"] for row in to_devices}
    for row in rows:
        own = devices[row["user_id"]] if row["id"] in meant else []
        spread += [for_device(row, one.id, over_device(row["channel_name"], one.name)) for one in own] or [row]
    return spread


def over_device(channel_name: str, device_name: str) -> str:
    """As the log names it."""
    return f"{channel_name}: {device_name}"


def for_device(row: dict[str, Any], device_id: UUID, channel_name: str) -> dict[str, Any]:
    own = {"id": new_id(), "key": f"{row['key']}:{device_id}", "device_id": device_id, "channel_name": channel_name}
    return row | own


def _needs_device(channel_type: str) -> bool:
    return contact_of(registry()[channel_type]) == "device"
