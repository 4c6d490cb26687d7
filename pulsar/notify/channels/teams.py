"""Microsoft Teams: an Adaptive Card through a Workflows webhook, or the older MessageCard through a connector."""

import re
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from pulsar.notify.channel import Config as BaseConfig
from pulsar.notify.channel import Message, Reach, Recipient, SecretUrl, Undelivered
from pulsar.notify.sending import Answer, post

slug = "teams"
title = "Microsoft Teams"
reach: Reach = "room"
help = "Posts each page as a card into a Teams channel or chat."  # noqa: A001 - the protocol's word

# Both kinds of webhook take 28 KB in all.
_LONGEST_TEXT = 5000
_LONGEST_TITLE = 300

_WORD = {"P1": "Attention", "P2": "Warning", "P3": "Warning", "P4": "Accent"}
_COUNT = re.compile(r"\d+")
_WRAPPED = re.compile(r"HTTP error (\d{3})")
_PASSING = {"408", "425", "429"}


class Config(BaseConfig):
    webhook_url: Annotated[
        SecretUrl,
        Field(
            title="Webhook address",
            description="From the Workflows app: “Post to a channel when a webhook request is received”.",
            examples=["https://prod-00.westeurope.logic.azure.com/workflows/…"],
        ),
    ]
    format: Annotated[
        Literal["adaptive_card", "message_card"],
        Field(
            title="Format",
            description="adaptive_card for a Workflows webhook, message_card for a connector of the old kind.",
        ),
    ] = "adaptive_card"
    theme_color: Annotated[
        str,
        StringConstraints(pattern=r"^(#?[0-9A-Fa-f]{6})?$"),
        Field(title="Colour", description="Of a message_card's edge. Empty: by the priority.", examples=["#0078D7"]),
    ] = ""


async def send(message: Message, config: Config, recipient: Recipient | None) -> str:
    if config.format == "adaptive_card":
        return (await post(str(config.webhook_url), json=_adaptive_card(message))).shown
    answer = await post(str(config.webhook_url), json=_message_card(message, config.theme_color))
    return _taken(answer)


def _taken(answer: Answer) -> str:
    """A connector wraps what went wrong behind it into a 200. It worked when the answer is a number, that of the
    messages that were sent (MicrosoftDocs/msteams-docs#9064)."""
    if answer.status != 200 or _COUNT.fullmatch(answer.text.strip()):
        return answer.shown
    wrapped = _WRAPPED.search(answer.text)
    refused = wrapped is not None and wrapped[1].startswith("4") and wrapped[1] not in _PASSING
    raise Undelivered(answer.shown, permanent=refused)


def _adaptive_card(message: Message) -> dict[str, Any]:
    heading = {"size": "Large", "weight": "Bolder", "color": _WORD.get(message.priority or "", "Default")}
    card: dict[str, Any] = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.4",
        "msteams": {"width": "full"},
        "body": [_text(message.line[:_LONGEST_TITLE]) | heading],
        "actions": [{"type": "Action.OpenUrl", "title": label, "url": link} for label, link in message.labelled_links],
    }
    card["body"] += [_text(part) for part in message.text[:_LONGEST_TEXT].split("\n\n") if part]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _text(text: str) -> dict[str, Any]:
    return {"type": "TextBlock", "text": _plain(text), "wrap": True}


def _message_card(message: Message, theme_color: str) -> dict[str, Any]:
    return {
        "@type": "MessageCard",
        "@context": "https://schema.org/extensions",
        "summary": message.line[:_LONGEST_TITLE],
        "themeColor": (theme_color or message.colour).removeprefix("#"),
        "title": _plain(message.line[:_LONGEST_TITLE]),
        "text": _plain(message.text[:_LONGEST_TEXT]).replace("\n", "\n\n") or " ",
        "potentialAction": [
            {"@type": "OpenUri", "name": label, "targets": [{"os": "default", "uri": link}]}
            for label, link in message.labelled_links
        ],
    }


def _plain(text: str) -> str:
    """Both kinds of card read Markdown, and what an alert says is not meant as such: `*` in a path, `_` in a name."""
    return re.sub(r"([\\`*_\[\]])", r"\\\1", text)
