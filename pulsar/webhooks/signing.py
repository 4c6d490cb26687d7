"""How does a receiver know that it was us? Two signatures: the plain one, and that of Standard Webhooks. Pure."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

_STANDARD_PREFIX = "whsec_"


def standard_secret(secret: str) -> str:
    """The same secret, of 64 hexadecimal characters, as libraries of Standard Webhooks take it: its 32 bytes."""
    return _STANDARD_PREFIX + base64.b64encode(bytes.fromhex(secret)).decode()


def plain(secret: str, body: bytes) -> str:
    """The characters of the secret are the key, as GitHub and many others have it."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def standard(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(bytes.fromhex(secret), signed, hashlib.sha256).digest()).decode()


def signatures(secrets: Sequence[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """As headers. `secrets`: the one that is good, and while it is being changed the one before."""
    timestamp = int(at.timestamp())
    headers = {
        "X-Pulsar-Signature": plain(secrets[0], body),
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(standard(secret, message_id, timestamp, body) for secret in secrets),
    }
    if len(secrets) > 1:
        headers["X-Pulsar-Signature-Previous"] = plain(secrets[1], body)
    return headers
