"""What does somebody get who has come in? A session: in the body, or its refresh token as a cookie for the console."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Request, Response
from pydantic import StringConstraints

from pulsar.base.http import View
from pulsar.orgs.roles import Role
from pulsar.people import sessions

COOKIE = "pulsar_refresh"
COOKIE_PATH = "/api/v1/auth"

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Username = Annotated[str, StringConstraints(min_length=2, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
SHORTEST_PASSWORD = 8
# ASVS 6.2: length and nothing else; no upper end that a passphrase would meet.
Password = Annotated[str, StringConstraints(min_length=SHORTEST_PASSWORD, max_length=1024, strip_whitespace=False)]
LONGEST_DEVICE = 300
SessionKind = Literal["token", "cookie"]
TeamRole = Literal["lead", "member"]


class UserView(View):
    id: UUID
    email: str
    username: str
    full_name: str
    time_zone: str | None
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


def answer(request: Request, response: Response, session: sessions.Session, kind: SessionKind) -> SessionView:
    response.headers["Cache-Control"] = "no-store"
    if kind == "cookie":
        keep_cookie(request, response, session)
    return SessionView(
        access_token=session.access_token,
        refresh_token=None if kind == "cookie" else session.refresh_token,
        token_type="bearer",  # noqa: S106 - a scheme, not a password
        expires_in=int(sessions.ACCESS_LIFETIME.total_seconds()),
        user=UserView.model_validate(session.user),
        organization=OrganizationView.model_validate(session.organization),
    )


def keep_cookie(request: Request, response: Response, session: sessions.Session) -> None:
    response.set_cookie(
        COOKIE,
        session.refresh_token,
        max_age=int(sessions.REFRESH_LIFETIME.total_seconds()),
        path=COOKIE_PATH,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def client_of(request: Request) -> sessions.Client:
    return sessions.Client(address_of(request), request.headers.get("user-agent", "")[:LONGEST_DEVICE])


def address_of(request: Request) -> str:
    return request.client.host if request.client else "unknown"
