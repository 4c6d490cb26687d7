"""The verbs of paging into an incident: call somebody, say that one is coming, call it off.

Each page is followed by an escalation of its own, whose subject it is. Locks are taken in one order: the incident, then
its page, then the escalation.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Invalid, NotFound
from pulsar.base.ids import new_id
from pulsar.escalation import actions as escalation
from pulsar.escalation import paging, policies
from pulsar.escalation.paging import Way
from pulsar.escalation.rules import Target
from pulsar.incidents import actions, responders
from pulsar.incidents.events import Paged
from pulsar.incidents.model import Incident, Responder
from pulsar.incidents.page_model import IncidentPage
from pulsar.incidents.rules import IncidentStatus
from pulsar.notify.rules import Subject
from pulsar.orgs.actions import membership_of
from pulsar.people.access import NeedsPerson
from pulsar.people.model import Team
from pulsar.people.names import user_names


class PageStateConflict(Conflict):
    """Nobody is being called by this page any more."""


class IncidentOver(Conflict):
    """This incident is resolved, so nobody is called into it. Reopen it first."""


@dataclass(frozen=True)
class Wanted:
    """A user; a team, by its own policy if it has one; or a policy, with the team to which it falls."""

    user_id: UUID | None
    team_id: UUID | None
    policy_id: UUID | None
    message: str


@dataclass(frozen=True)
class _Called:
    type: Literal["user", "team", "policy"]
    id: UUID
    name: str
    way: Way


async def page(tx: Transaction, incident: Incident, wanted: Wanted) -> IncidentPage:
    if incident.status == IncidentStatus.RESOLVED:
        raise IncidentOver
    called = await _called(tx, wanted)
    made = IncidentPage(
        id=new_id(),
        incident_id=incident.id,
        target_type=called.type,
        target_id=called.id,
        target_name=called.name,
        message=wanted.message,
        paged_by_user_id=tx.actor.person,
    )
    tx.add(made)
    await tx.flush()
    tx.record(Paged(incident.id, str(made.id), called.type, str(called.id), called.name, wanted.message))
    if called.type == "user":
        await responders.expect(tx, incident, called.id)
    await paging.page(tx, _subject(incident, made), called.way, f"{tx.actor.name} calls {called.name}")
    return made


def _subject(incident: Incident, made: IncidentPage) -> Subject:
    wanted = f"You are wanted in this incident. Its severity is {incident.severity}, its status {incident.status}."
    return Subject(
        id=made.id,
        number=incident.number,
        priority=incident.priority,
        title=incident.title,
        body="\n\n".join(part for part in (wanted, made.message, incident.description[:1500]) if part),
        path=f"/incidents/{incident.id}",
        incident_id=incident.id,
    )


async def _called(tx: Transaction, wanted: Wanted) -> _Called:
    if bool(wanted.user_id) == bool(wanted.team_id or wanted.policy_id):
        raise Invalid("Page a user, or else a team, a policy or both.", field="user_id")
    if wanted.user_id:
        if not await membership_of(tx, wanted.user_id):
            raise Invalid("There is no such user in this organization.", field="user_id")
        name = (await user_names(tx, [wanted.user_id]))[wanted.user_id]
        return _Called("user", wanted.user_id, name, paging.to(Target("user", wanted.user_id)))
    team = await tx.get(Team, (tx.org, wanted.team_id)) if wanted.team_id else None
    if wanted.team_id and not team:
        raise Invalid("There is no such team in this organization.", field="team_id")
    policy_id = wanted.policy_id or (team.escalation_policy_id if team else None)
    if not policy_id:
        assert team
        return _Called("team", team.id, team.name, paging.to(Target("team", team.id)))
    try:
        policy = await policies.get(tx, policy_id)
    except NotFound as missing:
        raise Invalid(missing.detail, field="policy_id") from None
    way = paging.along(policy, team.id if team else None)
    if team:
        return _Called("team", team.id, team.name, way)
    return _Called("policy", policy.id, policy.name, way)


async def of(tx: Transaction, incident_id: UUID, page_id: UUID) -> IncidentPage:
    found = await tx.get(IncidentPage, (tx.org, page_id))
    if not found or found.incident_id != incident_id:
        raise NotFound("There is no page with this id in this incident.")
    return found


async def come(tx: Transaction, page_id: UUID) -> IncidentPage:
    """Whoever acts is coming; of a room nobody knows who it is. The first answer ends the page."""
    found = await tx.get(IncidentPage, (tx.org, page_id))
    if not found:
        raise NotFound("There is no page with this id here.")
    incident = await actions.locked(tx, found.incident_id)
    found = await tx.get_one(IncidentPage, (tx.org, page_id), with_for_update=True, populate_existing=True)
    if not await waits(tx, found):
        raise PageStateConflict
    await _answered(tx, incident, found)
    if who := tx.actor.person:
        await responders.join(tx, incident, who)
    else:
        responders.acknowledged(incident, clock.now())
    return found


async def waits(tx: Transaction, found: IncidentPage) -> bool:
    """For an answer. One that has gone through its whole ladder can still be answered."""
    if found.acknowledged_at:
        return False
    return (await paging.states(tx, [found.id])).get(found.id) in {"running", "completed"}


async def _answered(tx: Transaction, incident: Incident, found: IncidentPage) -> None:
    found.acknowledged_at, found.acknowledged_by_user_id = clock.now(), tx.actor.person
    await tx.flush()
    await escalation.stop(tx, found.id, f"{tx.actor.name} is coming")


async def join(tx: Transaction, incident: Incident) -> Responder:
    """Whoever acts is on it, without having been called or after it; pages of them alone are thereby answered."""
    who = tx.actor.person
    if not who:
        raise NeedsPerson
    for found in await _open(tx, incident):
        if found.target_type == "user" and found.target_id == who:
            await _answered(tx, incident, found)
    return await responders.join(tx, incident, who)


async def call_off(tx: Transaction, found: IncidentPage) -> None:
    if not await waits(tx, found):
        raise PageStateConflict
    await escalation.stop(tx, found.id, f"{tx.actor.name} called it off")


async def call_off_all(tx: Transaction, incident: Incident, reason: str) -> None:
    for found in await _open(tx, incident):
        await escalation.stop(tx, found.id, reason)


async def call_off_for(tx: Transaction, incident: Incident, user_id: UUID, reason: str) -> None:
    """Of the pages of this person alone."""
    for found in await _open(tx, incident):
        if found.target_type == "user" and found.target_id == user_id:
            await escalation.stop(tx, found.id, reason)


async def _open(tx: Transaction, incident: Incident) -> list[IncidentPage]:
    query = (
        select(IncidentPage)
        .where(IncidentPage.incident_id == incident.id, IncidentPage.acknowledged_at.is_(None))
        .order_by(IncidentPage.id)
    )
    pages = (await tx.scalars(query.with_for_update())).all()
    running = await paging.states(tx, [found.id for found in pages])
    return [found for found in pages if running.get(found.id) != "stopped"]
