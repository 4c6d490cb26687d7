"""Routes of accounts and sessions: register, login, refresh, logout, who am I, which organization."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import EmailStr, Field, StringConstraints
from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.errors import Forbidden
from pulsar.base.http import Body, Page, Pages, PulsarNode, View, page_of
from pulsar.base.ids import new_id
from pulsar.orgs import actions as orgs
from pulsar.orgs.model import Membership
from pulsar.orgs.roles import Role
from pulsar.people import sessions
from pulsar.people.access import AsViewer, Caller, entered
from pulsar.people.model import User

router = APIRouter(tags=["Accounts"])

COOKIE = "pulsar_refresh"
COOKIE_PATH = "/api/v1/auth"
# A page of another site can make a browser send the cookie, but not this header without our consent.
CONSOLE_HEADER = "x-pulsar-console"

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Username = Annotated[str, StringConstraints(min_length=2, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
# ASVS 6.2: length and nothing else; no upper end that a passphrase would meet.
Password = Annotated[str, StringConstraints(min_length=8, max_length=1024, strip_whitespace=False)]
SessionKind = Literal["token", "cookie"]


class Registration(Body):
    email: EmailStr
    username: Username
    password: Password
    full_name: Name
    organization_name: Name
    session: SessionKind = "token"


class Login(Body):
    email: Annotated[str, StringConstraints(min_length=1, max_length=320)]
    password: Annotated[str, StringConstraints(max_length=1024, strip_whitespace=False)]
    organization_id: UUID | None = None
    session: SessionKind = "token"


class Refresh(Body):
    refresh_token: str | None = Field(None, max_length=200)


class Switch(Refresh):
    organization_id: UUID


class UserView(View):
    id: UUID
    email: str
    username: str
    full_name: str
    created_at: datetime


class OrganizationView(View):
    id: UUID
    name: str
    slug: str
    role: Role
    created_at: datetime


class SessionView(View):
    access_token: str
    refresh_token: str | None
    token_type: Literal["bearer"]
    expires_in: int
    user: UserView
    organization: OrganizationView


class MeView(View):
    user: UserView
    organization: OrganizationView
    organizations: list[OrganizationView]


class MemberView(View):
    id: UUID
    email: str
    username: str
    full_name: str
    role: Role
    joined_at: datetime


class NewOrganization(Body):
    name: Name


def _answer(request: Request, response: Response, session: sessions.Session, kind: SessionKind) -> SessionView:
    response.headers["Cache-Control"] = "no-store"
    if kind == "cookie":
        response.set_cookie(
            COOKIE,
            session.refresh_token,
            max_age=int(sessions.REFRESH_LIFETIME.total_seconds()),
            path=COOKIE_PATH,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
    return SessionView(
        access_token=session.access_token,
        refresh_token=None if kind == "cookie" else session.refresh_token,
        token_type="bearer",  # noqa: S106 - a scheme, not a password
        expires_in=int(sessions.ACCESS_LIFETIME.total_seconds()),
        user=UserView.model_validate(session.user),
        organization=OrganizationView.model_validate(session.organization),
    )


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


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _arrived_at(request: Request) -> datetime:
    return request.scope.get("arrived_at") or clock.now()


@router.post("/auth/register", status_code=201)
async def register(body: Registration, request: Request, response: Response, pulsar: PulsarNode) -> SessionView:
    session = await sessions.register(
        pulsar.db, body.email, body.username, body.password, body.full_name, body.organization_name
    )
    return _answer(request, response, session, body.session)


@router.post("/auth/login")
async def login(body: Login, request: Request, response: Response, pulsar: PulsarNode) -> SessionView:
    session = await sessions.login(
        pulsar.db, body.email.strip(), body.password, body.organization_id, _address(request)
    )
    return _answer(request, response, session, body.session)


@router.post("/auth/refresh")
async def refresh(body: Refresh, request: Request, response: Response, pulsar: PulsarNode) -> SessionView:
    token, kind = _presented(request, body)
    return _answer(request, response, await sessions.refresh(pulsar.db, token, _arrived_at(request)), kind)


@router.post("/auth/switch")
async def switch(body: Switch, request: Request, response: Response, pulsar: PulsarNode) -> SessionView:
    """The session goes on in another organization of the user's."""
    token, kind = _presented(request, body)
    session = await sessions.refresh(pulsar.db, token, _arrived_at(request), body.organization_id)
    return _answer(request, response, session, kind)


@router.post("/auth/logout", status_code=204)
async def logout(body: Refresh, request: Request, response: Response, pulsar: PulsarNode) -> None:
    token, _ = _presented(request, body)
    async with pulsar.db.without_org() as tx:
        await sessions.logout(tx, token)
    response.delete_cookie(COOKIE, path=COOKIE_PATH)


@router.get("/auth/me")
async def me(caller: Caller, tx: AsViewer) -> MeView:
    user = await tx.get_one(User, caller.user_id)
    organizations = await sessions.organizations_of(tx, caller.user_id)
    views = [OrganizationView.model_validate(o) for o in organizations]
    here = next(view for view in views if view.id == caller.org_id)
    return MeView(user=UserView.model_validate(user), organization=here, organizations=views)


@router.post("/organizations", status_code=201)
async def create_organization(body: NewOrganization, caller: Caller, pulsar: PulsarNode) -> OrganizationView:
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


@router.get("/users")
async def list_users(
    tx: AsViewer, paging: Pages, search: Annotated[str, StringConstraints(max_length=200)] = ""
) -> Page[MemberView]:
    query = select(User).join(Membership, Membership.user_id == User.id).where(Membership.active)
    for word in search.split():
        query = query.where(
            User.full_name.icontains(word, autoescape=True) | User.email.icontains(word, autoescape=True)
        )
    memberships = {m.user_id: m for m in await tx.scalars(select(Membership))}

    def shape(users: Sequence[User]) -> list[MemberView]:
        return [_member_view(user, memberships[user.id]) for user in users]

    return await page_of(tx, query, User.id, paging, shape, descending=False)


def _member_view(user: User, membership: Membership) -> MemberView:
    return MemberView(
        id=user.id,
        email=user.email,
        username=user.username,
        full_name=user.full_name,
        role=membership.rank,
        joined_at=membership.joined_at,
    )
