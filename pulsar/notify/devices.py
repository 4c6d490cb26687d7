"""Which of somebody's browsers and phones take web push? Each is enabled by its owner, on it; and it counts until it is
removed, or its push service says that there is nothing there any more."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select, update

from pulsar.base import clock
from pulsar.base.crypto import PUSH_NUMBER, SecretUnreadable, token_hash
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Invalid, NotFound
from pulsar.base.events import edited, untold
from pulsar.notify.actions import tell
from pulsar.notify.events import DeviceAdded, DeviceGone, DeviceRemoved, DeviceUpdated
from pulsar.notify.model import DeviceRow
from pulsar.notify.rules import Letter, Occasion
from pulsar.notify.web_push import AUTH_BYTES, from_text, point
from pulsar.orgs.model import Membership

MOST_DEVICES = 20
# Not with every message: their owner is told a day, not a second.
_NOTED_EVERY = timedelta(minutes=1)
_TRUE_FOR = timedelta(days=7)

# Whoever may add a device may make Pulsar send requests there: so to the browsers' own services and nowhere else.
_SERVICES = {"fcm.googleapis.com", "android.googleapis.com", "updates.push.services.mozilla.com"}
_FAMILIES = (".push.apple.com", ".notify.windows.com", ".push.services.mozilla.com")


class UnknownPushService(Invalid):
    """This is no push service that Pulsar knows. PULSAR_PUSH_SERVICES can name others."""


class TooManyDevices(Conflict):
    """You may have twenty at most. Remove one first."""


@dataclass(frozen=True)
class Subscription:
    """As a browser gives it: where its push service takes messages for it, and for whom to seal them."""

    endpoint: str
    p256dh: str
    auth: str


def check(subscription: Subscription, own_services: str) -> None:
    """Raises Invalid for what cannot be sent to, or may not."""
    try:
        parts = urlsplit(subscription.endpoint)
        origin, host = f"{parts.scheme}://{parts.netloc}", parts.hostname or ""
        if parts.port not in {None, 443}:
            host = ""
    except ValueError:
        raise UnknownPushService(field="endpoint") from None
    known = parts.scheme == "https" and (host in _SERVICES or host.endswith(_FAMILIES))
    if not known and origin not in own_services.split(","):
        raise UnknownPushService(field="endpoint")
    try:
        point(from_text(subscription.p256dh))
    except ValueError:
        raise Invalid("This is no public key of a browser's.", field="p256dh") from None
    try:
        fits = len(from_text(subscription.auth)) == AUTH_BYTES
    except ValueError:
        fits = False
    if not fits:
        raise Invalid(f"This is no secret of {AUTH_BYTES} bytes.", field="auth")


async def mine(tx: Transaction, device_id: UUID, user_id: UUID) -> DeviceRow:
    """To change. Somebody else's is not there."""
    row = await tx.get(DeviceRow, (tx.org, device_id), with_for_update=True)
    if not row or row.user_id != user_id:
        raise NotFound("There is no device with this id here.")
    return row


async def enable(tx: Transaction, user_id: UUID, name: str, subscription: Subscription) -> DeviceRow:
    """Asked again for the same browser, it is the same device. Whoever enables it last has it: a browser whose user
    changes shows nobody else's pages."""
    await _in_turn(tx, user_id, subscription)
    before = await tx.scalar(
        select(DeviceRow).where(DeviceRow.endpoint_hash == token_hash(subscription.endpoint)).with_for_update()
    )
    if before and before.user_id == user_id:
        await change(tx, before, name, subscription)
        return before
    if before:
        await remove(tx, before)
        await tx.flush()
    count = select(func.count()).select_from(DeviceRow).where(DeviceRow.user_id == user_id)
    if (await tx.scalar(count) or 0) >= MOST_DEVICES:
        raise TooManyDevices
    row = DeviceRow(user_id=user_id, name=name)
    _keep(tx, row, subscription)
    tx.add(row)
    await tx.flush()
    tx.record(DeviceAdded(user_id, device_id=str(row.id)))
    return row


async def _in_turn(tx: Transaction, user_id: UUID, subscription: Subscription) -> None:
    """One at a time for each person, or many at once would each find room; and for each browser: it has one owner."""
    await tx.execute(select(Membership).where(Membership.user_id == user_id).with_for_update())
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{tx.org}:{subscription.endpoint}", 0))))


def _keep(tx: Transaction, row: DeviceRow, subscription: Subscription) -> None:
    row.subscription = tx.keys.seal(subscription.__dict__)
    row.endpoint_hash = token_hash(subscription.endpoint)
    row.service = urlsplit(subscription.endpoint).hostname or ""
    row.gone_at = row.last_error = row.last_error_at = None


async def change(tx: Transaction, row: DeviceRow, name: str | None, subscription: Subscription | None) -> None:
    if name and name != row.name:
        row.name = name
    changes = edited(row)
    if subscription and (row.gone_at or not _is_kept(tx, row, subscription)):
        _keep(tx, row, subscription)
        changes |= untold(["subscription"])
    if changes:
        await tx.flush()
        tx.record(DeviceUpdated(row.user_id, device_id=str(row.id), changes=changes))


def _is_kept(tx: Transaction, row: DeviceRow, subscription: Subscription) -> bool:
    try:
        if row.subscription is None:
            return False
        kept = tx.keys.unseal(row.subscription)
        return {name: value for name, value in kept.items() if name != PUSH_NUMBER} == subscription.__dict__
    except SecretUnreadable:
        return False


async def remove(tx: Transaction, row: DeviceRow) -> None:
    tx.record(DeviceRemoved(row.user_id, device_id=str(row.id)))
    await tx.delete(row)


async def took(tx: Transaction, device_id: UUID | None) -> None:
    if not device_id:
        return
    now = clock.now()
    noted = DeviceRow.last_success_at > now - _NOTED_EVERY
    # Straight in the table: its owner may remove it at this moment, which must not undo that the message went out.
    await tx.execute(
        update(DeviceRow)
        .where(DeviceRow.id == device_id, DeviceRow.last_error.is_not(None) | noted.is_not(True))
        .values(last_success_at=now, last_error=None, last_error_at=None)
        .execution_options(synchronize_session=False)
    )


async def failed(tx: Transaction, device_id: UUID | None, answer: str, *, gone: bool) -> None:
    """If it is gone for good, its owner is told by mail: they might think that it would wake them."""
    row = await tx.get(DeviceRow, (tx.org, device_id), with_for_update=True) if device_id else None
    if not row or row.gone_at:
        return
    row.last_error, row.last_error_at = answer, clock.now()
    if not gone:
        return
    row.subscription, row.endpoint_hash, row.gone_at = None, None, clock.now()
    tx.record(DeviceGone(row.user_id, device_id=str(row.id), reason=answer))
    await tell(tx, row.user_id, Occasion(f"device:{row.id}:{row.gone_at.isoformat()}", "direct"), _letter(row))


def _letter(row: DeviceRow) -> Letter:
    return Letter(
        title=f"Push does not reach {row.name} any more",
        text=f"The push service of {row.name} says that your subscription there has ended. Pages do not come to it"
        " until you enable push on it again: open Pulsar on it, and go to You, How I am reached.",
        path="/me/notifications",
        until=clock.now() + _TRUE_FOR,
    )
