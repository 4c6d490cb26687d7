"""How are secrets kept and links signed? Passwords by argon2id, opaque tokens by hash, the rest by the secret key."""

import asyncio
import hashlib
import hmac
import json
import os
import secrets
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# OWASP's floor for argon2id (password storage cheat sheet): 19 MiB, 2 passes, 1 lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Verified in place of an unknown account's, so that both answers take the same time.
_NOBODY = _hasher.hash(secrets.token_hex())

_ISSUER = "pulsar"
_NONCE_BYTES = 12
# How many points the curve P-256 has (SEC 2, 2.4.2).
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


PUSH_NUMBER = "push_number"
"""In a sealed subscription whose push service knows this installation by an earlier secret key: that one's number."""


class BadSignature(Exception):
    """The token is not ours, was made for another purpose, or has expired."""


class SecretUnreadable(Exception):
    """A stored secret does not open with this PULSAR_SECRET_KEY."""


async def hash_password(password: str) -> str:
    return await asyncio.to_thread(_hasher.hash, password)


async def password_matches(password: str, stored: str | None) -> bool:
    """Takes as long for an account that does not exist (`stored` None) as for one that does."""

    def verify() -> bool:
        try:
            return _hasher.verify(stored or _NOBODY, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    return await asyncio.to_thread(verify)


def random_token() -> str:
    """64 hexadecimal characters, 256 bits."""
    return secrets.token_hex(32)


def token_hash(token: str) -> bytes:
    """Plain SHA-256: the tokens are random, so there is nothing to slow down for."""
    return hashlib.sha256(token.encode()).digest()


def push_key_of(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(number, ec.SECP256R1())


class Keys:
    """The secret key at work: one derived key for each purpose, so that no signature serves for another.

    While it is being changed, what the one before has signed and sealed is good too; what is new is by the new one."""

    def __init__(self, secret_key: str, previous: str = "") -> None:
        self._root = secret_key.encode()
        self._seal = AESGCM(self._derive("seal"))
        self.previous = Keys(previous) if previous and previous != secret_key else None

    def _derive(self, purpose: str) -> bytes:
        return hmac.new(self._root, purpose.encode(), hashlib.sha256).digest()

    @property
    def fingerprint(self) -> str:
        """Tells two keys apart and gives nothing away."""
        return self._derive("fingerprint").hex()[:32]

    def fit(self, fingerprint: str | None) -> bool:
        """Whether what was kept by the key with this fingerprint can be read."""
        return fingerprint in (self.fingerprint, self.previous and self.previous.fingerprint)

    @property
    def push_number(self) -> int:
        # Of twice the bits that are needed, so that no key is likelier than another (FIPS 186-5, A.2.1).
        number = int.from_bytes(self._derive("push, first half") + self._derive("push, second half"))
        return number % (_P256_ORDER - 1) + 1

    @cached_property
    def push_key(self) -> ec.EllipticCurvePrivateKey:
        """Who this installation is to push services (VAPID). Every node derives the same, for as long as the secret key
        stays; a subscription is bound to it."""
        return push_key_of(self.push_number)

    def sign(self, purpose: str, claims: dict[str, Any], at: datetime, lifetime: timedelta) -> str:
        body = claims | {"iss": _ISSUER, "aud": purpose, "iat": at, "exp": at + lifetime}
        return jwt.encode(body, self._derive(purpose), algorithm="HS256")

    def verify(self, purpose: str, token: str, at: datetime) -> dict[str, Any]:
        """The claims of a token that `sign` made for this purpose. Raises BadSignature."""
        try:
            return self._verify(purpose, token, at)
        except BadSignature:
            if not self.previous:
                raise
        return self.previous.verify(purpose, token, at)

    def _verify(self, purpose: str, token: str, at: datetime) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._derive(purpose),
                algorithms=["HS256"],
                audience=purpose,
                issuer=_ISSUER,
                # Expiry is compared with our clock below, which a test can move.
                options={"require": ["exp", "iat", "aud", "iss"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError as error:
            raise BadSignature from error
        if claims["exp"] <= at.timestamp():
            raise BadSignature
        return claims

    def seal(self, secret: dict[str, Any]) -> bytes:
        """AES-256-GCM, the nonce in front."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._seal.encrypt(nonce, json.dumps(secret).encode(), None)

    def unseal(self, sealed: bytes) -> dict[str, Any]:
        """Raises SecretUnreadable."""
        try:
            return self._open(sealed)
        except SecretUnreadable:
            if not self.previous:
                raise
        return self.previous.unseal(sealed)

    def sealer_of(self, sealed: bytes) -> "Keys":
        """These, or those before. Raises SecretUnreadable."""
        try:
            self._open(sealed)
        except SecretUnreadable:
            if not self.previous:
                raise
            return self.previous.sealer_of(sealed)
        return self

    def _open(self, sealed: bytes) -> dict[str, Any]:
        try:
            opened: dict[str, Any] = json.loads(self._seal.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None))
        except (InvalidTag, ValueError) as error:  # ValueError: cut off, so that not even the nonce is whole
            raise SecretUnreadable from error
        return opened
