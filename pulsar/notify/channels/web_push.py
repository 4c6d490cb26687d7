"""Web push: the console's own notifications on each person's phones and browsers, with a button that acknowledges."""

import json
import os
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import EmailStr, Field

from pulsar.base import clock
from pulsar.notify.channel import Config as BaseConfig
from pulsar.notify.channel import Contact, Message, Reach, Recipient, Undelivered
from pulsar.notify.sending import Answer, ask, refusal
from pulsar.notify.web_push import LONGEST_MESSAGE, SALT_BYTES, authorization, encrypt

slug = "web_push"
title = "Web push"
reach: Reach = "personal"
contact: Contact = "device"
follow_ups = in_place = True
help = "Shows pages on the phones and browsers on which each person has enabled push, with a button that acknowledges."  # noqa: A001 - the protocol's word

# A phone that was off for longer than this has nothing to gain from old pages.
_KEPT_SECONDS = 24 * 3600
_LONGEST_TITLE = 150
_LONGEST_TEXTS = (600, 150, 0)


class Config(BaseConfig):
    contact: Annotated[
        EmailStr,
        Field(
            title="Your e-mail address",
            description="For the push services of the browsers' makers, who write there before they block a sender.",
        ),
    ]


async def send(message: Message, config: Config, recipient: Recipient | None) -> str:
    assert recipient
    assert recipient.device
    device = recipient.device
    own, salt = ec.generate_private_key(ec.SECP256R1()), os.urandom(SALT_BYTES)
    answer = await ask(
        device.endpoint,
        content=encrypt(_body(message), device.public_key, device.auth, own, salt),
        headers=_headers(message)
        | {"Authorization": authorization(device.endpoint, device.sender, config.contact, clock.now())},
    )
    service = urlsplit(device.endpoint).hostname
    if 200 <= answer.status < 300:
        return f"{answer.status} {service} has taken it for {device.name}"
    raise _failure(answer, f"{service}: {answer.text[:200]}".strip())


def _failure(answer: Answer, said: str) -> Undelivered:
    if answer.status in {404, 410}:
        ended = "The browser has ended this subscription. Its owner can enable push on it again."
        return Undelivered(f"{answer.status} {said} · {ended}", permanent=True, gone=True)
    return refusal(answer, said)


def _headers(message: Message) -> dict[str, str]:
    is_page = message.facts.get("kind") in {"page", "digest", "test"}
    return {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(_KEPT_SECONDS),
        "Urgency": "high" if is_page else "normal",
        # Of two that wait for a device that is off, the later takes the place of the one before.
        "Topic": UUID(_tag(message)).hex,
    }


def _tag(message: Message) -> str:
    """What is about the same alert is one notification on the screen, which shows what is so now."""
    return str(message.facts.get("alert_id") or message.id)


def _body(message: Message) -> bytes:
    """As the service worker reads it (web/src/lib/push/message.ts)."""
    shown: dict[str, Any] = {
        "kind": message.facts.get("kind"),
        "tag": _tag(message),
        "id": message.id,
        "title": _cut(message.line, _LONGEST_TITLE),
        "path": _path(message.link),
        "acknowledge": _path(message.acknowledge_link),
    }
    for longest in _LONGEST_TEXTS:
        body = json.dumps(shown | {"text": _cut(message.text.strip(), longest)}, ensure_ascii=False)
        if len(encoded := body.encode("utf-8", "replace")) <= LONGEST_MESSAGE:
            break
    return encoded


def _path(link: str | None) -> str | None:
    """The worker asks where it comes from itself, which is this Pulsar, by whatever name."""
    return urlsplit(link).path if link else None


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: max(longest - 1, 0)] + "…"
