"""Which message about an alert stands in a room, and when is it changed? Where messages can be changed there is one for
each alert, and it shows how that stands; what else is said of the alert is an answer to it.

A change is a notification like any other, an `update`: tried again, counted and logged. It carries the state that it is
to show, and a newer one takes its place.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, update

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.notify.actions import enabled_channels, new_row, write
from pulsar.notify.channel import Channel, edits, registry
from pulsar.notify.model import ChannelRow, Notification
from pulsar.notify.preferences import Send
from pulsar.notify.rules import UPDATE, Occasion, Standing, Subject

SOON = timedelta(seconds=2)
REPLACED = "Something newer is shown."


async def possible_rooms(tx: Transaction) -> dict[UUID, ChannelRow]:
    """Those in which messages can be changed."""
    return {row.id: row for row in await enabled_channels(tx) if edits(registry()[row.channel_type])}


async def rooms(tx: Transaction, subject_id: UUID) -> list[ChannelRow]:
    """Those in which there is a message about it that can be changed, or is just being sent."""
    able = await possible_rooms(tx)
    if not able:
        return []
    stands = Notification.reference.is_not(None)
    underway = (Notification.status == "sending") & (Notification.purpose == "page")
    query = select(Notification.channel_id).where(
        Notification.subject_id == subject_id, Notification.channel_id.in_(able), stands | underway
    )
    return [able[channel_id] for channel_id in await tx.scalars(query.distinct())]


async def show(tx: Transaction, channels: Sequence[ChannelRow], subject: Subject, standing: Standing, at: int) -> None:
    """That it stands so, as of the event of this number: of two states the one with the higher number is newer."""
    older = Notification.content["at"].as_integer() < at
    await tx.execute(
        update(Notification)
        .where(_about(subject.id, Notification.purpose == UPDATE, Notification.status == "pending", older))
        .values(status="cancelled", reason=REPLACED, next_attempt_at=None)
        .execution_options(synchronize_session=False)
    )
    content = {"subject": subject.to_json(), "standing": standing.to_json(), "at": at}
    occasion = Occasion(f"{UPDATE}:{subject.id}:{at}", UPDATE)
    await write(tx, [new_row(occasion, channel, None, content, Send(clock.now())) for channel in channels])


def _about(subject_id: UUID | None, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(Notification.subject_id == subject_id, *more)


async def standing_message(tx: Transaction, notification: Notification, channel: Channel) -> Notification | None:
    """The last one about the same, if it can be changed: one that somebody had deleted there was sent anew."""
    if not notification.subject_id or not edits(channel):
        return None
    query = (
        select(Notification)
        .where(
            Notification.subject_id == notification.subject_id,
            Notification.channel_id == notification.channel_id,
            Notification.reference.is_not(None),
        )
        .order_by(Notification.sent_at.desc())
        .limit(1)
    )
    found: Notification | None = await tx.scalar(query)
    return found


async def outdated(tx: Transaction, notification: Notification) -> bool:
    """Whether a newer state has been shown, or is about to be."""
    if notification.purpose != UPDATE:
        return False
    newer = Notification.content["at"].as_integer() > notification.content["at"]
    here = Notification.channel_id == notification.channel_id
    return await _any(tx, _about(notification.subject_id, here, Notification.purpose == UPDATE, newer))


async def another_is_underway(
    tx: Transaction, notification: Notification, channel: Channel, there: Notification | None
) -> bool:
    """Of two changes that are sent at once the older could arrive last; and of two first messages, one would never be
    changed. No page waits for a change."""
    changes = notification.purpose == UPDATE
    if not notification.subject_id or not edits(channel) or (there and not changes):
        return False
    here = Notification.channel_id == notification.channel_id
    purposes = Notification.purpose.in_(("page", UPDATE) if changes else ("page",))
    before = Notification.id < notification.id if not changes else Notification.id != notification.id
    return await _any(tx, _about(notification.subject_id, here, purposes, before, Notification.status == "sending"))


async def _any(tx: Transaction, condition: ColumnElement[bool]) -> bool:
    return (await tx.scalar(select(Notification.id).where(condition).limit(1))) is not None


async def subject_shown(tx: Transaction, subject_id: UUID) -> Subject | None:
    """As it was when the message was sent: the last that is known of what is gone."""
    stands = Notification.reference.is_not(None)
    query = select(Notification.content).where(_about(subject_id, stands)).order_by(Notification.sent_at.desc())
    content = await tx.scalar(query.limit(1))
    return Subject.from_json(content["subject"]) if content else None
