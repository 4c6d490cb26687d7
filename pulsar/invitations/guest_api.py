"""Routes for whoever holds the link of an invitation. The secret in the body says which; there is no other right."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import StringConstraints

from pulsar.base.errors import Forbidden, Invalid
from pulsar.base.http import Body, Pulsar, PulsarNode, View
from pulsar.invitations import acceptance
from pulsar.invitations.acceptance import NewAccount, Opened
from pulsar.orgs.roles import Role
from pulsar.people import sessions, stolen
from pulsar.people.access import account_holder, entered, principal
from pulsar.people.model import User
from pulsar.people.signed_in import (
    SHORTEST_PASSWORD,
    Name,
    SessionKind,
    SessionView,
    Username,
    address_of,
    answer,
    client_of,
)

router = APIRouter(prefix="/invitations", tags=["Invitations"])

Secret = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Look(Body):
    token: Secret


class Acceptance(Look):
    """`full_name`, `username` and `password` for a new account; of an account that exists its `password`, or the
    access token of its session in the header."""

    full_name: Name | None = None
    username: Username | None = None
    password: Annotated[str, StringConstraints(max_length=1024, strip_whitespace=False)] | None = None
    session: SessionKind = "token"


class Guest(View):
    organization_id: UUID
    organization_name: str
    email: str
    role: Role
    invited_by: str
    account_exists: bool


class SignInFirst(Forbidden):
    """Your account asks for a second factor. Sign in, and then open this invitation again."""


class NotYourInvitation(Forbidden):
    """This invitation is for another address than that of the account you are signed in with."""


@router.post("/look")
async def look_at_invitation(body: Look, response: Response, pulsar: PulsarNode) -> Guest:
    """Changes nothing."""
    response.headers["Cache-Control"] = "no-store"
    opened = await acceptance.open_with(pulsar.db, body.token)
    return Guest(
        organization_id=opened.org_id,
        organization_name=opened.organization_name,
        email=opened.email,
        role=Role(opened.role),
        invited_by=opened.invited_by,
        account_exists=opened.account is not None,
    )


@router.post("/accept")
async def accept_invitation(body: Acceptance, request: Request, response: Response, pulsar: PulsarNode) -> SessionView:
    """Once. Answers a session in the organization."""
    opened = await acceptance.open_with(pulsar.db, body.token)
    guest = await _proved(body, request, pulsar, opened) if opened.account else _new_account(body)
    session = await acceptance.accept(pulsar.db, body.token, guest, client_of(request))
    return answer(request, response, session, body.session)


async def _proved(body: Acceptance, request: Request, pulsar: Pulsar, opened: Opened) -> User:
    """By the session that the guest has, or else by the password, guesses of which count as at the login."""
    assert opened.account
    if body.password is not None:
        guest = await sessions.authenticate(pulsar.db, opened.email, body.password, address_of(request))
        if guest.second_factor_at:
            raise SignInFirst
        return guest
    if "authorization" not in request.headers:
        raise Invalid("There is an account with this address: its password is needed.", field="password")
    caller = await account_holder(principal(request, pulsar), pulsar)
    async with entered(pulsar, caller, Role.VIEWER):
        if caller.user_id != opened.account.id:
            raise NotYourInvitation
    return opened.account


def _new_account(body: Acceptance) -> NewAccount:
    if not body.full_name:
        raise Invalid("A new account needs a name.", field="full_name")
    if not body.username:
        raise Invalid("A new account needs a user name.", field="username")
    if not body.password or len(body.password) < SHORTEST_PASSWORD:
        raise Invalid(f"Use {SHORTEST_PASSWORD} characters or more.", field="password")
    stolen.refuse(body.password)
    return NewAccount(body.username, body.full_name, body.password)
