"""Telegram's Bot API, by python-telegram-bot."""

import inspect
import json
from html.parser import HTMLParser
from urllib.parse import urlsplit

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions
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
