"""Telegram: a bot's message into a chat, a group or a channel."""

import html
from typing import Annotated, Any

from pydantic import Field, HttpUrl, StringConstraints

from pulsar.notify.channel import Config as BaseConfig
from pulsar.notify.channel import Message, Reach, Recipient, Secret
from pulsar.notify.sending import Answer, ask, refusal

slug = "telegram"
title = "Telegram"
reach: Reach = "room"
help = "A bot of yours writes each page into a Telegram chat."  # noqa: A001 - the protocol's word

# 4096 in all after the markup is read.
_LONGEST_TEXT = 3500
_LONGEST_TITLE = 300


class Config(BaseConfig):
    bot_token: Annotated[
        Secret,
        StringConstraints(pattern=r"^\d+:[\w-]+$"),
        Field(title="Bot token", description="From @BotFather.", examples=["123456:ABC-DEF1234ghIkl"]),
    ]
    chat_id: Annotated[
        str,
        StringConstraints(pattern=r"^(-?\d+|@\w+)$"),
        Field(
            title="Chat",
            description="The number of a chat or a group, or the @name of a public channel. The bot must be in it.",
            examples=["-1001234567890"],
        ),
    ]
    api_url: Annotated[
        HttpUrl, Field(title="API address", description="Another one only for a Bot API server of your own.")
    ] = HttpUrl("https://api.telegram.org")


async def send(message: Message, config: Config, recipient: Recipient | None) -> str:
    url = f"{str(config.api_url).rstrip('/')}/bot{config.bot_token}/sendMessage"
    answer = await ask(url, json=_body(message, config.chat_id, as_buttons=True))
    if answer.status == 400 and "url" in _said(answer).lower():
        # Telegram takes no buttons to addresses inside a house, such as http://localhost:8080. As words they pass.
        answer = await ask(url, json=_body(message, config.chat_id, as_buttons=False))
    if answer.json.get("ok"):
        return f"{answer.status} message {(answer.json.get('result') or {}).get('message_id')}"
    raise refusal(answer, _said(answer), retry_after_seconds=_details(answer).get("retry_after"))


def _said(answer: Answer) -> str:
    moved_to = _details(answer).get("migrate_to_chat_id")
    moved = f" The group is a supergroup now: enter {moved_to} as its number." if moved_to else ""
    return f"{answer.json.get('description', '')}{moved}"


def _details(answer: Answer) -> dict[str, Any]:
    details = answer.json.get("parameters")
    return details if isinstance(details, dict) else {}


def _body(message: Message, chat_id: str, *, as_buttons: bool) -> dict[str, Any]:
    heading = f"<b>{html.escape(message.line[:_LONGEST_TITLE], quote=False)}</b>"
    parts = [heading, html.escape(message.text[:_LONGEST_TEXT], quote=False)]
    links = message.labelled_links
    if not as_buttons:
        parts += [f"{label}: {html.escape(link, quote=False)}" for label, link in links]
    body: dict[str, Any] = {
        "chat_id": chat_id,
        "text": "\n\n".join(part for part in parts if part),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }
    buttons = [[{"text": label, "url": link} for label, link in links]]
    return body | {"reply_markup": {"inline_keyboard": buttons}} if as_buttons and links else body
