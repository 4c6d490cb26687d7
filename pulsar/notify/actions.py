"""The verbs of notification: tell people of something, and stop telling them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, select, update
from sqlalchemy.dialects.postgresql import insert

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.ids import new_id
from pulsar.base.jobs import Job
from pulsar.notify.channel import registry
from pulsar.notify.model import ChannelRow, Notification
from pulsar.notify.rules import Occasion, Subject

_MOST_URGENT = 6


def delivery_job(org: UUID | None, notification_id: UUID, tries: int, urgency: int, run_at: datetime | None) -> Job:
    """One for each try, so that the sweep can ask for it again without making it two."""
    ids = {"org": org, "notification": notification_id}
    return Job("deliver", f"deliver:{notification_id}:{tries}", ids, run_at, urgency)


def urgency_of(content: dict[str, Any]) -> int:
    """P1 is picked before P5 when there is a queue."""
    priority = (content.get("subject") or {}).get("priority", "P3")
    return _MOST_URGENT - int(priority[1:])


async def page(tx: Transaction, subject: Subject, users: Sequence[tuple[UUID, str]], occasion: Occasion) -> list[UUID]:
    """Tells these people (id, name), over every channel that is enabled: each of them over the personal
    ones, all of them at once in the rooms. Returns the notifications' ids; none when there is no channel.

    Asked twice for the same occasion, it does nothing the second time.
    """
    channels = await _enabled_channels(tx)
    content = {"subject": subject.to_json(), "people": [name for _, name in users]}
    rows = [
        _row(occasion, channel, user_id, content, subject.id)
        for channel in channels
        for user_id in ([None] if registry()[channel.channel_type].reach == "room" else [u for u, _ in users])
    ]
    if not rows:
        return []
    # As many statements as it takes: one takes no more than 32767 values, which a large team exceeds.
    statement = insert(Notification).on_conflict_do_nothing().returning(Notification.id)
    written = (await tx.scalars(statement, rows)).all()
    tx.enqueue(*(delivery_job(tx.org, n, 0, urgency_of(content), None) for n in written))
    return [row["id"] for row in rows]


async def _enabled_channels(tx: Transaction) -> Sequence[ChannelRow]:
    """Looked up once in a transaction that pages for many alerts."""
    if "channels" not in tx.info:
        query = select(ChannelRow).where(ChannelRow.enabled).order_by(ChannelRow.id)
        tx.info["channels"] = (await tx.scalars(query)).all()
    channels: Sequence[ChannelRow] = tx.info["channels"]
    return channels


def _row(
    occasion: Occasion, channel: ChannelRow, user_id: UUID | None, content: dict[str, Any], subject_id: UUID | None
) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": new_id(),
        "key": f"{occasion.key}:{user_id or 'room'}:{channel.id}",
        "purpose": occasion.purpose,
        "subject_id": subject_id,
        "user_id": user_id,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "channel_type": channel.channel_type,
        "level": occasion.level,
        "cycle": occasion.cycle,
        "content": content,
        "status": "pending",
        "tries": 0,
        "next_attempt_at": now,
        "created_at": now,
    }


async def send_direct(
    tx: Transaction, channel: ChannelRow, user_id: UUID | None, title: str, text: str
) -> Notification:
    """One message outside of any escalation, delivered and logged like a page."""
    occasion = Occasion(key=f"direct:{new_id()}", purpose="direct")
    row = _row(occasion, channel, user_id, {"title": title, "text": text}, None)
    notification = Notification(**row)
    tx.add(notification)
    tx.enqueue(delivery_job(tx.org, notification.id, 0, urgency_of(row["content"]), None))
    return notification


async def withdraw(tx: Transaction, subject_id: UUID, reason: str) -> None:
    """Nothing more goes out about this subject. What a worker is sending at this moment cannot be called
    back, but is not tried again."""
    pending = Notification.status == "pending"
    # In one statement: between two, a message that was being sent could fail, and be tried again after all.
    await tx.execute(
        update(Notification)
        .where(Notification.subject_id == subject_id, Notification.status.in_(("pending", "sending")))
        .values(
            reason=reason,
            status=case((pending, "cancelled"), else_=Notification.status),
            next_attempt_at=case((pending, None), else_=Notification.next_attempt_at),
        )
        .execution_options(synchronize_session=False)
    )
