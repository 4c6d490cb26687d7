"""The verbs of teams and their members."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Invalid, NameTaken, NotFound, Problem
from pulsar.base.events import edited
from pulsar.orgs.actions import membership_of
from pulsar.people.events import (
    TeamCreated,
    TeamDeleted,
    TeamMemberAdded,
    TeamMemberChanged,
    TeamMemberRemoved,
    TeamUpdated,
)
from pulsar.people.model import Team, TeamMember


class TeamInUse(Conflict):
    """An escalation policy, an integration or an alert still names this team."""


class AlreadyInTeam(Conflict):
    """This user is in the team already."""


async def get(tx: Transaction, team_id: UUID, *, to_change: bool = False) -> Team:
    team = await tx.get(Team, (tx.org, team_id), with_for_update=True if to_change else None)
    if not team:
        raise NotFound("There is no team with this id here.")
    return team


async def create(tx: Transaction, values: dict[str, Any]) -> Team:
    team = Team(**values)
    tx.add(team)
    await _flush(tx)
    tx.record(TeamCreated(team.id, name=team.name))
    return team


async def change(tx: Transaction, team: Team, values: dict[str, Any]) -> None:
    for field, value in values.items():
        setattr(team, field, value)
    team.version += 1
    changes = edited(team)
    await _flush(tx)
    tx.record(TeamUpdated(team.id, name=team.name, changes=changes))


async def _flush(tx: Transaction) -> None:
    async with tx.or_raise(_explained):
        await tx.flush()


def _explained(violated: str) -> Problem:
    if "escalation_policy_id" in violated or "escalation_policies" in violated:
        return Invalid("There is no such escalation policy here.", field="escalation_policy_id")
    return NameTaken("There is another team with this name.", field="name")


async def remove(tx: Transaction, team: Team) -> None:
    async with tx.or_raise(TeamInUse()):
        await tx.delete(team)
    tx.record(TeamDeleted(team.id, name=team.name))


async def member(tx: Transaction, team_id: UUID, user_id: UUID) -> TeamMember:
    found: TeamMember | None = await tx.scalar(
        select(TeamMember).where(TeamMember.team_id == team_id, TeamMember.user_id == user_id).with_for_update()
    )
    if not found:
        raise NotFound("This user is not in this team.")
    return found


async def add_member(tx: Transaction, team: Team, user_id: UUID, role: str) -> TeamMember:
    if not await membership_of(tx, user_id):
        raise Invalid("There is no such user in this organization.", field="user_id")
    added = TeamMember(team_id=team.id, user_id=user_id, role=role)
    async with tx.or_raise(AlreadyInTeam()):
        tx.add(added)
    tx.record(TeamMemberAdded(team.id, user_id=str(user_id), role=role))
    return added


async def change_role(tx: Transaction, found: TeamMember, role: str) -> None:
    found.role = role
    tx.record(TeamMemberChanged(found.team_id, user_id=str(found.user_id), changes=edited(found)))


async def remove_member(tx: Transaction, found: TeamMember) -> None:
    await tx.delete(found)
    tx.record(TeamMemberRemoved(found.team_id, user_id=str(found.user_id)))
