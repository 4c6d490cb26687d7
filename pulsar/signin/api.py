"""Routes of those who are not signed in: register, sign in, a new password by mail, a verified address."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import EmailStr, StringConstraints

from pulsar.base.errors import Conflict
from pulsar.base.http import Body, PulsarNode, View
from pulsar.people import stolen
from pulsar.people.signed_in import Name, Password, SessionKind, SessionView, Username, address_of, answer, client_of
from pulsar.signin import addresses, password, registration, resets
from pulsar.signin.mail import server_of
from pulsar.signin.registration import Applicant

router = APIRouter(tags=["Accounts"])


Token = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


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


class Options(View):
    """What this installation offers to whoever is not signed in. `mail`: links go out by mail."""

    registration: bool
    mail: bool


class Forgotten(Body):
    email: Annotated[str, StringConstraints(min_length=1, max_length=320)]


class NewPassword(Body):
    token: Token
    password: Password


class Verification(Body):
    token: Token


class Verified(View):
    email: str


class NoMail(Conflict):
    """This Pulsar sends no mail of its own. Ask those who run it for a new password."""


@router.get("/auth/options")
async def get_options(pulsar: PulsarNode) -> Options:
    async with pulsar.db.without_org() as tx:
        is_open = await registration.may_register(tx, is_open=pulsar.settings.registration == "open")
    return Options(registration=is_open, mail=bool(server_of(pulsar.settings)))


@router.post("/auth/password/forgotten", status_code=202)
async def forget_password(body: Forgotten, request: Request, pulsar: PulsarNode) -> None:
    """Answers the same whether there is such an account or not."""
    if not server_of(pulsar.settings):
        raise NoMail
    await resets.ask(pulsar.db, body.email, address_of(request))


@router.post("/auth/password/reset", status_code=204)
async def reset_password(body: NewPassword, pulsar: PulsarNode) -> None:
    """With the token of the mailed link, once. All sessions of the user's end."""
    stolen.refuse(body.password)
    await resets.use(pulsar.db, body.token, body.password)


@router.post("/auth/email/verify")
async def verify_email(body: Verification, pulsar: PulsarNode) -> Verified:
    """With the token of the mailed link. Where it is for another address, that is the account's from now on."""
    return Verified(email=(await addresses.verify(pulsar.db, body.token)).email)


@router.post("/auth/register", status_code=201)
async def register(body: Registration, request: Request, response: Response, pulsar: PulsarNode) -> SessionView:
    # A person in a browser has chosen it. What a script brings, its author has; it has always been taken as it is.
    if body.session == "cookie":
        stolen.refuse(body.password)
    who = Applicant(body.email, body.username, body.full_name, body.organization_name)
    is_open = pulsar.settings.registration == "open"
    session = await registration.register(pulsar.db, who, body.password, client_of(request), is_open=is_open)
    if server_of(pulsar.settings):
        async with pulsar.db.without_org() as tx:
            addresses.ask(tx, session.user, session.user.email)
    return answer(request, response, session, body.session)


@router.post("/auth/login")
async def login(body: Login, request: Request, response: Response, pulsar: PulsarNode) -> SessionView:
    """Answers 401 `second_factor_needed`, with a `challenge` and the `methods`, where the account has a second factor:
    send that to /auth/second-factor."""
    session = await password.sign_in(
        pulsar.db, body.email.strip(), body.password, body.organization_id, client_of(request)
    )
    return answer(request, response, session, body.session)
