"""What happened? The append-only stream of an organization: written with the change, numbered without holes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pulsar.base.model import Base, org_id_column

ActorType = Literal["user", "integration", "system", "link", "phone", "chat"]
PEOPLE: frozenset[ActorType] = frozenset({"user", "link", "phone", "chat"})
"""Those of them behind which there is a person."""


@dataclass(frozen=True)
class Actor:
    """Who did it: a person, an integration, Pulsar itself, or a person by the link in a page, from their phone or in a
    chat."""

    type: ActorType
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


class EventRow(Base):
    """One line of the stream. `number` counts per organization in the order of the commits: see
    `Transaction.conclude`."""

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


def lines(events: Iterable[tuple[Event, Actor]]) -> list[tuple[Any, ...]]:
    """As the database's function `conclude` takes them."""
    return [(event.type, event.subject_type, actor.type, actor.id, actor.name, event) for event, actor in events]
