"""The verbs of notification: tell people of something, and stop telling them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, select, update

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.ids import new_id
from pulsar.base.jobs import Job
from pulsar.base.json import pack
from pulsar.notify.channel import registry
from pulsar.notify.events import NotificationCancelled
from pulsar.notify.model import ChannelRow, Notification
from pulsar.notify.preference_setup import preferences_of
from pulsar.notify.preferences import EVERYTHING, HeldBack, Preference, Send, decide, unreachable
from pulsar.notify.recipients import for_each_device
from pulsar.notify.rules import UPDATE, Letter, Occasion, Subject
from pulsar.people.names import user_names

_MOST_URGENT = 6
_NO_PRIORITY = "P3"
NOT_URGENT = 0


def delivery_job(org: UUID | None, notification_id: UUID, tries: int, urgency: int, at: datetime) -> Job:
    """One for each try and time, so that the sweep can ask for it again without making it two. `at` is as the row has
    it; in UTC, because the same instant must make the same key."""
    ids = {"org": org, "notification": notification_id}
    return Job("deliver", f"deliver:{notification_id}:{tries}:{at.astimezone(UTC).isoformat()}", ids, at, urgency)


def priority_of(content: dict[str, Any]) -> str:
    priority: str = (content.get("subject") or content).get("priority", _NO_PRIORITY)
    return priority


def urgency_of(content: dict[str, Any]) -> int:
    """P1 is picked before P5 when there is a queue, and what asks nobody to act comes last."""
    return NOT_URGENT if {"follow_up", "standing"} & content.keys() else _MOST_URGENT - int(priority_of(content)[1:])


@dataclass(frozen=True)
class Paged:
    """What came of a page: the messages that go out, now or on a later rung, and of the people those whom none of them
    goes to, because their own settings hold back every one. Those of them who are `out_of_reach` did not choose it: no
    channel knows how to reach them."""

    messages: tuple[UUID, ...]
    held_back: frozenset[UUID]
    out_of_reach: frozenset[UUID]


async def page(
    tx: Transaction,
    subject: Subject,
    users: Sequence[tuple[UUID, str]],
    occasion: Occasion,
    *,
    last_resort: bool = False,
) -> Paged:
    """Tells these people (id, name), over every channel that is enabled: each of them over the personal ones, as their
    preferences have it, all of them at once in the rooms. Where a preference holds a message back, the log says so.

    Asked twice for the same occasion, it does nothing the second time. As the `last_resort` it passes the preferences
    by, if by them nobody at all would be told. Until `write_pages` nothing is written.
    """
    channels = await enabled_channels(tx)
    content = {"subject": subject.to_json()}
    paged, rows = await _told(tx, channels, content, users, occasion, at=clock.now(), last_resort=last_resort)
    tx.info.setdefault("pages", []).extend(rows)
    return paged


async def write_pages(tx: Transaction) -> None:
    """All at once: a transaction that fires the steps of a storm pages for many alerts."""
    await write(tx, tx.info.pop("pages", []))


async def tell_over(
    tx: Transaction,
    channels: Sequence[ChannelRow],
    content: dict[str, Any],
    users: Sequence[tuple[UUID, str]],
    occasion: Occasion,
    *,
    at: datetime,
    last_resort: bool,
) -> Paged:
    """The same for any content, over these channels, and written at once."""
    paged, rows = await _told(tx, channels, content, users, occasion, at=at, last_resort=last_resort)
    await write(tx, rows)
    return paged


async def _told(
    tx: Transaction,
    channels: Sequence[ChannelRow],
    content: dict[str, Any],
    users: Sequence[tuple[UUID, str]],
    occasion: Occasion,
    *,
    at: datetime,
    last_resort: bool,
) -> tuple[Paged, list[dict[str, Any]]]:
    personal = [channel for channel in channels if registry()[channel.channel_type].reach == "personal"]
    rooms = [channel for channel in channels if channel not in personal]
    wishes = await preferences_of(tx, [user_id for user_id, _ in users])
    priority = priority_of(content)
    decided = [
        (user_id, channel, decide(wishes.get((user_id, channel.id), EVERYTHING), priority, at))
        for channel in personal
        for user_id, _ in users
    ]
    told = {user_id for user_id, _, decision in decided if isinstance(decision, Send)}
    if last_resort and not told and not rooms:
        decided = [(user, channel, made if unreachable(made) else Send(at)) for user, channel, made in decided]
        told = {user_id for user_id, _, decision in decided if isinstance(decision, Send)}
    held_back = frozenset(user_id for user_id, _, _ in decided if user_id not in told)
    out_of_reach = held_back - {user_id for user_id, _, decision in decided if not unreachable(decision)}
    content = content | {
        "people": [name for user_id, name in users if user_id not in held_back],
        "user_ids": [str(user_id) for user_id, _ in users if user_id not in held_back],
        "held_back": [name for user_id, name in users if user_id in held_back],
    }
    rows = [new_row(occasion, channel, None, content, Send(at)) for channel in rooms if users]
    rows += [new_row(occasion, channel, user_id, content, decision) for user_id, channel, decision in decided]
    rows = await for_each_device(tx, rows)
    return Paged(tuple(row["id"] for row in rows if row["status"] == "pending"), held_back, out_of_reach), rows


async def write(tx: Transaction, rows: list[dict[str, Any]]) -> None:
    """Those that are not there yet, and the jobs that deliver them."""
    if not rows:
        return
    # What is still to be written comes first, as before any other query: a message may be for what is new itself.
    await tx.flush()
    columns = ", ".join(rows[0])  # the same in each: see new_row
    # By the driver, and as one text: the messages of a storm are made here.
    statement = (
        f"INSERT INTO notifications ({columns}) SELECT {columns}"  # noqa: S608 - names of ours
        " FROM jsonb_populate_recordset(NULL::notifications, $1::jsonb) ON CONFLICT DO NOTHING RETURNING id"
    )
    connection = tx.driver
    written = {row["id"] for row in await connection.fetch(statement, pack(rows))}
    tx.enqueue(
        *(
            delivery_job(tx.org, row["id"], 0, urgency_of(row["content"]), row["next_attempt_at"])
            for row in rows
            if row["id"] in written and row["status"] == "pending"
        )
    )


async def enabled_channels(tx: Transaction) -> Sequence[ChannelRow]:
    """Looked up once in a transaction that pages for many alerts."""
    if "channels" not in tx.info:
        query = select(ChannelRow).where(ChannelRow.enabled).order_by(ChannelRow.id)
        tx.info["channels"] = (await tx.scalars(query)).all()
    channels: Sequence[ChannelRow] = tx.info["channels"]
    return channels


def new_row(
    occasion: Occasion,
    channel: ChannelRow,
    user_id: UUID | None,
    content: dict[str, Any],
    decision: Send | HeldBack,
) -> dict[str, Any]:
    subject = content.get("subject")
    return {
        "id": new_id(),
        "key": f"{occasion.key}:{user_id or 'room'}:{channel.id}",
        "purpose": occasion.purpose,
        "subject_id": UUID(subject["id"]) if subject else None,
        "user_id": user_id,
        "channel_id": channel.id,
        "device_id": None,
        "channel_name": channel.name,
        "channel_type": channel.channel_type,
        "level": occasion.level,
        "cycle": occasion.cycle,
        "content": content,
        "status": "suppressed" if isinstance(decision, HeldBack) else "pending",
        "reason": decision.reason if isinstance(decision, HeldBack) else None,
        "held_back_by": decision.by if isinstance(decision, HeldBack) else None,
        "tries": 0,
        "next_attempt_at": decision.at if isinstance(decision, Send) else None,
        "created_at": clock.now(),
    }


async def tell(tx: Transaction, user_id: UUID, occasion: Occasion, letter: Letter) -> None:
    """By mail, over every e-mail channel that is enabled, unless the person has switched it off for themselves; the log
    says so then. Asked twice for the same occasion, it does nothing the second time."""
    wishes = await preferences_of(tx, [user_id])
    rows = []
    for channel in await enabled_channels(tx):
        if channel.channel_type == "email":
            switched_on = Preference(enabled=wishes.get((user_id, channel.id), EVERYTHING).enabled)
            decision = decide(switched_on, _NO_PRIORITY, clock.now())
            rows.append(new_row(occasion, channel, user_id, letter.to_json(), decision))
    await write(tx, rows)


async def send_direct(
    tx: Transaction, channel: ChannelRow, user_id: UUID | None, title: str, text: str
) -> Notification:
    """One message outside of any escalation, delivered and logged like a page. Of a person's devices each gets it; the
    first is answered."""
    occasion = Occasion(key=f"direct:{new_id()}", purpose="direct")
    row = new_row(occasion, channel, user_id, {"title": title, "text": text}, Send(clock.now()))
    rows = await for_each_device(tx, [row])
    await write(tx, rows)
    return await tx.get_one(Notification, (tx.org, rows[0]["id"]))


def put_off(tx: Transaction, notification: Notification, until: datetime) -> None:
    notification.status, notification.next_attempt_at = "pending", until
    urgency = urgency_of(notification.content)
    tx.enqueue(delivery_job(tx.org, notification.id, notification.tries, urgency, until))


async def resume(tx: Transaction, notification_id: UUID) -> None:
    """A message that is to go out and that no time is set for: there should be none, so the auditor asks for this. The
    digest that it was to go out in is over, or never was."""
    notification = await tx.get(Notification, (tx.org, notification_id), with_for_update=True)
    if not notification or notification.status not in {"pending", "sending"} or notification.next_attempt_at:
        return
    digest = await tx.get(Notification, (tx.org, notification.carried_by)) if notification.carried_by else None
    if digest and digest.status in {"pending", "sending"}:
        return
    notification.carried_by = notification.held_back_by = None
    put_off(tx, notification, clock.now())


async def withdraw(tx: Transaction, subject_id: UUID, reason: str) -> None:
    """Nothing more goes out about this subject; how it stands is still shown where there is a message about it. What a
    worker is sending at this moment cannot be called back, but is not tried again; nor is what was sent, when its
    provider says later that it did not arrive."""
    pending, underway = Notification.status == "pending", Notification.status.in_(("pending", "sending"))
    # In one statement: between two, a message that was being sent could fail, and be tried again after all.
    rows = await tx.execute(
        update(Notification)
        .where(
            Notification.subject_id == subject_id,
            Notification.purpose != UPDATE,
            underway | (Notification.status == "sent"),
        )
        .values(
            reason=case((underway, reason), else_=Notification.reason),
            withdrawn_at=clock.now(),
            status=case((pending, "cancelled"), else_=Notification.status),
            next_attempt_at=case((pending, None), else_=Notification.next_attempt_at),
        )
        .returning(
            Notification.id,
            Notification.status,
            Notification.channel_name,
            Notification.user_id,
            Notification.level,
            Notification.content["subject"].label("subject"),
        )
        .execution_options(synchronize_session=False)
    )
    cancelled = [row for row in rows if row.status == "cancelled"]
    names = await user_names(tx, (row.user_id for row in cancelled)) if cancelled else {}
    for row in cancelled:
        named = (str(row.id), row.channel_name, names.get(row.user_id), row.level)
        subject = Subject.from_json(row.subject)
        tx.record(NotificationCancelled(subject.about_id, *named, reason), about=subject.kind)
