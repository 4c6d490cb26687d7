"""What does a provider say? Discovery, keys, the exchange of a code and the claims about a person, each by one guarded
request (see base/outbound.py). Nothing is kept: a provider that changes its keys is asked again at the next sign-in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote_plus

from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url

from pulsar.notify.channel import Undelivered
from pulsar.notify.sending import Answer, ask

_TIMEOUT_SECONDS = 10
_LONGEST_ANSWER = 256 * 1024
_SHOWN = 200


class ProviderTrouble(Exception):
    """The provider does not do what OpenID Connect asks of it; the words are for whoever sets it up."""

    def __init__(self, said: str, *, error: str = "") -> None:
        self.error = error
        super().__init__(said)


@dataclass(frozen=True)
class Provider:
    """What its discovery document says, as far as Pulsar uses it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    names_itself: bool
    metadata: Mapping[str, Any]

    @classmethod
    def read(cls, issuer: str, said: Mapping[str, Any]) -> Self:
        """Raises ProviderTrouble. That the issuer is the very one that was asked for keeps providers from being
        mixed up (OpenID Connect Discovery, 4.3)."""
        if said.get("issuer") != issuer:
            raise ProviderTrouble(
                f"The provider calls itself {str(said.get('issuer'))[:_SHOWN]!r}, not {issuer!r}. "
                "Enter the issuer exactly as it does, with or without a slash at the end."
            )
        try:
            OpenIDProviderMetadata(said).validate()
        except ValueError as error:
            # Ours may be a provider that is being tried, without TLS; whether it may be is decided by `check_address`.
            if "https" not in str(error):
                raise ProviderTrouble(f"The discovery document is not in order: {error}") from None
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        for name in (*needed, "userinfo_endpoint"):
            address = said.get(name)
            if name in needed or address:
                check_address(address, secure=issuer.startswith("https://"), what=name)
        return cls(
            issuer=issuer,
            authorization_endpoint=said["authorization_endpoint"],
            token_endpoint=said["token_endpoint"],
            jwks_uri=said["jwks_uri"],
            userinfo_endpoint=str(said.get("userinfo_endpoint") or ""),
            names_itself=said.get("authorization_response_iss_parameter_supported") is True,
            metadata=said,
        )


def check_address(address: Any, *, secure: bool, what: str) -> None:
    schemes = ("https://",) if secure else ("https://", "http://")
    if not isinstance(address, str) or not address.startswith(schemes):
        raise ProviderTrouble(f"The discovery document has no usable {what}: {str(address)[:_SHOWN]!r}.")


async def _json(what: str, url: str, *, method: str = "GET", **request: Any) -> tuple[Answer, dict[str, Any]]:
    try:
        answer = await ask(url, method=method, timeout_seconds=_TIMEOUT_SECONDS, longest=_LONGEST_ANSWER, **request)
    except Undelivered as error:
        raise ProviderTrouble(f"{what} cannot be read: {error}") from None
    return answer, answer.json


async def _read(what: str, url: str, **request: Any) -> dict[str, Any]:
    answer, said = await _json(what, url, **request)
    if answer.status != 200:
        raise ProviderTrouble(f"{what} cannot be read: {url} answers {answer.status}.")
    if not said:
        raise ProviderTrouble(f"{what} cannot be read: {url} answers something that is not a JSON object.")
    return said


async def discover(issuer: str) -> Provider:
    return Provider.read(issuer, await _read("The discovery document", get_well_known_url(issuer, external=True)))


async def keys_of(provider: Provider) -> dict[str, Any]:
    return await _read("The provider's keys", provider.jwks_uri)


@dataclass(frozen=True)
class Client:
    """As whom Pulsar is registered at the provider."""

    id: str
    secret: str


async def exchange(provider: Provider, client: Client, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
    """The tokens for a code (RFC 6749, 4.1.3; RFC 7636). Raises ProviderTrouble with the provider's error."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    methods = provider.metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    request: dict[str, Any] = {}
    if "client_secret_basic" in methods:
        request["auth"] = (_form_encoded(client.id), _form_encoded(client.secret))
    else:
        form |= {"client_id": client.id, "client_secret": client.secret}
    answer, said = await _json("The tokens", provider.token_endpoint, method="POST", data=form, **request)
    if answer.status != 200 or not isinstance(said.get("id_token"), str):
        error, description = said.get("error", f"status {answer.status}"), said.get("error_description", "")
        raise ProviderTrouble(f"The provider refuses to give tokens: {error} {description}".strip(), error=str(error))
    return said


def _form_encoded(value: str) -> str:
    """RFC 6749, 2.3.1: id and secret are encoded before they go into the header."""
    return quote_plus(value)


async def person(provider: Provider, access_token: str) -> dict[str, Any]:
    """What the provider says of whom the token is about, when the ID token does not say it."""
    return await _read(
        "The claims about the person",
        provider.userinfo_endpoint,
        headers={"Authorization": f"Bearer {access_token}"},
    )
