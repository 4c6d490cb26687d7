"""What happened? The append-only stream of an organization: written with the change, numbered without holes."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

import asyncpg
from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pulsar.base.json import pack
from pulsar.base.model import Base, org_id_column


@dataclass(frozen=True)
class Actor:
    """Who did it: a person, an integration, Pulsar itself, or a person by the link in a page."""

    type: Literal["user", "integration", "system", "link"]
    id: UUID | None
    name: str


SYSTEM = Actor("system", None, "Pulsar")


@dataclass(frozen=True)
class Event:
    """A past-tense fact. A subclass names its type and the kind of object it is about; its further fields
    are the event's data."""

    type: ClassVar[str]
    subject_type: ClassVar[str]
    subject_id: UUID

    @property
    def data(self) -> dict[str, Any]:
        fields = ((f.name, getattr(self, f.name)) for f in dataclasses.fields(self))
        return {name: value for name, value in fields if name != "subject_id"}


class EventRow(Base):
    """One line of the stream. `number` counts per organization in the order of the commits: see `write`."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_subject", "org_id", "subject_id", "number"),)

    org_id: Mapped[UUID] = org_id_column()
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    type: Mapped[str]
    at: Mapped[datetime]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    actor_type: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)


class CounterRow(Base):
    """A number that an organization counts up: its alerts', its events'."""

    __tablename__ = "counters"

    org_id: Mapped[UUID] = org_id_column()
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger, default=0)


COUNT_UP = "UPDATE counters SET value = value + $2 WHERE name = $1 RETURNING value"


async def commit_with(connection: asyncpg.Connection, events: Sequence[tuple[Event, Actor]], at: datetime) -> None:
    """Writes the events and commits, as the last thing a transaction does; a new, empty one is open afterwards.

    `write_events` numbers them from the organization's counter, whose row stays locked until the commit: so numbers
    become visible in their order, and a reader that has seen n has seen everything before n. That lines up the
    organization's transactions, so the lock must not outlast a trip over the wire, least of all to a process that is
    busy: the function and the COMMIT go to the server in one message.
    """
    lines = [
        {
            "type": event.type,
            "subject_type": event.subject_type,
            "subject_id": event.subject_id,
            "actor_type": actor.type,
            "actor_id": actor.id,
            "actor_name": actor.name,
            "data": event.data,
        }
        for event, actor in events
    ]
    packed = pack({"at": at, "events": lines})
    await connection.execute("SELECT set_config('pulsar.events', $1, true)", packed)
    await connection.execute("SELECT write_events(); COMMIT; BEGIN")
