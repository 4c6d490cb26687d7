"""What happened? The append-only stream of an organization: written with the change, numbered without holes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, inspect, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pulsar.base.model import Base, org_id_column

ActorType = Literal["user", "integration", "system", "link", "phone", "chat", "key"]
PEOPLE: frozenset[ActorType] = frozenset({"user", "link", "phone", "chat"})
"""Those of them behind which there is a person."""


@dataclass(frozen=True)
class Actor:
    """Who did it: a person, an integration, Pulsar itself, a person by the link in a page, from their phone or in a
    chat, or a script by its API key."""

    type: ActorType
    id: UUID | None
    name: str

    @property
    def person(self) -> UUID | None:
        """The user who acts; None for an integration, a script and Pulsar."""
        return self.id if self.type in PEOPLE else None


SYSTEM = Actor("system", None, "Pulsar")


@dataclass(frozen=True)
class Event:
    """A past-tense fact. A subclass names its type and the kind of object it is about; its further fields
    are the event's data."""

    type: ClassVar[str]
    subject_type: ClassVar[str]
    subject_id: UUID


Changes = dict[str, dict[str, Any]]
"""What an edit made of each field that it changed: `{"name": {"before": "Nights", "after": "Days"}}`."""

UNTOLD = "(not told)"
"""In the place of what nobody else is to read: secrets, and what people have set for themselves."""

_BOOKKEEPING = {"version", "updated_at"}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """Of the fields of `after` those that are not what they were."""
    return {
        field: {"before": before.get(field), "after": value}
        for field, value in after.items()
        if field not in before or before[field] != value
    }


def untold(fields: Iterable[str]) -> Changes:
    return {field: {"before": UNTOLD, "after": UNTOLD} for field in sorted(fields)}


def edited(row: Base) -> Changes:
    """What was set on this row and is not yet written: so ask before the flush. Of what is kept sealed, nothing."""
    found: Changes = {}
    state = inspect(row)
    for column in state.mapper.column_attrs:
        history = state.attrs[column.key].history
        sealed = isinstance(column.columns[0].type, LargeBinary)
        if history.has_changes() and column.key not in _BOOKKEEPING and not sealed:
            found[column.key] = {"before": _only(history.deleted), "after": _only(history.added)}
    return found


def _only(values: Any) -> Any:
    return values[0] if values else None


# In the very words of the index, or it is not used.
AUDIT = text("split_part(type, '.', 1) NOT IN ('alert', 'escalation', 'notification')")
"""What alerts do comes by the thousand; everything else is somebody's doing."""


class EventRow(Base):
    """One line of the stream. `number` counts per organization in the order of the commits: see
    `Transaction.conclude`."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_subject", "org_id", "subject_id", "number"),
        Index("ix_events_audit", "org_id", "number", postgresql_where=AUDIT),
    )

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


def lines(events: Iterable[tuple[Event, Actor, str]]) -> list[tuple[Any, ...]]:
    """As the database's function `conclude` takes them."""
    return [(event.type, about, actor.type, actor.id, actor.name, event) for event, actor, about in events]
