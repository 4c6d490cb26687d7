"""A provider that says whatever the test wants: honest by default, and any part of it can be made to lie."""

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from pulsar.base import clock
from tests.receiver import Received, Receiver

CLIENT = {"client_id": "pulsar", "client_secret": "a secret between the two"}
_KEY = RSAKey.generate_key(2048, auto_kid=True)
STRANGERS_KEY = RSAKey.generate_key(2048, {"kid": str(_KEY.kid)})


@dataclass
class Forger:
    """`claims` go into the next ID token over the honest ones; `token` is the whole of it, as it stands."""

    server: Receiver
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    person: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: _KEY)
    token: str = ""
    gil: str = field(default_factory=lambda: f"gil-{secrets.token_hex(4)}@example.org")
    asked: list[Received] = field(default_factory=list)
    _nonces: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.server.vendor = self._answer

    @property
    def issuer(self) -> str:
        return self.server.root

    def settings(self, **more: Any) -> dict[str, Any]:
        return {"issuer": self.issuer, "domains": ["example.org"], **CLIENT, **more}

    def sign_in(self, url: str, **more: str) -> str:
        """Where it sends the browser back to, with a code."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = f"code-{len(self._nonces)}"
        self._nonces[code] = asked["nonce"]
        return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"], **more})

    @property
    def last_nonce(self) -> str:
        return list(self._nonces.values())[-1]

    def _answer(self, request: Received) -> str:
        self.asked.append(request)
        answers: dict[str, Callable[[Received], dict[str, Any]]] = {
            "/.well-known/openid-configuration": self._metadata,
            "/jwks": lambda _: {"keys": [_KEY.as_dict(private=False)]},
            "/token": self._tokens,
            "/me": lambda _: self.person,
        }
        said = answers[urlsplit(request.path).path](request)
        return "200 OK\r\nContent-Type: application/json\r\n\r\n" + json.dumps(said)

    def _metadata(self, _: Received) -> dict[str, Any]:
        at = self.issuer
        return {
            "issuer": at,
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "jwks_uri": f"{at}/jwks",
            "userinfo_endpoint": f"{at}/me",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            **self.metadata,
        }

    def honest(self, nonce: str) -> dict[str, Any]:
        now = int(clock.now().timestamp())
        who = {"sub": "gil-1", "email": self.gil, "email_verified": True, "name": "Gil"}
        return {"iss": self.issuer, "aud": "pulsar", "nonce": nonce, "iat": now, "exp": now + 300, **who, **self.claims}

    def _tokens(self, request: Received) -> dict[str, Any]:
        code = parse_qs(request.body.decode())["code"][0]
        claims = {name: value for name, value in self.honest(self._nonces[code]).items() if value is not None}
        token = self.token or jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)
        return {"access_token": "at", "token_type": "Bearer", "id_token": token}


def unsigned(claims: dict[str, Any], alg: str = "none") -> str:
    """A token that nobody has signed."""

    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': alg})}.{part(claims)}."
