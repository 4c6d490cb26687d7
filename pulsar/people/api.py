"""Routes of sessions: refresh, logout, who am I, which organization."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field
from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Forbidden
from pulsar.base.http import Body, PulsarNode, View
from pulsar.base.ids import new_id
from pulsar.orgs import actions as orgs
from pulsar.orgs.model import Organization
from pulsar.orgs.roles import Role
from pulsar.people import sessions
from pulsar.people.access import AccountHolder, AsEnrolling, Caller, entered
from pulsar.people.model import Team, TeamMember, User
from pulsar.people.operators import operates
from pulsar.people.signed_in import (
    COOKIE,
    COOKIE_PATH,
    Name,
    OrganizationView,
    SessionKind,
    SessionView,
    TeamRole,
    UserView,
    answer,
    client_of,
)

router = APIRouter(tags=["Accounts"])

# A page of another site can make a browser send the cookie, but not this header without our consent.
CONSOLE_HEADER = "x-pulsar-console"


class Refresh(Body):
    refresh_token: str | None = Field(None, max_length=200)


class Switch(Refresh):
    organization_id: UUID


class MyTeam(View):
    id: UUID
    name: str
    role: TeamRole


class MeView(View):
    """`verify_email`: a link can be mailed that verifies your address, and that has yet to be done. `teams`: yours in
    this organization; `within_teams`: you change only what belongs to them, or to none."""

    user: UserView
    verify_email: bool
    organization: OrganizationView
    organizations: list[OrganizationView]
    teams: list[MyTeam]
    within_teams: bool
    operator: bool
    """Of this installation: may look at `/system`."""
    registration_left_open: bool
    """Told to operators alone: anybody can register here, and nobody has set that it should be so."""


class NewOrganization(Body):
    name: Name


def _presented(request: Request, body: Refresh) -> tuple[str, SessionKind]:
    """The refresh token from the body, or else from the console's cookie."""
    if body.refresh_token:
        return body.refresh_token, "token"
    token = request.cookies.get(COOKIE)
    if not token:
        raise sessions.SessionEnded
    if CONSOLE_HEADER not in request.headers:
        raise Forbidden("A session by cookie needs the header X-Pulsar-Console.")
    return token, "cookie"


def _arrived_at(request: Request) -> datetime:
    return request.scope.get("arrived_at") or clock.now()


@router.post("/auth/refresh")
async def refresh(body: Refresh, request: Request, response: Response, pulsar: PulsarNode) -> SessionView:
    token, kind = _presented(request, body)
    session = await sessions.refresh(pulsar.db, token, _arrived_at(request), client_of(request))
    return answer(request, response, session, kind)


@router.post("/auth/switch")
async def switch(body: Switch, request: Request, response: Response, pulsar: PulsarNode) -> SessionView:
    """The session goes on in another organization of the user's."""
    token, kind = _presented(request, body)
    arrived_at, client = _arrived_at(request), client_of(request)
    session = await sessions.refresh(pulsar.db, token, arrived_at, client, body.organization_id)
    return answer(request, response, session, kind)


@router.post("/auth/logout", status_code=204)
async def logout(body: Refresh, request: Request, response: Response, pulsar: PulsarNode) -> None:
    token, _ = _presented(request, body)
    async with pulsar.db.without_org() as tx:
        await sessions.logout(tx, token)
    response.delete_cookie(COOKIE, path=COOKIE_PATH)


@router.get("/auth/me")
async def me(caller: Caller, tx: AsEnrolling, pulsar: PulsarNode) -> MeView:
    user = await tx.get_one(User, caller.user_id)
    organizations = await sessions.organizations_of(tx, caller.user_id)
    bound = await sessions.is_bound(tx, caller.session_id)
    views = [OrganizationView.model_validate(o) for o in organizations if not bound or o.id == caller.org_id]
    here = next(view for view in views if view.id == caller.org_id)
    operator = await operates(tx, user)
    return MeView(
        user=UserView.model_validate(user),
        verify_email=bool(pulsar.settings.mail_url) and not user.email_verified_at,
        organization=here,
        organizations=views,
        teams=await _teams(tx, caller.user_id),
        within_teams=here.role is Role.MEMBER and (await tx.get_one(Organization, tx.org)).members_within_teams,
        operator=operator,
        registration_left_open=operator and pulsar.settings.registration_left_open,
    )


async def _teams(tx: Transaction, user_id: UUID) -> list[MyTeam]:
    query = select(Team.id, Team.name, TeamMember.role).join(TeamMember, TeamMember.team_id == Team.id)
    rows = await tx.execute(query.where(TeamMember.user_id == user_id).order_by(Team.name))
    return [MyTeam.model_validate(row) for row in rows]


@router.post("/organizations", status_code=201)
async def create_organization(body: NewOrganization, caller: AccountHolder, pulsar: PulsarNode) -> OrganizationView:
    """Founded by any member of any organization, who is its owner then."""
    async with entered(pulsar, caller, Role.VIEWER) as here:
        actor = here.actor
    async with pulsar.db.in_org(new_id(), actor) as tx:
        organization = await orgs.found(tx, body.name, caller.user_id)
        return OrganizationView(
            id=organization.id,
            name=organization.name,
            slug=organization.slug,
            role=Role.OWNER,
            created_at=organization.created_at,
        )
