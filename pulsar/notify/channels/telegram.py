"""Telegram: a bot's message into a chat, a group or a channel, which shows how the alert stands, with buttons."""

from typing import Annotated, Any

from pydantic import Field, HttpUrl, StringConstraints

from pulsar.notify.channel import Config as BaseConfig
from pulsar.notify.channel import Message, NotAccepted, Posted, Reach, Recipient, Reference, Secret, Undelivered
from pulsar.notify.sending import Answer
from pulsar.notify.telegram import call, content, gone_wrong, secret_of

slug = "telegram"
title = "Telegram"
reach: Reach = "room"
help = (  # noqa: A001 - the protocol's word
    "A bot of yours writes one message for each alert into a Telegram chat, which shows how the alert stands, with"
    " buttons to acknowledge, snooze and close."
)
# The message itself shows how it went.
follow_ups = False
accounts = "telegram"
calls_back = "telegram"

_FILLED_IN = {"readOnly": True}


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
    bot_name: Annotated[
        str,
        Field(
            title="Bot",
            description="It tells Pulsar of presses; without a name its buttons are links.",
            json_schema_extra=_FILLED_IN,
        ),
    ] = ""


async def send(message: Message, config: Config, recipient: Recipient | None) -> str | Posted:
    """About an alert of which a message stands already: an answer to that."""
    place: dict[str, Any] = {"chat_id": config.chat_id}
    if thread := message.thread:
        # Where somebody has deleted what this would answer, it stands alone.
        replied = {"message_id": int(thread["message_id"]), "allow_sending_without_reply": True}
        place |= {"reply_parameters": replied}
    answer = await _write("sendMessage", place, message, config)
    result = answer.json.get("result") or {}
    number, chat = result.get("message_id"), (result.get("chat") or {}).get("id", config.chat_id)
    words = f"{answer.status} message {number}"
    if message.thread or message.facts.get("kind") != "page" or not number:
        return words
    return Posted(words, {"chat_id": str(chat), "message_id": str(number)})


async def edit(message: Message, config: Config, reference: Reference) -> str:
    place = {"chat_id": reference["chat_id"], "message_id": int(reference["message_id"])}
    answer = await _write("editMessageText", place, message, config)
    return f"{answer.status} changed {reference['message_id']}"


async def _write(method: str, place: dict[str, Any], message: Message, config: Config) -> Answer:
    acts = bool(config.bot_name)
    try:
        return await call(config, method, place | content(message, acts=acts))
    except Undelivered as failure:
        # Telegram takes no buttons to addresses inside a house, such as http://localhost:8080. As words they pass.
        if not (failure.answer.startswith("400") and "url" in failure.answer.lower()):
            raise
        return await call(config, method, place | content(message, acts=acts, as_buttons=False))


async def listen(config: Config, url: str) -> Config:
    """Telegram tells of presses only over https; where it cannot reach us the buttons are links."""
    if not url.startswith("https://"):
        return config.model_copy(update={"bot_name": ""})
    wanted = {"url": url, "secret_token": secret_of(config), "allowed_updates": ["callback_query", "message"]}
    try:
        me = (await call(config, "getMe", {})).json.get("result") or {}
        await call(config, "setWebhook", wanted)
    except Undelivered as failure:
        raise NotAccepted(failure.answer, "bot_token" if gone_wrong(failure) else None) from failure
    return config.model_copy(update={"bot_name": str(me.get("username", ""))})


async def leave(config: Config, url: str) -> None:
    """Telegram stops telling us, unless it tells somebody else by now: a bot has one address."""
    told = (await call(config, "getWebhookInfo", {})).json.get("result") or {}
    if told.get("url") == url:
        await call(config, "deleteWebhook", {})
