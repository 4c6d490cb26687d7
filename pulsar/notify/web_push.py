"""How is a message sealed for one browser, and how does its push service know who sends? RFC 8291 and RFC 8292.

The push service carries what only the browser can open.
"""

import base64
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SALT_BYTES = 16
AUTH_BYTES = 16
_RECORD_BYTES = 4096
# A push service takes a body of 4096 bytes; this is what the header, the delimiter and the tag leave of it.
LONGEST_MESSAGE = _RECORD_BYTES - (SALT_BYTES + 4 + 1 + 65) - 1 - 16
_LAST_RECORD = b"\x02"
# RFC 8292 allows a day.
_TOKEN_LIFETIME = timedelta(hours=12)


def to_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    """Raises ValueError."""
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)


def public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def point(raw: bytes) -> ec.EllipticCurvePublicKey:
    """Raises ValueError for what is no public key."""
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)


def encrypt(plain: bytes, public_key: bytes, auth: bytes, own: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """The body of a push. `own` and `salt` are new for every message."""
    sender = public_bytes(own)
    shared = own.exchange(ec.ECDH(), point(public_key))
    material = _derive(auth, shared, b"WebPush: info\0" + public_key + sender, 32)
    key = _derive(salt, material, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(salt, material, b"Content-Encoding: nonce\0", 12)
    header = salt + _RECORD_BYTES.to_bytes(4) + bytes([len(sender)]) + sender
    return header + AESGCM(key).encrypt(nonce, plain + _LAST_RECORD, None)


def _derive(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def authorization(endpoint: str, key: ec.EllipticCurvePrivateKey, contact: str, now: datetime) -> str:
    """The header that says who sends: a token for this push service alone, signed with the installation's key."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": now + _TOKEN_LIFETIME, "sub": f"mailto:{contact}"}
    return f"vapid t={jwt.encode(claims, key, algorithm='ES256')}, k={to_text(public_bytes(key))}"
