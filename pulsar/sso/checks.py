"""Would somebody come in with these settings? Everything that can be tried without a person, each with plain words."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from pulsar.base import clock, crypto
from pulsar.notify.channel import Undelivered
from pulsar.notify.sending import Answer, ask
from pulsar.sso import id_token, provider
from pulsar.sso.flow import Flow, authorization_url, redirect_uri
from pulsar.sso.provider import Client, Provider, ProviderTrouble

Verdict = Literal["good", "bad", "unknown"]


@dataclass(frozen=True)
class Finding:
    """What was tried, what came of it, and what it means."""

    check: Literal["discovery", "abilities", "keys", "client", "redirect"]
    verdict: Verdict
    text: str


async def findings(issuer: str, client: Client, base_url: str, org: UUID) -> list[Finding]:
    """In the order of a sign-in. What cannot be tried without what failed before is left out."""
    try:
        at = await provider.discover(issuer)
    except ProviderTrouble as trouble:
        return [Finding("discovery", "bad", str(trouble))]
    read = Finding("discovery", "good", f"{issuer} is an OpenID Connect provider.")
    back_to = redirect_uri(base_url, org)
    return [
        read,
        _abilities(at),
        await _keys(at),
        await _client(at, client, back_to),
        await _redirect(at, client, back_to),
    ]


def _abilities(at: Provider) -> Finding:
    """Whatever a provider does not list it may still be able to do, but for what it lists without ours."""
    said = at.metadata
    algorithms = said.get("id_token_signing_alg_values_supported") or list(id_token.ALGORITHMS)
    if not set(algorithms) & set(id_token.ALGORITHMS):
        wanted = ", ".join(id_token.ALGORITHMS)
        return Finding("abilities", "bad", f"It signs with {', '.join(map(str, algorithms))}; Pulsar takes {wanted}.")
    if "code" not in (said.get("response_types_supported") or ["code"]):
        return Finding("abilities", "bad", "It does not offer the authorization code flow (response_type code).")
    challenges = said.get("code_challenge_methods_supported")
    if challenges is not None and "S256" not in challenges:
        return Finding("abilities", "bad", "It does not offer PKCE with S256.")
    if "email" not in (said.get("scopes_supported") or ["email"]):
        return Finding("abilities", "unknown", "It does not list the scope email; without an address nobody is let in.")
    return Finding("abilities", "good", "It offers the authorization code flow, with signatures that Pulsar takes.")


async def _keys(at: Provider) -> Finding:
    try:
        id_token.key_set(await provider.keys_of(at))
    except ProviderTrouble as trouble:
        return Finding("keys", "bad", str(trouble))
    return Finding("keys", "good", "Its keys can be read.")


async def _client(at: Provider, client: Client, back_to: str) -> Finding:
    """By a code that is none: who is not known as this client hears that, and who is hears that the code is bad."""
    try:
        await provider.exchange(at, client, crypto.random_token(), crypto.random_token(), back_to)
    except ProviderTrouble as trouble:
        if trouble.error == "invalid_grant":
            return Finding("client", "good", "It knows this client id and secret.")
        if trouble.error in ("invalid_client", "unauthorized_client"):
            return Finding("client", "bad", f"It does not know this client id with this secret. {trouble}")
        return Finding("client", "unknown", f"Whether id and secret are right it did not say. {trouble}")
    return Finding("client", "unknown", "It gave tokens for a code that is none.")


async def _redirect(at: Provider, client: Client, back_to: str) -> Finding:
    """By a sign-in that may not show anything: a provider that knows the address sends the browser back to it."""
    token = crypto.random_token
    flow = Flow("", at.issuer, token(), token(), token(), "/", clock.now().timestamp())
    try:
        answer = await ask(authorization_url(at, client.id, back_to, flow, prompt="none"), method="GET")
    except Undelivered as trouble:
        return Finding("redirect", "bad", f"Its sign-in page cannot be reached: {trouble}")
    return _about_redirect(answer, back_to)


def _about_redirect(answer: Answer, back_to: str) -> Finding:
    to = answer.headers.get("location", "")
    if to.startswith(back_to):
        error = parse_qs(urlsplit(to).query).get("error", [""])[0]
        if error in ("invalid_scope", "unauthorized_client", "unsupported_response_type", "invalid_request"):
            return Finding("redirect", "bad", f"It sends people back to Pulsar, but refuses what Pulsar asks: {error}.")
        return Finding("redirect", "good", "It sends people back to Pulsar's address.")
    if answer.status in (400, 401, 403):
        return Finding("redirect", "bad", f"It does not take this redirect address. Register exactly: {back_to}")
    return Finding("redirect", "unknown", f"It shows a page of its own. Make sure that it knows the address {back_to}")
