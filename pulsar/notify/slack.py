"""How is Slack spoken to, and how does one know that it is Slack that speaks? Its API, its markup, its signature."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from pydantic import HttpUrl

from pulsar.base import clock
from pulsar.notify.channel import Undelivered
from pulsar.notify.sending import Answer, ask, refusal, retry_after

# Slack's own: what is older may be a copy of what somebody has overheard.
WINDOW = timedelta(minutes=5)
# Its own limits: 3000 characters in a section, 150 in a line that is shown alone.
LONGEST_TEXT = 2900
LONGEST_TITLE = 250
# A page of a workspace's channels is longer than what any other provider says.
_LONGEST_LIST = 4 * 1024 * 1024

_PASSING = {
    "ratelimited",
    "rate_limited",
    "message_limit_exceeded",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
}
# Of one message, which says nothing about the next.
_OF_ONE = {
    "message_not_found",
    "cant_update_message",
    "edit_window_closed",
    "msg_too_long",
    "msg_blocks_too_long",
    "invalid_blocks",
    "invalid_attachments",
    "thread_not_found",
    "cannot_reply_to_message",
}
_PLAIN_WORDS = {
    "invalid_auth": "Slack does not accept the bot token. Copy it again from OAuth & Permissions.",
    "not_authed": "Slack does not accept the bot token. Copy it again from OAuth & Permissions.",
    "account_inactive": "The bot's account is off, or the app was removed from the workspace. Install it again.",
    "token_revoked": "The bot token was revoked. Install the app again, and enter the new one.",
    "token_expired": "The bot token has expired. Switch token rotation off in the app, and enter the new one.",
    "channel_not_found": "Slack knows no such channel, or the app is not in it: type /invite @Pulsar there.",
    "not_in_channel": "The app is not in this channel: type /invite @Pulsar there.",
    "is_archived": "This Slack channel is archived.",
    "restricted_action": "The workspace does not let the app write in this channel.",
    "missing_scope": "The app lacks a permission. Compare its scopes with the manifest, and install it again.",
    "message_not_found": "Somebody has deleted the message in Slack.",
}


class SlackSays(Undelivered):
    """What Slack refuses, with its own word for it."""

    def __init__(self, error: str, answer: Answer) -> None:
        self.error = error
        permanent = error not in _PASSING
        super().__init__(
            " · ".join(part for part in (f"{answer.status} {error}", _PLAIN_WORDS.get(error, "")) if part),
            permanent=permanent,
            channel_broken=error not in _OF_ONE if permanent else None,
            retry_after_seconds=retry_after(answer.headers.get("retry-after", ""), clock.now()),
        )


class Access(Protocol):
    """What of an app's settings is needed to ask."""

    bot_token: str
    api_url: HttpUrl


async def call(access: Access, method: str, body: dict[str, Any]) -> Answer:
    """Writes. Raises SlackSays, or Undelivered when nothing of Slack's was answered."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return _taken(await ask(_url(access, method), json=body, headers=_bearer(access) | headers))


async def read(access: Access, method: str, params: dict[str, str], *, timeout_seconds: float = 10) -> Answer:
    """Those methods take no JSON."""
    answer = await ask(
        _url(access, method),
        data=params,
        headers=_bearer(access),
        timeout_seconds=timeout_seconds,
        longest=_LONGEST_LIST,
    )
    return _taken(answer)


def _url(access: Access, method: str) -> str:
    return f"{str(access.api_url).rstrip('/')}/{method}"


def _bearer(access: Access) -> dict[str, str]:
    return {"Authorization": f"Bearer {access.bot_token}"}


def _taken(answer: Answer) -> Answer:
    said = answer.json
    if said.get("ok"):
        return answer
    if error := said.get("error"):
        raise SlackSays(str(error), answer)
    if 200 <= answer.status < 300:
        raise Undelivered(f"{answer.shown} · This is not an answer of Slack's.")
    raise refusal(answer)


_SENT_AT = "x-slack-request-timestamp"


def fresh(headers: Mapping[str, str], now: datetime) -> bool:
    """Whether it says that it was sent within the last minutes."""
    sent_at = headers.get(_SENT_AT, "")
    if not (sent_at.isascii() and sent_at.isdigit()) or len(sent_at) > 12:
        return False
    return abs(now.timestamp() - int(sent_at)) <= WINDOW.total_seconds()


def signed(secret: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether Slack has sent this, at the time that it says: HMAC-SHA256 over the version, the time and the body."""
    sent_at = headers.get(_SENT_AT, "")
    digest = hmac.new(secret.encode(), f"v0:{sent_at}:".encode() + body, hashlib.sha256).hexdigest()
    signature = headers.get("x-slack-signature", "").encode("utf-8", "replace")
    return hmac.compare_digest(f"v0={digest}".encode(), signature)


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def escaped(text: str, longest: int) -> str:
    """Cut first, so that no escape is cut in two; what it becomes is at most what it was with every third an escape."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    made = cut.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return made if len(made) <= longest + 100 else escaped(text, longest // 2)
