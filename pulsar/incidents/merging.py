"""What becomes of a duplicate? All that was done in it moves over, and it says where work goes on."""

from uuid import UUID

from sqlalchemy import delete, select, update

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid, NotFound
from pulsar.incidents import actions, linking, paging
from pulsar.incidents.events import DuplicateMerged, IncidentMerged, ResponderAdded, TimelineAdded
from pulsar.incidents.model import Incident, LinkedAlert, Note, Responder
from pulsar.incidents.rules import IncidentStatus
from pulsar.incidents.update_model import Subscriber
from pulsar.incidents.work_model import Link, Task
from pulsar.people.names import user_names


async def merge(tx: Transaction, duplicate_id: UUID, into_id: UUID) -> Incident:
    """Into that one, which is returned."""
    await actions.known(tx, duplicate_id)
    if duplicate_id == into_id:
        raise Invalid("An incident cannot be merged into itself.", field="into_id")
    # In one order, so that two who merge two into each other at once do not wait in a circle.
    first, second = sorted((duplicate_id, into_id))
    found = {one.id: one for one in [await _locked(tx, first, into_id), await _locked(tx, second, into_id)]}
    duplicate, survivor = found[duplicate_id], found[into_id]
    await _move_alerts(tx, duplicate, survivor)
    await _move_responders(tx, duplicate, survivor)
    notes = await _move_notes(tx, duplicate, survivor)
    tasks = await _move(tx, Task, duplicate, survivor)
    await _move(tx, Link, duplicate, survivor)
    await _move_subscribers(tx, duplicate, survivor)
    await paging.call_off_all(tx, duplicate, f"it was merged into incident #{survivor.number}")
    survivor.milestones = survivor.milestones.with_those_of(duplicate.milestones)
    await _end(tx, duplicate, survivor)
    tx.record(DuplicateMerged(survivor.id, str(duplicate.id), duplicate.number, duplicate.title, notes, tasks))
    await tx.flush()
    return survivor


async def _locked(tx: Transaction, incident_id: UUID, into_id: UUID) -> Incident:
    try:
        return await actions.locked(tx, incident_id)
    except NotFound as missing:
        if incident_id != into_id:
            raise
        raise Invalid(missing.detail, field="into_id") from None


async def _end(tx: Transaction, duplicate: Incident, survivor: Incident) -> None:
    """It is over, and so is what was merged into it before."""
    earlier = update(Incident).where(Incident.merged_into_id == duplicate.id).values(merged_into_id=survivor.id)
    await tx.execute(earlier.execution_options(synchronize_session=False))
    duplicate.status = IncidentStatus.RESOLVED.value
    duplicate.milestones = duplicate.milestones.at_status(duplicate.status, clock.now())
    duplicate.merged_into_id = survivor.id
    duplicate.version += 1
    survivor.version += 1
    tx.record(IncidentMerged(duplicate.id, str(survivor.id), survivor.number, survivor.title))


async def _move_alerts(tx: Transaction, duplicate: Incident, survivor: Incident) -> None:
    query = select(LinkedAlert.alert_id).where(LinkedAlert.incident_id == duplicate.id)
    await linking.link(tx, survivor, (await tx.scalars(query)).all())
    await tx.execute(delete(LinkedAlert).where(LinkedAlert.incident_id == duplicate.id))


async def _move_responders(tx: Transaction, duplicate: Incident, survivor: Incident) -> None:
    """Those who are on both stay what they are on the one that goes on."""
    found = await tx.scalars(select(Responder).where(Responder.incident_id == survivor.id))
    there = {row.user_id: row for row in found}
    rows = (await tx.scalars(select(Responder).where(Responder.incident_id == duplicate.id))).all()
    names = await user_names(tx, (row.user_id for row in rows))
    for row in rows:
        if known := there.get(row.user_id):
            # Who was only called into the one may have been on the other for long.
            known.joined_at = known.joined_at or row.joined_at
            await tx.delete(row)
            continue
        row.incident_id = survivor.id
        named = {"responder_id": str(row.id), "user_id": str(row.user_id), "user": names.get(row.user_id, "")}
        tx.record(ResponderAdded(survivor.id, **named, role=row.role))
    await tx.flush()


async def _move_notes(tx: Transaction, duplicate: Incident, survivor: Incident) -> int:
    """On the timeline of the duplicate they stay where they were written."""
    query = select(Note.id).where(Note.incident_id == duplicate.id).order_by(Note.id)
    ids = (await tx.scalars(query)).all()
    await _move(tx, Note, duplicate, survivor)
    tx.record(*(TimelineAdded(survivor.id, "note_moved", str(note_id)) for note_id in ids))
    return len(ids)


async def _move_subscribers(tx: Transaction, duplicate: Incident, survivor: Incident) -> None:
    """Nobody is told twice."""
    rows = (await tx.scalars(select(Subscriber).where(Subscriber.incident_id == survivor.id))).all()
    there = {row.user_id or (row.email or "").lower() for row in rows}
    for row in await tx.scalars(select(Subscriber).where(Subscriber.incident_id == duplicate.id)):
        if (row.user_id or (row.email or "").lower()) in there:
            await tx.delete(row)
        else:
            row.incident_id = survivor.id
    await tx.flush()


async def _move(tx: Transaction, table: type[Note | Task | Link], duplicate: Incident, survivor: Incident) -> int:
    moved = update(table).where(table.incident_id == duplicate.id).values(incident_id=survivor.id)
    rows = await tx.execute(moved.returning(table.id).execution_options(synchronize_session=False))
    return len(rows.all())
