"""Which events? By actor, object, time and type: who catches up and who reads the audit log ask in the same way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AwareDatetime, StringConstraints
from sqlalchemy import Select, func, or_, select, text

from pulsar.audit.rules import Kind, for_everybody
from pulsar.base.db import Transaction
from pulsar.base.events import AUDIT, ActorType, CounterRow, EventRow
from pulsar.base.http import View

_ACTIVITY = text(f"NOT ({AUDIT.text})")

TypeName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}\.(\*|[a-z_]{1,40})$")]

FORGOTTEN = ("activity_forgotten", "audit_forgotten", "alerts_forgotten")
"""Counters: up to which number events of a kind, or those of alerts, were deleted because of their age."""


class ActorView(View):
    type: ActorType
    id: UUID | None
    name: str


class SubjectView(View):
    type: str
    id: UUID


class Payload(View):
    subject: SubjectView
    actor: ActorView
    data: dict[str, Any]


class EventView(View):
    """As the WebSocket says it."""

    id: int
    type: str
    organization_id: UUID
    payload: Payload
    timestamp: datetime


def view(row: EventRow) -> EventView:
    return EventView(
        id=row.number,
        type=row.type,
        organization_id=row.org_id,
        payload=Payload(
            subject=SubjectView(type=row.subject_type, id=row.subject_id),
            actor=actor(row),
            data=for_everybody(row.type, row.data),
        ),
        timestamp=row.at,
    )


def actor(row: EventRow) -> ActorView:
    return ActorView.model_validate({"type": row.actor_type, "id": row.actor_id, "name": row.actor_name})


@dataclass(frozen=True)
class Filter:
    types: Sequence[str]
    kind: Kind | None
    actor_type: str | None
    actor_id: UUID | None
    subject_type: str | None
    subject_id: UUID | None
    since: datetime | None
    until: datetime | None

    @classmethod
    def from_query(
        cls,
        types: Annotated[
            list[TypeName] | None, Query(alias="type", description="`alert.closed`, or `alert.*`. Repeatable.")
        ] = None,
        kind: Annotated[
            Kind | None, Query(description="`activity`: what alerts, escalations, messages did; `audit`: the rest.")
        ] = None,
        actor_type: Annotated[ActorType | None, Query()] = None,
        actor_id: Annotated[UUID | None, Query(description="Who did it.")] = None,
        subject_type: Annotated[str | None, Query(max_length=40, description="`alert`, `policy`, ...")] = None,
        subject_id: Annotated[UUID | None, Query(description="What it is about.")] = None,
        since: Annotated[AwareDatetime | None, Query(description="From this instant on.")] = None,
        until: Annotated[AwareDatetime | None, Query(description="Before this instant.")] = None,
    ) -> Self:
        return cls(tuple(types or ()), kind, actor_type, actor_id, subject_type, subject_id, since, until)

    def of(self, query: Select[EventRow]) -> Select[EventRow]:
        row = EventRow
        family = func.split_part(row.type, ".", 1)
        if self.types:
            families = [name.removesuffix(".*") for name in self.types if name.endswith(".*")]
            query = query.where(or_(row.type.in_(self.types), family.in_(families)))
        if self.kind:
            query = query.where(AUDIT if self.kind == "audit" else _ACTIVITY)
        exact = {
            row.actor_type: self.actor_type,
            row.actor_id: self.actor_id,
            row.subject_type: self.subject_type,
            row.subject_id: self.subject_id,
        }
        query = query.where(*(column == value for column, value in exact.items() if value is not None))
        if self.since:
            query = query.where(row.at >= self.since)
        return query.where(row.at < self.until) if self.until else query


Filtered = Annotated[Filter, Depends(Filter.from_query)]


@dataclass(frozen=True)
class Standing:
    """How far the stream has come, and up to which number some of it is no longer kept."""

    last: int
    forgotten: int


async def standing(tx: Transaction) -> Standing:
    query = select(CounterRow.name, CounterRow.value).where(CounterRow.name.in_(("events", *FORGOTTEN)))
    counted = {row.name: row.value for row in await tx.execute(query)}
    return Standing(counted.pop("events", 0), max(counted.values(), default=0))
