"""Routes of coming in: register, and sign in."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import EmailStr, StringConstraints

from pulsar.base.http import Body, PulsarNode
from pulsar.people.signed_in import Name, Password, SessionKind, SessionView, Username, answer, client_of
from pulsar.signin import password, registration
from pulsar.signin.registration import Applicant

router = APIRouter(tags=["Accounts"])


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


@router.post("/auth/register", status_code=201)
async def register(body: Registration, request: Request, response: Response, pulsar: PulsarNode) -> SessionView:
    who = Applicant(body.email, body.username, body.full_name, body.organization_name)
    is_open = pulsar.settings.registration == "open"
    session = await registration.register(pulsar.db, who, body.password, client_of(request), is_open=is_open)
    return answer(request, response, session, body.session)


@router.post("/auth/login")
async def login(body: Login, request: Request, response: Response, pulsar: PulsarNode) -> SessionView:
    """Answers 401 `second_factor_needed`, with a `challenge` and the `methods`, where the account has a second factor:
    send that to /auth/second-factor."""
    session = await password.sign_in(
        pulsar.db, body.email.strip(), body.password, body.organization_id, client_of(request)
    )
    return answer(request, response, session, body.session)
