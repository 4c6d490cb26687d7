"""How does somebody come in? Out to the provider with a challenge, a state and a nonce, and back with a code.

What belongs together is kept in a sealed cookie of the browser that began: no other browser can end it (login CSRF),
and no table holds what ten minutes later is waste. Each organization has a redirect address of its own, so that what
one provider answers is never taken for another's (RFC 9700, 4.4.2).
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from sqlalchemy import text

from pulsar.base import clock, crypto
from pulsar.base.crypto import Keys, SecretUnreadable
from pulsar.base.db import Database
from pulsar.base.errors import Forbidden, NotFound
from pulsar.base.http import API
from pulsar.people.sessions import SSO, Session
from pulsar.people.sessions import Client as Browser
from pulsar.signin import places
from pulsar.sso import arrivals, id_token, provider, rules
from pulsar.sso.actions import client_of, connection_of
from pulsar.sso.model import Connection
from pulsar.sso.provider import Client, Provider, ProviderTrouble

LIFETIME = timedelta(minutes=10)
SCOPE = "openid email profile"


class NoSingleSignOn(NotFound):
    """No single sign-on is set up for this organization or address."""


class FlowLost(Forbidden):
    """This sign-in was not begun in this browser, or too long ago. Begin again."""


class ProviderRefused(Forbidden):
    """The provider did not let you in."""


class ProviderBroken(Forbidden):
    """The provider's answer is not one that can be trusted. Whoever set it up finds the reason by its test."""


@dataclass(frozen=True)
class Flow:
    """A sign-in under way."""

    org: str
    issuer: str
    state: str
    nonce: str
    verifier: str
    next: str
    until: float

    def sealed(self, keys: Keys) -> str:
        return urlsafe_b64encode(keys.seal(asdict(self))).decode()


def opened(keys: Keys, cookie: str, org: UUID, state: str) -> Flow:
    """Raises FlowLost."""
    try:
        flow = Flow(**keys.unseal(urlsafe_b64decode(cookie.encode())))
    except (SecretUnreadable, ValueError, TypeError):
        raise FlowLost from None
    same = hmac.compare_digest(flow.state.encode(), state.encode()) and flow.org == str(org)
    if not same or flow.until <= clock.now().timestamp():
        raise FlowLost
    return flow


def redirect_uri(base_url: str, org: UUID) -> str:
    return f"{base_url}{API}/auth/sso/{org}/callback"


async def organization_at(db: Database, slug: str) -> UUID:
    """Of a slug with single sign-on. What has none is answered as what there is not."""
    return await _found(db, "SELECT sso_by_slug(:named)", slug.strip().lower())


async def organization_of(db: Database, email: str) -> UUID:
    """By an address's domain, if it was proven to be of one organization and of no other."""
    return await _found(db, "SELECT sso_by_domain(:named)", rules.domain_of(email.strip()))


async def _found(db: Database, query: str, named: str) -> UUID:
    async with db.without_org() as tx:
        rows = (await tx.scalars(text(query), {"named": named})).all()
    if len(rows) != 1:
        raise NoSingleSignOn
    found: UUID = rows[0]
    return found


async def start(db: Database, org: UUID, base_url: str, then: str) -> tuple[str, Flow]:
    """Where the browser is to go, and what it has to bring back."""
    async with db.in_org(org) as tx:
        connection = _enabled(await connection_of(tx))
        issuer, client_id = connection.issuer, connection.client_id
    try:
        at = await provider.discover(issuer)
    except ProviderTrouble as trouble:
        raise ProviderBroken(str(trouble)) from trouble
    token = crypto.random_token
    flow = Flow(str(org), issuer, token(), token(), token(), then, (clock.now() + LIFETIME).timestamp())
    return authorization_url(at, client_id, redirect_uri(base_url, org), flow), flow


def authorization_url(at: Provider, client_id: str, back_to: str, flow: Flow, **more: str) -> str:
    challenge = create_s256_code_challenge(flow.verifier)
    url: str = prepare_grant_uri(
        at.authorization_endpoint,
        client_id,
        "code",
        redirect_uri=back_to,
        scope=SCOPE,
        state=flow.state,
        nonce=flow.nonce,
        code_challenge=challenge,
        code_challenge_method="S256",
        **more,
    )
    return url


def _enabled(connection: Connection | None) -> Connection:
    if not connection or not connection.enabled:
        raise NoSingleSignOn
    return connection


async def finish(db: Database, flow: Flow, code: str, said_issuer: str, base_url: str, browser: Browser) -> Session:
    """The session of whom the provider vouches for, in the flow's organization. Raises ProviderBroken, NotLetIn."""
    org = UUID(flow.org)
    async with db.in_org(org) as tx:
        connection = _enabled(await connection_of(tx))
        client = client_of(tx, connection)
        role_claim, role_map = connection.role_claim, connection.role_map
        if connection.issuer != flow.issuer:
            raise FlowLost
    try:
        claims = await _claims(flow, client, code, said_issuer, redirect_uri(base_url, org))
    except ProviderTrouble as trouble:
        raise ProviderBroken(str(trouble)) from trouble
    who = rules.comer(claims, role_claim, role_map)
    async with db.in_org(org) as tx:
        connection = _enabled(await connection_of(tx))
        if connection.issuer != flow.issuer:
            raise FlowLost
        user = await arrivals.arrive(tx, connection, who)
        return await places.begin(tx, user, org, SSO, browser)


async def _claims(flow: Flow, client: Client, code: str, said_issuer: str, back_to: str) -> dict[str, Any]:
    """Of the ID token, and what only the provider's own answer says of the same person."""
    at = await provider.discover(flow.issuer)
    if (said_issuer or at.names_itself) and said_issuer != flow.issuer:
        raise ProviderTrouble(f"The answer comes from {said_issuer[:200]!r}, not from {flow.issuer!r}.")
    tokens = await provider.exchange(at, client, code, flow.verifier, back_to)
    access_token = tokens.get("access_token")
    claims = id_token.claims_of(
        tokens["id_token"],
        await provider.keys_of(at),
        issuer=flow.issuer,
        client_id=client.id,
        nonce=flow.nonce,
        access_token=access_token if isinstance(access_token, str) else "",
        now=clock.now(),
    )
    if "email" in claims or not at.userinfo_endpoint or not isinstance(access_token, str):
        return claims
    more = await provider.person(at, access_token)
    if more.get("sub") != claims["sub"]:
        raise ProviderTrouble("The claims about the person are about somebody else.")
    return more | claims
