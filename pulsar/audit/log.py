"""How does the audit log tell an event? With names for the ids in it, as they are now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pulsar.audit.names import ids_in, names_of
from pulsar.audit.reading import ActorView, actor
from pulsar.audit.rules import Kind, kind_of
from pulsar.base.db import Transaction
from pulsar.base.events import EventRow
from pulsar.base.http import View


class AuditedSubject(View):
    type: str
    id: UUID
    name: str | None


class AuditedChange(View):
    before: Any
    after: Any


class AuditView(View):
    id: int
    type: str
    kind: Kind
    at: datetime
    actor: ActorView
    subject: AuditedSubject
    changes: dict[str, AuditedChange]
    data: dict[str, Any]
    """What else the event says."""
    names: dict[UUID, str]
    """Of ids in `changes` and `data`."""


async def told(tx: Transaction, rows: Sequence[EventRow]) -> list[AuditView]:
    inside = {row.number: set(ids_in(row.data)) for row in rows}
    names = await names_of(tx, {row.subject_id for row in rows}.union(*inside.values()))
    return [_told(row, names, inside[row.number]) for row in rows]


def _told(row: EventRow, names: dict[UUID, str], inside: set[UUID]) -> AuditView:
    data = dict(row.data)
    changes = data.pop("changes", {})
    name = names.get(row.subject_id) or data.get("name") or data.get("message") or data.get("title")
    return AuditView(
        id=row.number,
        type=row.type,
        kind=kind_of(row.type),
        at=row.at,
        actor=actor(row),
        subject=AuditedSubject(type=row.subject_type, id=row.subject_id, name=name),
        changes=changes,
        data=data,
        names={one: names[one] for one in inside if one in names},
    )
