"""What happened, in order? The organization's events about the incident, each one line, with the words of its note."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from pulsar.alerts.history_api import ActorView
from pulsar.base.db import Transaction
from pulsar.base.events import EventRow
from pulsar.base.http import Named, View
from pulsar.incidents.model import Note
from pulsar.incidents.update_model import StatusUpdate
from pulsar.people.names import user_names

_PREFIX = "incident."
# That somebody was paged says its own line; over which channel it went out is for the delivery log.
_NOT_SHOWN = ("notification.sent", "notification.delivered", "notification.cancelled")

_WITH_WORDS = ("note_added", "note_moved")


class IncidentNoteView(View):
    id: UUID
    text: str
    """Markdown as it was typed: whoever shows it takes care that nothing in it is executed."""
    author: Named
    version: int
    edited_at: datetime | None
    created_at: datetime


class TimelineEntry(View):
    id: int
    """The number of the event."""
    kind: str
    type: str
    at: datetime
    actor: ActorView
    data: dict[str, Any]
    note: IncidentNoteView | None
    """Of note_added and note_moved, unless the note is gone."""
    text: str | None
    """Of update_published: what stakeholders were told."""


def query(incident_id: UUID) -> Select[EventRow]:
    return select(EventRow).where(EventRow.subject_id == incident_id, EventRow.type.not_in(_NOT_SHOWN))


def kind_of(event: EventRow) -> str:
    """Which line of the timeline an event is. Of one that can be several, its data say which."""
    said: str | None = event.data.get("kind")
    return said or event.type.removeprefix(_PREFIX)


async def entries(tx: Transaction, events: Sequence[EventRow]) -> list[TimelineEntry]:
    written = {UUID(event.data["note_id"]) for event in events if kind_of(event) in _WITH_WORDS}
    rows = (await tx.scalars(select(Note).where(Note.id.in_(written)))).all()
    told = await _told(tx, events)
    notes = {str(view.id): view for view in await note_views(tx, rows)}
    return [
        TimelineEntry(
            id=event.number,
            kind=kind_of(event),
            type=event.type,
            at=event.at,
            actor=ActorView.model_validate({"type": event.actor_type, "id": event.actor_id, "name": event.actor_name}),
            data=event.data,
            text=told.get(event.data["update_id"]) if "update_id" in event.data else None,
            note=notes.get(event.data["note_id"]) if kind_of(event) in _WITH_WORDS else None,
        )
        for event in events
    ]


async def _told(tx: Transaction, events: Sequence[EventRow]) -> dict[str, str]:
    ids = {UUID(event.data["update_id"]) for event in events if "update_id" in event.data}
    rows = await tx.execute(select(StatusUpdate.id, StatusUpdate.text).where(StatusUpdate.id.in_(ids)))
    return {str(row.id): row.text for row in rows}


async def latest(tx: Transaction, incident_id: UUID, most: int) -> list[TimelineEntry]:
    """The newest so many, oldest first."""
    newest = query(incident_id).order_by(EventRow.number.desc()).limit(most)
    return await entries(tx, list(reversed((await tx.scalars(newest)).all())))


async def note_views(tx: Transaction, rows: Sequence[Note]) -> list[IncidentNoteView]:
    names = await user_names(tx, (note.author_id for note in rows))
    return [
        IncidentNoteView(
            id=note.id,
            text=note.text,
            author=Named(id=note.author_id, name=names.get(note.author_id, note.author_name)),
            version=note.version,
            edited_at=note.edited_at,
            created_at=note.created_at,
        )
        for note in rows
    ]
