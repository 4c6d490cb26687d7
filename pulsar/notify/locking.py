"""Which messages are ours to change? Locked for as long as the transaction lasts, with those whom they are for."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.notify.model import ChannelRow, Notification
from pulsar.notify.rules import DIGEST
from pulsar.orgs.model import Membership
from pulsar.people.model import User


async def lock(tx: Transaction, ids: Collection[UUID], *, wait: bool) -> list[Notification]:
    """By channel and recipient, the order in which all that wait for a pace or a channel do so.

    Those that somebody holds are left out, unless it is to `wait` for them; and so are digests, which lock others.
    """
    query = select(Notification).where(Notification.id.in_(ids)).order_by(Notification.id)
    if not wait:
        query = query.where(Notification.purpose != DIGEST)
    found = (await tx.scalars(query.with_for_update(skip_locked=not wait))).all()
    if len(found) > 1:
        await _fetch(tx, found)
    return sorted(
        found, key=lambda row: (row.channel_id, row.user_id or row.channel_id, row.purpose, str(row.device_id), row.id)
    )


async def _fetch(tx: Transaction, found: Sequence[Notification]) -> None:
    """Channels and people, once for all: whoever looks for one of them in this transaction finds them there. It keeps
    hold of them, because a session does not."""
    channels = select(ChannelRow).where(ChannelRow.id.in_({row.channel_id for row in found}))
    tx.info["fetched"] = [*(await tx.scalars(channels)).all()]
    if users := {row.user_id for row in found if row.user_id}:
        people = select(User, Membership).join(Membership, Membership.user_id == User.id).where(User.id.in_(users))
        tx.info["fetched"] += (await tx.execute(people)).all()


async def carried(tx: Transaction, digest: Notification, *statuses: str) -> list[Notification]:
    """What is in this digest and is in one of these states, or else has not been settled; locked. Nothing for any other
    message."""
    if digest.purpose != DIGEST:
        return []
    query = (
        select(Notification)
        .where(Notification.carried_by == digest.id, Notification.status.in_(statuses or ("pending", "sending")))
        .order_by(Notification.id)
    )
    return list(await tx.scalars(query.with_for_update()))
