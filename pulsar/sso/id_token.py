"""Is this ID token the provider's, about this sign-in, for us, and good now? (OpenID Connect Core, 3.1.3.7.)"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from pulsar.sso.provider import ProviderTrouble

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures that only the holder of a private key can make. Not `none`, and not HS256, whose key we have too."""

_LEEWAY_SECONDS = 60
_SIGNING_KINDS = ("RSA", "EC")


class BadIdToken(ProviderTrouble):
    """The token is forged, for somebody else, from another sign-in or from another time."""


def key_set(jwks: Mapping[str, Any]) -> KeySet:
    """Those of the keys that sign. Raises ProviderTrouble when there is none."""
    found = jwks.get("keys")
    usable = [
        key
        for key in (found if isinstance(found, list) else [])
        if isinstance(key, dict) and key.get("kty") in _SIGNING_KINDS and key.get("use", "sig") == "sig"
    ]
    try:
        return KeySet.import_key_set({"keys": usable})
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ProviderTrouble(f"The provider has no key that signs: {error}") from None


def claims_of(
    token: str, jwks: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, access_token: str, now: datetime
) -> dict[str, Any]:
    """Raises BadIdToken."""
    keys = key_set(jwks)
    try:
        signed = jwt.decode(token, keys, registry=JWSRegistry(algorithms=list(ALGORITHMS)))
        claims = CodeIDToken(
            signed.claims,
            signed.header,
            {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client_id}},
            {"nonce": nonce, "client_id": client_id, "access_token": access_token},
        )
        claims.validate(now=int(now.timestamp()), leeway=_LEEWAY_SECONDS)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise BadIdToken(f"The ID token is not good: {error}") from None
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise BadIdToken("The ID token is not good: its subject is not a text of 1 to 255 characters.")
    return dict(claims)
