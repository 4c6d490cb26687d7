"""Routes of the second step of a sign-in, and of the one that needs no first: by passkey alone."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from pulsar.base.http import Body, PulsarNode
from pulsar.people.signed_in import SessionKind, SessionView, address_of, answer, client_of
from pulsar.signin import second_step
from pulsar.signin.shown import Credential, Factored, OptionsView, OurSite, Token

router = APIRouter(tags=["Accounts"])


class SecondFactor(Factored):
    challenge: Token
    session: SessionKind = "token"


class Challenged(Body):
    challenge: Token


class PasskeyLogin(Body):
    challenge: Token
    credential: Credential
    organization_id: UUID | None = None
    session: SessionKind = "token"


@router.post("/auth/second-factor")
async def give_second_factor(
    body: SecondFactor, request: Request, response: Response, pulsar: PulsarNode, site: OurSite
) -> SessionView:
    """With the `challenge` of a login that was answered `second_factor_needed`, and one of `code`, `recovery_code` and
    `credential`. Five minutes, and ten tries for an account in fifteen."""
    session = await second_step.finish(pulsar.db, body.challenge, body.shown, site, client_of(request))
    return answer(request, response, session, body.session)


@router.post("/auth/second-factor/passkey")
async def ask_for_second_factor(body: Challenged, pulsar: PulsarNode, site: OurSite) -> OptionsView:
    options = await second_step.ask_passkey(pulsar.db, body.challenge, site)
    return OptionsView(challenge=body.challenge, public_key=options)


@router.post("/auth/passkey/options")
async def ask_for_passkey(request: Request, pulsar: PulsarNode, site: OurSite) -> OptionsView:
    challenge, options = await second_step.ask_anybody(pulsar.db, site, address_of(request))
    return OptionsView(challenge=challenge, public_key=options)


@router.post("/auth/passkey")
async def login_by_passkey(
    body: PasskeyLogin, request: Request, response: Response, pulsar: PulsarNode, site: OurSite
) -> SessionView:
    """Without a password: the passkey has seen a finger, a face or a PIN. No second factor is asked for."""
    session = await second_step.by_passkey(
        pulsar.db, body.challenge, body.credential, body.organization_id, site, client_of(request)
    )
    return answer(request, response, session, body.session)
