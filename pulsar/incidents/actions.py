"""The verbs of an incident's life: create, change, delete. Each locks its row and writes down what happened."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Invalid, NotFound
from pulsar.base.events import CounterRow, changes
from pulsar.incidents import fields
from pulsar.incidents.events import IncidentCreated, IncidentDeleted, IncidentUpdated
from pulsar.incidents.model import Incident
from pulsar.incidents.rules import Milestones, told_apart
from pulsar.people.model import Team
from pulsar.people.names import team_names


class AlreadyMerged(Conflict):
    """This incident was merged into another one: work goes on there."""


async def get(tx: Transaction, incident_id: UUID) -> Incident:
    incident = await tx.get(Incident, (tx.org, incident_id))
    if not incident:
        raise NotFound("There is no incident with this id here.")
    return incident


async def existing(tx: Transaction, incident_id: UUID) -> Incident:
    """Locked, and perhaps a duplicate that was merged."""
    incident = await tx.get(Incident, (tx.org, incident_id), with_for_update=True)
    if not incident:
        raise NotFound("There is no incident with this id here.")
    return incident


async def locked(tx: Transaction, incident_id: UUID) -> Incident:
    """To be worked on. Raises AlreadyMerged, with the one into which it was merged, where that is."""
    incident = await existing(tx, incident_id)
    if incident.merged_into_id:
        raise AlreadyMerged(merged_into_id=str(incident.merged_into_id))
    return incident


async def create(tx: Transaction, values: dict[str, Any]) -> Incident:
    now = clock.now()
    await _check(tx, values, now)
    values = values | {"fields": await fields.merged(tx, {}, values.get("fields") or {})}
    incident = Incident(**values, number=await _next_number(tx), created_by_user_id=tx.actor.person)
    begun = values.get("started_at") or now
    incident.milestones = Milestones(begun).at_status(incident.status, now)
    tx.add(incident)
    await tx.flush()
    tx.record(
        IncidentCreated(
            incident.id,
            number=incident.number,
            title=incident.title,
            severity=incident.severity,
            status=incident.status,
            priority=incident.priority,
        )
    )
    return incident


async def _next_number(tx: Transaction) -> int:
    """The row stays locked until the commit, so that no number is left out."""
    statement = insert(CounterRow).values(name="incidents", value=1)
    counted = statement.on_conflict_do_update(
        index_elements=[CounterRow.org_id, CounterRow.name], set_={"value": CounterRow.value + 1}
    )
    number: int | None = await tx.scalar(counted.returning(CounterRow.value))
    assert number
    return number


async def _check(tx: Transaction, values: dict[str, Any], now: datetime) -> None:
    if (team_id := values.get("team_id")) and not await tx.get(Team, (tx.org, team_id)):
        raise Invalid("There is no such team in this organization.", field="team_id")
    if (started_at := values.get("started_at")) and started_at > now:
        raise Invalid("An incident cannot have begun in the future.", field="started_at")


async def update(tx: Transaction, incident: Incident, values: dict[str, Any]) -> None:
    """A person's edit. What follows from it on the timeline, the events say by themselves."""
    now = clock.now()
    await _check(tx, values, now)
    if "fields" in values:
        values = values | {"fields": await fields.merged(tx, incident.fields, values["fields"])}
    before = {name: getattr(incident, name) for name in values}
    lines = told_apart(before, values)
    if not lines:
        return
    for name, value in values.items():
        setattr(incident, name, value)
    incident.milestones = incident.milestones.at_status(incident.status, now)
    incident.version += 1
    names = await team_names(tx, (before.get("team_id"), values.get("team_id")))
    own = await fields.names(tx) if "fields" in values else {}
    for kind, which in lines:
        edit = changes(_told(before, which, names, own), _told(values, which, names, own))
        tx.record(IncidentUpdated(incident.id, kind, edit))
    await tx.flush()


def _told(values: dict[str, Any], which: list[str], names: dict[UUID, str], own: dict[str, str]) -> dict[str, Any]:
    """As the stream has it: a team and the organization's own fields by name, because they may be gone when somebody
    reads it."""
    told = {name: values[name] for name in which}
    if "team_id" in told:
        told["team"] = names.get(told["team_id"]) if told["team_id"] else None
    if "fields" in told:
        told["fields"] = {own.get(field_id, ""): text for field_id, text in told["fields"].items()}
    return told


async def remove(tx: Transaction, incident: Incident) -> None:
    """Its events stay: they are the record of what happened."""
    tx.record(IncidentDeleted(incident.id, number=incident.number, title=incident.title))
    await tx.execute(delete(Incident).where(Incident.id == incident.id))


async def known(tx: Transaction, incident_id: UUID) -> None:
    """Raises NotFound where there is none."""
    if not await tx.scalar(select(Incident.number).where(Incident.id == incident_id)):
        raise NotFound("There is no incident with this id here.")
