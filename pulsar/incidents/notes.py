"""The verbs of notes: write one, mend one's own, take one back."""

from uuid import UUID

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Forbidden, NotFound
from pulsar.incidents.events import TimelineAdded
from pulsar.incidents.model import Incident, Note
from pulsar.orgs.actions import is_admin


class NotYourNote(Forbidden):
    """Only who wrote a note may change its words; an admin may delete it too."""


async def of(tx: Transaction, incident_id: UUID, note_id: UUID, *, to_change: bool = False) -> Note:
    found = await tx.get(Note, (tx.org, note_id), with_for_update=True if to_change else None)
    if not found or found.incident_id != incident_id:
        raise NotFound("There is no note with this id in this incident.")
    return found


async def add(tx: Transaction, incident: Incident, text: str) -> Note:
    assert tx.actor.id
    note = Note(incident_id=incident.id, author_id=tx.actor.id, author_name=tx.actor.name, text=text)
    tx.add(note)
    await tx.flush()
    tx.record(TimelineAdded(incident.id, "note_added", str(note.id)))
    return note


async def edit(tx: Transaction, note: Note, text: str) -> None:
    if note.author_id != tx.actor.id:
        raise NotYourNote
    if text != note.text:
        note.text, note.edited_at = text, clock.now()
        note.version += 1
        tx.record(TimelineAdded(note.incident_id, "note_edited", str(note.id)))
        await tx.flush()


async def remove(tx: Transaction, note: Note) -> None:
    """Its line stays on the timeline, without words."""
    if note.author_id != tx.actor.id and not (tx.actor.id and await is_admin(tx, tx.actor.id)):
        raise NotYourNote
    tx.record(TimelineAdded(note.incident_id, "note_deleted", str(note.id)))
    await tx.delete(note)
    await tx.flush()
