"""How is Telegram spoken to, and how does one know that it is Telegram that speaks? Its Bot API, the secret that it
says with every update, and what a message about an alert looks like there."""

import hashlib
import hmac
import html
from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from pydantic import HttpUrl

from pulsar.notify.channel import Message, Undelivered
from pulsar.notify.rules import Standing, Verb
from pulsar.notify.sending import Answer, ask, refusal

# 4096 in all after the markup is read.
_LONGEST_TEXT = 3000
_LONGEST_TITLE = 300
_LONGEST_NAME = 100
_MOST_CALLED = 20
SNOOZES = {"30 minutes": 30, "1 hour": 60, "2 hours": 120, "4 hours": 240, "8 hours": 480, "24 hours": 1440}
_SAID_WITH_IT = "x-telegram-bot-api-secret-token"
_UNCHANGED = "message is not modified"
# Of one message, which says nothing about the next.
_OF_ONE = ("message to edit not found", "message can't be edited", "message_id_invalid")

Button = dict[str, str]
Keyboard = list[list[Button]]


class Bot(Protocol):
    """What of a channel's settings is needed to ask."""

    bot_token: str
    api_url: HttpUrl


async def call(bot: Bot, method: str, body: dict[str, Any]) -> Answer:
    """Raises Undelivered with what Telegram says."""
    answer = await ask(f"{str(bot.api_url).rstrip('/')}/bot{bot.bot_token}/{method}", json=body)
    if answer.json.get("ok") or _UNCHANGED in said(answer):
        return answer
    refused = refusal(answer, said(answer), retry_after_seconds=_details(answer).get("retry_after"))
    if any(words in said(answer).lower() for words in _OF_ONE):
        refused.channel_broken = False
    raise refused


def said(answer: Answer) -> str:
    moved_to = _details(answer).get("migrate_to_chat_id")
    moved = f" The group is a supergroup now: enter {moved_to} as its number." if moved_to else ""
    return f"{answer.json.get('description', '')}{moved}"


def _details(answer: Answer) -> dict[str, Any]:
    details = answer.json.get("parameters")
    return details if isinstance(details, dict) else {}


def secret_of(bot: Bot) -> str:
    """What Telegram says with every update, so that it is known. The same for every channel over this bot, which can
    have one address only."""
    return hmac.new(bot.bot_token.encode(), b"Pulsar's webhook", hashlib.sha256).hexdigest()


def is_telegram(bot: Bot, headers: Mapping[str, str]) -> bool:
    return hmac.compare_digest(secret_of(bot).encode(), headers.get(_SAID_WITH_IT, "").encode("utf-8", "replace"))


def content(message: Message, *, acts: bool, as_buttons: bool = True) -> dict[str, Any]:
    """What is to be sent or shown. `acts`: whether Telegram tells us of a press; else the buttons are links."""
    standing = None if message.thread else message.standing
    parts = [f"<b>{_escaped(message.line, _LONGEST_TITLE)}</b>"]
    parts += [_state(standing)] if standing else []
    parts += [_called(message), _escaped(message.text, _LONGEST_TEXT)]
    links = message.labelled_links
    if standing and "acknowledge" not in standing.possible:
        links = [(label, link) for label, link in links if label != "Acknowledge"]
    if not as_buttons:
        parts += [f"{label}: {html.escape(link, quote=False)}" for label, link in links]
    body = {
        "text": "\n\n".join(part for part in parts if part),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }
    keyboard = [[{"text": label, "url": link} for label, link in links]] if links else []
    if acts and standing:
        keyboard = buttons(UUID(message.facts["alert_id"]), standing, message.link, message.link_label)
    # Where a message that had buttons is changed, none here takes them away.
    return body | {"reply_markup": {"inline_keyboard": keyboard}} if keyboard and as_buttons else body


def _escaped(text: str, longest: int) -> str:
    return html.escape(text if len(text) <= longest else text[: longest - 1] + "…", quote=False)


def _called(message: Message) -> str:
    """By a mention, which rings for who has muted the group."""
    known = [one for one in message.named if one.account]
    return " ".join(
        f'<a href="tg://user?id={one.account}">{_escaped(one.name, 64)}</a>' for one in known[:_MOST_CALLED]
    )


def _state(standing: Standing) -> str:
    by = f" by {_escaped(standing.by, _LONGEST_NAME)}" if standing.by else ""
    until = f" until {standing.until:%d %B, %H:%M} UTC" if standing.until else ""
    reason = f": {_escaped(standing.reason, _LONGEST_TITLE)}" if standing.reason else ""
    return f"<b>{standing.status.capitalize()}</b>{by}{until}{reason}"


def buttons(alert_id: UUID, standing: Standing, link: str | None, label: str, menu: str = "") -> Keyboard:
    """Of what may be done. Snoozing asks for how long, and closing whether it is meant: the same message shows it."""
    if menu == "snooze" and "snooze" in standing.possible:
        spans = [_button(f"For {words}", "snooze", alert_id, minutes) for words, minutes in SNOOZES.items()]
        return [spans[:3], spans[3:], [_button("Back", "menu", alert_id)]]
    if menu == "close" and "close" in standing.possible:
        return [[_button("Close it for good", "close", alert_id), _button("Keep it", "menu", alert_id)]]
    made: dict[Verb, Button] = {
        "acknowledge": _button("Acknowledge", "acknowledge", alert_id),
        "snooze": _button("Snooze…", "menu", alert_id, "snooze"),
        "close": _button("Close…", "menu", alert_id, "close"),
    }
    first, *rest = [[made[verb]] for verb in standing.possible] or [[]]
    second = [button for row in rest for button in row]
    if link and standing.status != "deleted":
        second.append({"text": label, "url": link})
    return [row for row in (first, second) if row]


def _button(text: str, verb: str, alert_id: UUID, more: object = "") -> Button:
    """Telegram keeps 64 bytes with a button."""
    return {"text": text, "callback_data": f"{verb}:{alert_id.hex}:{more}"}


def gone_wrong(failure: Undelivered) -> bool:
    """Whether it was the token, and not the way to Telegram."""
    return failure.answer.startswith(("401", "404"))
