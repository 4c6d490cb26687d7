"""Was this sent by who knows the secret? GitHub signs each request with it, GitLab sends it along.

https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
https://docs.gitlab.com/user/project/integrations/webhooks/
"""

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from pulsar.base.crypto import Keys, SecretUnreadable
from pulsar.inbound.problems import NotSigned


class Kind(NamedTuple):
    header: str
    proof: Callable[[bytes, bytes], bytes]
    """What the header must say, of a secret and a body."""


def _hub(secret: bytes, body: bytes) -> bytes:
    return b"sha256=" + hmac.new(secret, body, sha256).hexdigest().encode()


def _itself(secret: bytes, _: bytes) -> bytes:
    return secret


KINDS = {"github": Kind("X-Hub-Signature-256", _hub), "gitlab": Kind("X-Gitlab-Token", _itself)}
"""The sources of which a signature can be asked for."""


class AsSent(NamedTuple):
    """A request as it was signed, before it was made into JSON."""

    headers: Iterable[tuple[bytes, bytes]]
    body: bytes


@dataclass(frozen=True)
class Signature:
    """That an integration asks for."""

    kind: Kind
    secret: bytes | None = field(repr=False)
    """None: it does not open any more."""

    def check(self, sent: AsSent | None) -> None:
        """Raises NotSigned. What comes another way than by the integration's own address cannot be signed."""
        if self.secret is None:
            raise NotSigned("The secret does not open with this installation's secret key: set it anew.")
        name = self.kind.header.lower().encode()
        said = next((value for header, value in sent.headers if header == name), None) if sent else None
        if sent is None or said is None:
            raise NotSigned(f"The header {self.kind.header} is missing: is the secret set where this comes from?")
        if not hmac.compare_digest(said, self.kind.proof(self.secret, sent.body)):
            raise NotSigned(f"The header {self.kind.header} is wrong: where this comes from has another secret.")


def seal(keys: Keys, secret: str) -> bytes:
    return keys.seal({"secret": secret})


def signature_of(keys: Keys, integration_type: str, sealed: bytes | None) -> Signature | None:
    if sealed is None:
        return None
    try:
        secret = str(keys.unseal(sealed)["secret"]).encode()
    except SecretUnreadable:
        secret = None
    return Signature(KINDS[integration_type], secret)
