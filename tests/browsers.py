"""Browsers that have subscribed to web push, and the push service that holds their messages for them: what they are
sent is opened by http_ece, and the signature looked at as RFC 8292 has it."""

import json
import os
import secrets
from dataclasses import dataclass, field
from typing import Any

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from pulsar.base import clock
from pulsar.notify.web_push import from_text, point, public_bytes, to_text
from tests.receiver import Received

GOOGLE = "https://fcm.googleapis.com"
A_DAY = 24 * 3600


@dataclass
class Browser:
    """One subscription, below the address of its push service."""

    service: str = GOOGLE
    path: str = field(default_factory=lambda: f"/wp/{secrets.token_urlsafe(24)}")
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def endpoint(self) -> str:
        return self.service + self.path

    def subscription(self) -> dict[str, str]:
        return {"endpoint": self.endpoint, "p256dh": to_text(public_bytes(self.key)), "auth": to_text(self.auth)}

    def opens(self, push: Received) -> Any:
        """What the service worker is handed."""
        assert push.headers["content-encoding"] == "aes128gcm"
        plain = http_ece.decrypt(push.body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        return json.loads(plain)


@dataclass
class PushService:
    """Takes what RFC 8030 and RFC 8292 allow for subscriptions made with this key, and complains of the rest."""

    origin: str
    application_server_key: str

    def __call__(self, push: Received) -> str:
        assert push.method == "POST"
        assert push.headers["ttl"].isdecimal()
        assert push.headers["urgency"] in {"very-low", "low", "normal", "high"}
        assert 0 < len(push.headers["topic"]) <= 32
        assert len(push.body) <= 4096
        self.check(push.headers["authorization"])
        return "201 Created"

    def check(self, authorization: str) -> dict[str, Any]:
        """RFC 8292, 2 and 3: the scheme, the signature by the key that the subscription is for, and the claims."""
        scheme, _, rest = authorization.partition(" ")
        assert scheme == "vapid"
        said = dict(part.strip().split("=", 1) for part in rest.split(","))
        assert said["k"] == self.application_server_key
        assert jwt.get_unverified_header(said["t"]) == {"alg": "ES256", "typ": "JWT"}
        claims: dict[str, Any] = jwt.decode(
            said["t"],
            point(from_text(said["k"])),
            algorithms=["ES256"],
            audience=self.origin,
            options={"require": ["aud", "exp", "sub"], "verify_exp": False},
        )
        assert 0 < claims["exp"] - clock.now().timestamp() <= A_DAY
        assert claims["sub"].startswith(("mailto:", "https:"))
        return claims
