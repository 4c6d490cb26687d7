"""What tests of reports set up: alerts and messages with a past, written as rows."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pulsar.alerts.model import Alert
from pulsar.base.http import Pulsar
from pulsar.base.ids import new_id
from pulsar.notify.model import Notification
from tests.world import Person


@dataclass(frozen=True)
class Past:
    """An alert as it went: when it came, and how long after that somebody acknowledged and closed it."""

    at: datetime
    acknowledged: timedelta | None = None
    closed: timedelta | None = None
    priority: str = "P3"
    source: str = "nagios"
    alias: str = ""
    count: int = 1
    team_id: UUID | None = None


async def remember(pulsar: Pulsar, person: Person, alerts: Iterable[Past]) -> list[UUID]:
    """In the person's organization, after those that are there already."""
    ids = []
    async with pulsar.db.in_org(person.org_id) as tx:
        connection = tx.driver
        last = await connection.fetchval("SELECT coalesce(max(number), 0) FROM alerts")
        for number, past in enumerate(alerts, last + 1):
            ids.append(new_id())
            tx.add(_alert(ids[-1], number, past))
    return ids


def _alert(alert_id: UUID, number: int, past: Past) -> Alert:
    acknowledged_at = past.at + past.acknowledged if past.acknowledged is not None else None
    closed_at = past.at + past.closed if past.closed is not None else None
    return Alert(
        id=alert_id, number=number, alias=past.alias or f"alias-{number}-{uuid.uuid4()}", message=f"Alarm {number}",
        description="", priority=past.priority, source=past.source, entity="", tags=[], details={}, count=past.count,
        status="closed" if closed_at else "acknowledged" if acknowledged_at else "open",
        assigned_to_team_id=past.team_id, first_acknowledged_at=acknowledged_at, acknowledged_at=acknowledged_at,
        closed_at=closed_at, last_occurred_at=past.at, created_at=past.at,
    )  # fmt: skip


SOME_CHANNEL = UUID(int=1)


@dataclass(frozen=True)
class Message:
    """A page to somebody, one of those of its occasion."""

    to: Person
    at: datetime
    occasion: str = "run:1:0:0"
    status: str = "sent"
    took: timedelta = timedelta(seconds=1)
    channel_id: UUID = SOME_CHANNEL
    subject_id: UUID | None = None
    purpose: str = "page"
    priority: str = "P3"


def _subject(one: Message) -> dict[str, Any]:
    return {"id": str(one.subject_id or SOME_CHANNEL), "number": 1, "title": "Disk full", "priority": one.priority}


async def tell(pulsar: Pulsar, person: Person, messages: Iterable[Message]) -> None:
    async with pulsar.db.in_org(person.org_id) as tx:
        tx.add_all(
            Notification(
                key=f"{one.occasion}:{one.to.id}:{uuid.uuid4()}", purpose=one.purpose, subject_id=one.subject_id,
                user_id=one.to.id, channel_id=one.channel_id, channel_name=f"Channel {one.channel_id.int}",
                channel_type="email", content={"subject": _subject(one)}, status=one.status,
                sent_at=one.at + one.took if one.status in {"sent", "delivered"} else None, created_at=one.at,
            )
            for one in messages
        )  # fmt: skip
