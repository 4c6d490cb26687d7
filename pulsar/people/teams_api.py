"""Routes of teams and their members."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import StringConstraints
from sqlalchemy import func, select

from pulsar.base.db import Transaction
from pulsar.base.http import Body, Name, Page, Pages, View, check_version, page_of
from pulsar.orgs.model import Membership
from pulsar.people import teams
from pulsar.people.access import AsAdmin, AsViewer
from pulsar.people.model import Team, TeamMember, User
from pulsar.people.signed_in import TeamRole

router = APIRouter(prefix="/teams", tags=["Teams"])

Text = Annotated[str, StringConstraints(max_length=2000)]
Search = Annotated[str, Query(max_length=200, description="A part of the name.")]


class NewTeam(Body):
    name: Name
    description: Text = ""
    escalation_policy_id: UUID | None = None


class TeamChange(Body):
    name: Name = ""
    description: Text = ""
    escalation_policy_id: UUID | None = None
    version: int | None = None


class NewMember(Body):
    user_id: UUID
    role: TeamRole = "member"


class RoleChange(Body):
    role: TeamRole


class TeamMemberView(View):
    user_id: UUID
    full_name: str
    email: str
    role: TeamRole
    active: bool
    joined_at: datetime


class TeamView(View):
    id: UUID
    name: str
    description: str
    escalation_policy_id: UUID | None
    member_count: int
    version: int
    created_at: datetime
    updated_at: datetime


class TeamWithMembers(TeamView):
    members: list[TeamMemberView]


def _view(team: Team, member_count: int) -> TeamView:
    fields = {name: getattr(team, name) for name in TeamView.model_fields if name != "member_count"}
    return TeamView(**fields, member_count=member_count)


async def _members(tx: Transaction, team_id: UUID) -> list[TeamMemberView]:
    rows = await tx.execute(
        select(TeamMember, User, Membership.active)
        .join(User, User.id == TeamMember.user_id)
        .join(Membership, Membership.user_id == TeamMember.user_id)
        .where(TeamMember.team_id == team_id)
        .order_by(TeamMember.role, User.full_name)
    )
    return [_member_view(member, user, active) for member, user, active in rows]


async def _member(tx: Transaction, member: TeamMember) -> TeamMemberView:
    membership = await tx.get_one(Membership, (tx.org, member.user_id))
    return _member_view(member, await tx.get_one(User, member.user_id), membership.active)


def _member_view(member: TeamMember, user: User, active: bool) -> TeamMemberView:
    return TeamMemberView(
        user_id=user.id,
        full_name=user.full_name,
        email=user.email,
        role="lead" if member.role == "lead" else "member",
        active=active,
        joined_at=member.joined_at,
    )


async def _with_members(tx: Transaction, team: Team) -> TeamWithMembers:
    members = await _members(tx, team.id)
    return TeamWithMembers(**_view(team, len(members)).model_dump(), members=members)


@router.get("")
async def list_teams(tx: AsViewer, paging: Pages, search: Search = "") -> Page[TeamView]:
    rows = await tx.execute(select(TeamMember.team_id, func.count()).group_by(TeamMember.team_id))
    counts = dict(rows.all())

    def shape(rows: Sequence[Team]) -> list[TeamView]:
        return [_view(team, counts.get(team.id, 0)) for team in rows]

    query = select(Team).where(*(Team.name.icontains(word, autoescape=True) for word in search.split()))
    return await page_of(tx, query, Team.id, paging, shape, descending=False)


@router.post("", status_code=201)
async def create_team(body: NewTeam, tx: AsAdmin) -> TeamWithMembers:
    return await _with_members(tx, await teams.create(tx, body.model_dump()))


@router.get("/{team_id}")
async def get_team(team_id: UUID, tx: AsViewer) -> TeamWithMembers:
    return await _with_members(tx, await teams.get(tx, team_id))


@router.patch("/{team_id}")
async def update_team(team_id: UUID, body: TeamChange, tx: AsAdmin) -> TeamWithMembers:
    team = await teams.get(tx, team_id, to_change=True)
    check_version(team.version, body.version, await _with_members(tx, team))
    await teams.change(tx, team, body.sent("version"))
    return await _with_members(tx, team)


@router.delete("/{team_id}", status_code=204)
async def delete_team(team_id: UUID, tx: AsAdmin) -> None:
    await teams.remove(tx, await teams.get(tx, team_id, to_change=True))


@router.get("/{team_id}/members")
async def list_members(team_id: UUID, tx: AsViewer, paging: Pages) -> Page[TeamMemberView]:
    await teams.get(tx, team_id)
    names = {m.user_id: m for m in await _members(tx, team_id)}

    def shape(rows: Sequence[TeamMember]) -> list[TeamMemberView]:
        return [names[row.user_id] for row in rows]

    query = select(TeamMember).where(TeamMember.team_id == team_id)
    return await page_of(tx, query, TeamMember.user_id, paging, shape, descending=False)


@router.post("/{team_id}/members", status_code=201)
async def add_member(team_id: UUID, body: NewMember, tx: AsAdmin) -> TeamMemberView:
    team = await teams.get(tx, team_id)
    member = await teams.add_member(tx, team, body.user_id, body.role)
    return await _member(tx, member)


@router.patch("/{team_id}/members/{user_id}")
async def change_role(team_id: UUID, user_id: UUID, body: RoleChange, tx: AsAdmin) -> TeamMemberView:
    member = await teams.member(tx, team_id, user_id)
    await teams.change_role(tx, member, body.role)
    return await _member(tx, member)


@router.delete("/{team_id}/members/{user_id}", status_code=204)
async def remove_member(team_id: UUID, user_id: UUID, tx: AsAdmin) -> None:
    await teams.remove_member(tx, await teams.member(tx, team_id, user_id))
