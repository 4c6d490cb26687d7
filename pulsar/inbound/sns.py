"""Did Amazon SNS sign this? And if it asks whether we want what a topic sends: yes.

What it signs, and with what: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509 import load_pem_x509_certificate

from pulsar.inbound.problems import NotSigned, SignerAway
from pulsar.notify import sending
from pulsar.notify.channel import Undelivered

_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
# Only Amazon's own: else whoever knows the address could name a certificate, and a place to call, of their own.
_HOST = r"https://sns\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/"
_CERTIFICATE = re.compile(_HOST + r"SimpleNotificationService-[A-Za-z0-9]+\.pem")
_SUBSCRIBE = re.compile(_HOST + r"\?[!-~]+")
_MOST_KEYS = 100
_FORGED = "The signature is not one of Amazon SNS."

_keys: dict[str, RSAPublicKey] = {}


async def admit(payload: Mapping[str, Any]) -> None:
    """Raises NotSigned, and SignerAway when Amazon could not be asked, so that SNS tries again."""
    check(payload, await _key(_text(payload, "SigningCertURL")))
    if payload["Type"] == "SubscriptionConfirmation":
        url = _text(payload, "SubscribeURL")
        if not _SUBSCRIBE.fullmatch(url):
            raise NotSigned("SubscribeURL does not lead to Amazon SNS.")
        await _fetched(url)


def check(payload: Mapping[str, Any], key: RSAPublicKey) -> None:
    """Raises NotSigned."""
    try:
        signature = base64.b64decode(_text(payload, "Signature"), validate=True)
    except (binascii.Error, ValueError):
        raise NotSigned(_FORGED) from None
    # Version 1 is what a topic has unless its owner says otherwise, and SHA-1 is Amazon's choice there.
    algorithm = SHA256() if payload.get("SignatureVersion") == "2" else SHA1()  # noqa: S303
    try:
        key.verify(signature, signed(payload), PKCS1v15(), algorithm)
    except InvalidSignature:
        raise NotSigned(_FORGED) from None


def signed(payload: Mapping[str, Any]) -> bytes:
    """The text that the signature is of: names and values, a line each; a subject only where there is one."""
    names = _NOTIFICATION if payload.get("Type") == "Notification" else _CONFIRMATION
    lines = (f"{name}\n{payload[name]}\n" for name in names if payload.get(name) is not None)
    return "".join(lines).encode("utf-8", "replace")


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    if not isinstance(value, str):
        raise NotSigned(f"{name} is missing.")
    return value


async def _key(url: str) -> RSAPublicKey:
    if not _CERTIFICATE.fullmatch(url):
        raise NotSigned("SigningCertURL does not lead to Amazon SNS.")
    if url not in _keys:
        try:
            key = load_pem_x509_certificate((await _fetched(url)).encode()).public_key()
        except ValueError:
            raise SignerAway("What Amazon SNS gave for its certificate is none.") from None
        if not isinstance(key, RSAPublicKey):
            raise SignerAway("The certificate of Amazon SNS has a key of another kind.")
        if len(_keys) >= _MOST_KEYS:
            _keys.clear()
        _keys[url] = key
    return _keys[url]


async def _fetched(url: str) -> str:
    try:
        return (await sending.post(url, method="GET")).text
    except Undelivered as error:
        raise SignerAway(f"Amazon SNS could not be asked: {error}") from error
