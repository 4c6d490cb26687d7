"""Telegram's Bot API, by python-telegram-bot."""

import inspect
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters, Update
from telegram.constants import MessageLimit, ParseMode

from tests.receiver import Received

TOKEN = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11"
TAKEN = set(inspect.signature(Bot.send_message).parameters)


class Markup(HTMLParser):
    """Of Telegram's HTML: which tags there are, and what a reader sees."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.seen = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.seen += data


def send_message(request: Received) -> str:
    if request.path != f"/bot{TOKEN}/sendMessage":
        return _refused(401, "Unauthorized")
    body = request.json
    assert body.keys() <= TAKEN, body.keys() - TAKEN
    assert body["parse_mode"] == ParseMode.HTML
    markup = Markup(body["text"])
    assert set(markup.tags) <= {"b", "a", "i", "code", "pre"}
    assert 0 < len(markup.seen) <= MessageLimit.MAX_TEXT_LENGTH
    assert not LinkPreviewOptions.de_json(body["link_preview_options"]).api_kwargs
    if "reply_markup" in body:
        keyboard = InlineKeyboardMarkup.de_json(body["reply_markup"])
        buttons = [button for row in keyboard.inline_keyboard for button in row]
        assert not any(button.api_kwargs for button in buttons)
        for button in buttons:
            host = urlsplit(button.url or "").hostname or ""
            if "." not in host:
                return _refused(
                    400, f"Bad Request: inline keyboard button URL '{button.url}' is invalid: Wrong HTTP URL"
                )
    return "200 OK\r\n\r\n" + json.dumps({"ok": True, "result": {"message_id": 4711}})


def _refused(status: int, description: str, **parameters: object) -> str:
    body = {"ok": False, "error_code": status, "description": description}
    return f"{status} X\r\n\r\n" + json.dumps(body | ({"parameters": parameters} if parameters else {}))


def too_many(seconds: int) -> str:
    return _refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def moved(chat: int) -> str:
    return _refused(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat)


METHODS: dict[str, Callable[..., Any]] = {
    "getMe": Bot.get_me,
    "setWebhook": Bot.set_webhook,
    "getWebhookInfo": Bot.get_webhook_info,
    "deleteWebhook": Bot.delete_webhook,
    "sendMessage": Bot.send_message,
    "editMessageText": Bot.edit_message_text,
    "editMessageReplyMarkup": Bot.edit_message_reply_markup,
    "answerCallbackQuery": Bot.answer_callback_query,
}
CHAT, BOT_NAME = -1001, "pulsar_bot"


@dataclass
class Chats:
    """A Bot API with a memory: which messages stand in its chats, and where it tells of presses. What it takes is what
    python-telegram-bot could have sent."""

    shown: dict[int, dict[str, Any]] = field(default_factory=dict)
    replies: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    webhook: dict[str, Any] = field(default_factory=dict)
    refuse: list[str] = field(default_factory=list)

    def api(self, request: Received) -> str:
        token, _, method = request.path.removeprefix("/bot").partition("/")
        if token != TOKEN:
            return _refused(401, "Unauthorized")
        body = request.json
        assert body.keys() <= set(inspect.signature(METHODS[method]).parameters), body.keys()
        self.asked.append(method)
        if self.refuse:
            return _refused(400, self.refuse.pop())
        try:
            return _said(getattr(self, f"_{method}")(body))
        except Refused as refused:
            return _refused(400, str(refused))

    def _getMe(self, body: dict[str, Any]) -> Any:
        return {"id": 123456, "is_bot": True, "first_name": "Pulsar", "username": BOT_NAME}

    def _setWebhook(self, body: dict[str, Any]) -> Any:
        assert body["url"].startswith("https://")
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,256}", body["secret_token"])
        assert set(body["allowed_updates"]) <= set(Update.ALL_TYPES)
        self.webhook = body
        return True

    def _getWebhookInfo(self, body: dict[str, Any]) -> Any:
        return {"url": self.webhook.get("url", ""), "has_custom_certificate": False, "pending_update_count": 0}

    def _deleteWebhook(self, body: dict[str, Any]) -> Any:
        self.webhook = {}
        return True

    def _sendMessage(self, body: dict[str, Any]) -> Any:
        checked(body)
        number = 4711 + len(self.shown) + len(self.replies)
        if replied := body.get("reply_parameters"):
            assert not ReplyParameters.de_json(replied).api_kwargs
            self.replies.append(body)
        else:
            self.shown[number] = body
        return {"message_id": number, "chat": {"id": CHAT, "type": "supergroup", "title": "Ops"}, "date": 1}

    def _editMessageText(self, body: dict[str, Any]) -> Any:
        checked(body)
        assert body["chat_id"] == str(CHAT)
        before = self.shown.get(body["message_id"])
        if before is None:
            raise Refused("Bad Request: message to edit not found")
        if (before["text"], before.get("reply_markup")) == (body["text"], body.get("reply_markup")):
            raise Refused("Bad Request: message is not modified")
        self.shown[body["message_id"]] = body
        return {"message_id": body["message_id"], "chat": {"id": CHAT, "type": "supergroup"}, "date": 1}

    def _editMessageReplyMarkup(self, body: dict[str, Any]) -> Any:
        self.shown[body["message_id"]] = self.shown[body["message_id"]] | {"reply_markup": body["reply_markup"]}
        return {"message_id": body["message_id"], "chat": {"id": CHAT, "type": "supergroup"}, "date": 1}


class Refused(Exception):
    pass


def _said(result: Any) -> str:
    return "200 OK\r\n\r\n" + json.dumps({"ok": True, "result": result})


def checked(body: dict[str, Any]) -> None:
    assert body["parse_mode"] == ParseMode.HTML
    markup = Markup(body["text"])
    assert set(markup.tags) <= {"b", "a", "i", "code", "pre"}
    assert 0 < len(markup.seen) <= MessageLimit.MAX_TEXT_LENGTH
    for button in offered(body).values():
        assert not button.api_kwargs
        if button.callback_data:
            assert 1 <= len(str(button.callback_data).encode()) <= 64


def offered(body: dict[str, Any]) -> dict[str, InlineKeyboardButton]:
    """The buttons of a message, by what is written on them."""
    keyboard = InlineKeyboardMarkup.de_json(body.get("reply_markup") or {"inline_keyboard": []})
    return {button.text: button for row in keyboard.inline_keyboard for button in row}


def press(number: int, user: dict[str, Any], data: str, message: int, chat: int = CHAT) -> dict[str, Any]:
    """What Telegram says of a press, as its SDK reads it."""
    where = {"message_id": message, "date": 1, "chat": {"id": chat, "type": "supergroup", "title": "Ops"}}
    query = {"id": f"q{number}", "from": user, "message": where, "chat_instance": "1", "data": data}
    update = {"update_id": number, "callback_query": query}
    read = Update.de_json(update, None).callback_query
    assert read
    assert (read.data, read.api_kwargs) == (data, {})
    return update


def start(number: int, user: dict[str, Any], kind: str = "private") -> dict[str, Any]:
    chat = {"id": user["id"], "type": kind}
    message = {"message_id": 1, "date": 1, "chat": chat, "from": user, "text": "/start link"}
    return {"update_id": number, "message": message}
