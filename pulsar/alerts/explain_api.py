"""Routes that say in plain words why somebody was paged for an alert, or was not."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from sqlalchemy import select

from pulsar.alerts import explanation
from pulsar.alerts.explanation import Fact, Kind, Line, Person, Sent, Standing
from pulsar.alerts.model import Alert
from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid, NotFound
from pulsar.base.events import EventRow
from pulsar.base.http import Named, View
from pulsar.escalation.places import Places, places_of
from pulsar.notify.model import Attempt, Notification
from pulsar.orgs.model import Membership
from pulsar.people.access import AsViewer
from pulsar.people.model import User
from pulsar.people.names import user_names

router = APIRouter(tags=["Alerts"])

# What a person reads; of a longer story the end.
MOST_EVENTS, MOST_MESSAGES = 500, 500


class LineView(View):
    at: datetime
    kind: Kind
    text: str


class ExplanationView(View):
    alert_id: UUID
    user: Named | None
    paged: bool | None
    answer: str | None
    """Of the person who is asked for: whether they were paged, and if not, the first reason that held."""
    lines: list[LineView]


@router.get("/alerts/{alert_id}/explain")
async def explain_alert(
    alert_id: UUID,
    tx: AsViewer,
    user: Annotated[str | None, Query(description="A member's id, or `me`. Without it, the whole story.")] = None,
) -> ExplanationView:
    if not await tx.get(Alert, (tx.org, alert_id)):
        raise NotFound("There is no alert with this id here.")
    zone = await _zone(tx)
    facts, messages = await _facts(tx, alert_id, zone), await _messages(tx, alert_id, zone)
    if user is None:
        return _view(alert_id, None, None, explanation.story(facts, messages, None))
    places = await places_of(tx, alert_id, user_id := _user_id(tx, user))
    person = await _person(tx, user_id, places)
    ahead = {level: at.astimezone(zone) for level, at in places.ahead.items()}
    standing = Standing(places.policy, places.status, places.reason, ahead)
    found = explanation.answer(person, facts, messages, standing)
    return _view(alert_id, person, found, explanation.story(facts, messages, person))


def _user_id(tx: Transaction, asked: str) -> UUID:
    try:
        found = tx.actor.id if asked == "me" else UUID(asked)
    except ValueError:
        found = None
    if not found:
        raise Invalid("Name a member by their id, or yourself as me.", field="user")
    return found


async def _person(tx: Transaction, user_id: UUID, places: Places) -> Person:
    membership = await tx.get(Membership, (tx.org, user_id))
    if not membership:
        raise NotFound("There is no member with this id here.")
    name = (await user_names(tx, [user_id])).get(user_id, "")
    return Person(user_id, name, membership.active, places.levels, places.schedules)


async def _zone(tx: Transaction) -> ZoneInfo:
    """Of whoever asks: their sentences are by the clock on their wall."""
    own = await tx.scalar(select(User.time_zone).where(User.id == tx.actor.id))
    return ZoneInfo(own or "UTC")


async def _facts(tx: Transaction, alert_id: UUID, zone: ZoneInfo) -> list[Fact]:
    query = select(EventRow).where(EventRow.subject_id == alert_id).order_by(EventRow.number.desc()).limit(MOST_EVENTS)
    rows = list(await tx.scalars(query))
    return [Fact(row.at.astimezone(zone), row.type, row.actor_type, row.actor_name, row.data) for row in reversed(rows)]


async def _messages(tx: Transaction, alert_id: UUID, zone: ZoneInfo) -> list[Sent]:
    query = select(Notification).where(Notification.subject_id == alert_id).order_by(Notification.created_at)
    rows = list(await tx.scalars(query.limit(MOST_MESSAGES)))
    answers = await _answers(tx, [row.id for row in rows])
    names = await user_names(tx, (row.user_id for row in rows))
    return [_sent(row, names, answers, zone) for row in rows]


async def _answers(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, str]:
    """At the last try of each."""
    query = select(Attempt.notification_id, Attempt.answer).where(Attempt.notification_id.in_(ids)).order_by(Attempt.at)
    return {row.notification_id: row.answer for row in await tx.execute(query)}


def _sent(row: Notification, names: dict[UUID, str], answers: dict[UUID, str], zone: ZoneInfo) -> Sent:
    return Sent(
        at=(row.sent_at or row.created_at).astimezone(zone),
        user_id=row.user_id,
        name=names.get(row.user_id, "") if row.user_id else "",
        names=tuple(row.content.get("people", ())),
        user_ids=tuple(map(UUID, row.content.get("user_ids", ()))),
        channel=row.channel_name,
        purpose=row.purpose,
        level=row.level,
        status=row.status,
        reason=row.reason,
        tries=row.tries,
        due_at=row.next_attempt_at.astimezone(zone) if row.next_attempt_at else None,
        answer=answers.get(row.id) or None,
    )


def _view(
    alert_id: UUID, person: Person | None, found: tuple[bool, str] | None, lines: Sequence[Line]
) -> ExplanationView:
    return ExplanationView(
        alert_id=alert_id,
        user=Named(id=person.id, name=person.name) if person else None,
        paged=found[0] if found else None,
        answer=found[1] if found else None,
        lines=[LineView(at=line.at.astimezone(UTC), kind=line.kind, text=line.text) for line in lines],
    )
