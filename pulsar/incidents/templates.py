"""The verbs of templates: set one up, and declare an incident from it."""

from typing import Any
from uuid import UUID

from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid, NameTaken, NotFound
from pulsar.base.events import edited
from pulsar.escalation import policies
from pulsar.incidents import paging, tasks
from pulsar.incidents.events import NotPaged, TemplateCreated, TemplateDeleted, TemplateUpdated
from pulsar.incidents.model import Incident
from pulsar.incidents.paging import Wanted
from pulsar.incidents.rules import IncidentStatus
from pulsar.incidents.setup_model import IncidentTemplate
from pulsar.orgs.actions import membership_of
from pulsar.people.model import Team

Call = dict[str, Any]


async def get(tx: Transaction, template_id: UUID, *, to_change: bool = False) -> IncidentTemplate:
    found = await tx.get(IncidentTemplate, (tx.org, template_id), with_for_update=True if to_change else None)
    if not found:
        raise NotFound("There is no incident template with this id here.")
    return found


async def create(tx: Transaction, values: dict[str, Any]) -> IncidentTemplate:
    await _check(tx, values)
    made = IncidentTemplate(**values)
    tx.add(made)
    await _flush(tx)
    tx.record(TemplateCreated(made.id, made.name))
    return made


async def change(tx: Transaction, found: IncidentTemplate, values: dict[str, Any]) -> None:
    await _check(tx, values)
    for name, value in values.items():
        setattr(found, name, value)
    if edit := edited(found):
        found.version += 1
        await _flush(tx)
        tx.record(TemplateUpdated(found.id, found.name, edit))


async def _flush(tx: Transaction) -> None:
    async with tx.or_raise(NameTaken("There is another template with this name.", field="name")):
        await tx.flush()


async def remove(tx: Transaction, found: IncidentTemplate) -> None:
    tx.record(TemplateDeleted(found.id, found.name))
    await tx.delete(found)
    await tx.flush()


async def _check(tx: Transaction, values: dict[str, Any]) -> None:
    if (team_id := values.get("team_id")) and not await tx.get(Team, (tx.org, team_id)):
        raise Invalid("There is no such team in this organization.", field="team_id")
    for call in values.get("calls", ()):
        if not await _is_there(tx, call):
            raise Invalid(f"There is no such {call['type']} in this organization.", field="calls")


async def _is_there(tx: Transaction, call: Call) -> bool:
    target_id = UUID(call["id"])
    match call["type"]:
        case "user":
            return await membership_of(tx, target_id) is not None
        case "team":
            return await tx.get(Team, (tx.org, target_id)) is not None
    try:
        await policies.get(tx, target_id)
    except NotFound:
        return False
    return True


def prefilled(found: IncidentTemplate) -> dict[str, Any]:
    """What an incident takes over from it. A template without a title gives its name."""
    return {
        "title": found.title or found.name,
        "description": found.description,
        "severity": found.severity,
        "priority": found.priority,
        "team_id": found.team_id,
    }


async def follow(tx: Transaction, found: IncidentTemplate, incident: Incident) -> None:
    """Its tasks are added and those whom it calls are paged. An incident is declared also when some of them are gone:
    then the timeline says so."""
    for title in found.tasks:
        await tasks.add(tx, incident, {"title": title, "kind": "task"})
    if incident.status == IncidentStatus.RESOLVED:
        return
    for call in found.calls:
        if await _is_there(tx, call):
            target_id = UUID(call["id"])
            by_type = {kind: target_id if call["type"] == kind else None for kind in ("user", "team", "policy")}
            await paging.page(tx, incident, Wanted(by_type["user"], by_type["team"], by_type["policy"], ""))
        else:
            reason = f"The template {found.name} calls a {call['type']} that is not there any more."
            tx.record(NotPaged(incident.id, call["type"], call["id"], reason))
