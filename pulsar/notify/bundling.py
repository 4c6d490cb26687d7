"""Must this message wait for others, to go out together with them? The first goes at once, the rest as one digest
when the channel's time is up. Never P1.

Whoever wants to send locks the recipient's pace, so that of many at once one is the first.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.ids import new_id
from pulsar.base.jobs import CLOCK_SLACK, Job
from pulsar.notify.actions import priority_of, put_off
from pulsar.notify.channel import contact_of, in_place, registry
from pulsar.notify.model import ChannelRow, Notification, Pace
from pulsar.notify.rules import DIGEST

_BUNDLED = ("page", "follow_up")
_URGENCY = 4


async def must_wait(tx: Transaction, notification: Notification, channel: ChannelRow) -> bool:
    """Puts it off until the digest, or takes the recipient's next span for it."""
    if not channel.bundle or notification.purpose not in _BUNDLED or _replaces(notification):
        return False
    if _asks_for_help(notification):
        return False
    pace = await _pace(tx, notification, channel)
    now = clock.now()
    settled = pace.notification_id == notification.id or pace.quiet_until <= now
    if settled or _waits_never(notification):
        pace.notification_id, pace.quiet_until = notification.id, now + channel.bundle
        return False
    notification.status, notification.next_attempt_at = "pending", pace.quiet_until
    notification.held_back_by = "bundled"
    tx.enqueue(_digest_job(tx.org, pace))
    return True


def _replaces(notification: Notification) -> bool:
    return notification.purpose == "follow_up" and in_place(registry()[notification.channel_type])


def _asks_for_help(notification: Notification) -> bool:
    """A page into an incident: a person asked for a person, and no digest of alerts says so."""
    return bool(notification.content.get("subject", {}).get("incident_id"))


def _waits_never(notification: Notification) -> bool:
    return notification.purpose == "page" and priority_of(notification.content) == "P1"


def recipient_of(notification: Notification) -> UUID:
    return notification.device_id or notification.user_id or notification.channel_id


async def _pace(tx: Transaction, notification: Notification, channel: ChannelRow) -> Pace:
    recipient_id, purpose = recipient_of(notification), notification.purpose
    fresh = {
        "channel_id": channel.id,
        "recipient_id": recipient_id,
        "purpose": purpose,
        "quiet_until": clock.now(),
        "notification_id": notification.id,
    }
    await tx.execute(insert(Pace).values(fresh).on_conflict_do_nothing())
    key = (tx.org, channel.id, recipient_id, purpose)
    return await tx.get_one(Pace, key, with_for_update=True, populate_existing=True)


async def let_go(tx: Transaction, notification: Notification) -> None:
    """It did not go out after all: the next one need not wait for its span to end."""
    await tx.execute(
        update(Pace)
        .where(
            Pace.channel_id == notification.channel_id,
            Pace.recipient_id == recipient_of(notification),
            Pace.notification_id == notification.id,
        )
        .values(quiet_until=clock.now())
        .execution_options(synchronize_session=False)
    )


def _digest_job(org: UUID | None, pace: Pace) -> Job:
    ids = {"org": org, "channel": pace.channel_id, "recipient": pace.recipient_id, "purpose": pace.purpose}
    key = f"digest:{pace.channel_id}:{pace.recipient_id}:{pace.purpose}:{pace.quiet_until.isoformat()}"
    return Job("digest", key, ids, pace.quiet_until, _URGENCY)


async def gather(tx: Transaction, channel_id: UUID, recipient_id: UUID, purpose: str) -> None:
    """Sends what waits for this recipient: one as it is, several as a digest."""
    key = (tx.org, channel_id, recipient_id, purpose)
    pace = await tx.get(Pace, key, with_for_update=True, populate_existing=True)
    channel = await tx.get(ChannelRow, (tx.org, channel_id))
    now = clock.now()
    if not pace or not channel:
        return
    if pace.quiet_until > now + CLOCK_SLACK:  # a P1 has gone out meanwhile
        tx.enqueue(_digest_job(tx.org, pace))
        return
    waiting = await _waiting(tx, channel, recipient_id, purpose, now)
    if not waiting:
        return
    first = waiting[0] if len(waiting) == 1 else _digest(tx, channel, waiting, now)
    pace.notification_id, pace.quiet_until = first.id, now + channel.bundle
    await tx.flush()
    put_off(tx, first, now)


async def _waiting(
    tx: Transaction, channel: ChannelRow, recipient_id: UUID, purpose: str, now: datetime
) -> list[Notification]:
    to_device = contact_of(registry()[channel.channel_type]) == "device"
    owner = Notification.device_id if to_device else Notification.user_id
    recipient = owner.is_(None) if recipient_id == channel.id else owner == recipient_id
    query = (
        select(Notification)
        .where(
            Notification.channel_id == channel.id,
            recipient,
            Notification.status == "pending",
            Notification.purpose == purpose,
            Notification.carried_by.is_(None),
            Notification.next_attempt_at <= now + CLOCK_SLACK,
        )
        .order_by(Notification.id)
    )
    # One that somebody holds is about to go out, or to wait.
    rows = await tx.scalars(query.with_for_update(skip_locked=True))
    return [row for row in rows if not _waits_never(row)]


def _digest(tx: Transaction, channel: ChannelRow, waiting: list[Notification], now: datetime) -> Notification:
    number = new_id()
    digest = Notification(
        id=number,
        key=f"digest:{number}",
        purpose=DIGEST,
        user_id=waiting[0].user_id,
        channel_id=channel.id,
        device_id=waiting[0].device_id,
        channel_name=waiting[0].channel_name,
        channel_type=channel.channel_type,
        content={"priority": min(priority_of(row.content) for row in waiting)},
        status="pending",
        next_attempt_at=now,
    )
    tx.add(digest)
    for row in waiting:
        row.carried_by, row.next_attempt_at, row.held_back_by = digest.id, None, None
    return digest
