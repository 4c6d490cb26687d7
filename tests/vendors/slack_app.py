"""Slack's Web API for an app, by slack-sdk: a request is right if the SDK, asked for the same, makes the same one, and
finds its blocks good. And a person in Slack, who presses what the message really offers."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from slack_sdk import WebClient
from slack_sdk.models.attachments import BlockAttachment
from slack_sdk.models.blocks import ActionsBlock, Block
from slack_sdk.signature import SignatureVerifier

from pulsar.base import clock
from pulsar.notify.channels.slack_app import SCOPES
from tests.receiver import Received

Json = dict[str, Any]
TOKEN, SECRET = "xoxb-1234-5678-AbCdEfGh", "8f742231b10e8888abcd99yyyzzz85a5".replace("y", "1").replace("z", "2")
TEAM, ROOM = "T0123456", "C0123456"


class Recorded(WebClient):
    """Keeps the request that the SDK would send."""

    made: Json

    def _perform_urllib_http_request(self, *, url: str, args: Json) -> Json:
        self.made = {"url": url} | args
        return {"status": 200, "headers": {}, "body": '{"ok": true}'}


METHODS = {
    "chat.postMessage": "chat_postMessage",
    "chat.update": "chat_update",
    "auth.test": "auth_test",
    "conversations.info": "conversations_info",
    "conversations.list": "conversations_list",
    "users.info": "users_info",
}


@dataclass
class Workspace:
    """`refuse` names, by method, the errors to answer next. `shown` are the messages as they stand, by their ts."""

    channels: list[Json] = field(default_factory=lambda: [{"id": ROOM, "name": "ops", "is_archived": False}])
    users: dict[str, Json] = field(default_factory=dict)
    scopes: str = ",".join(SCOPES)
    refuse: dict[str, list[str]] = field(default_factory=dict)
    shown: dict[str, Json] = field(default_factory=dict)
    asked: list[tuple[str, Json]] = field(default_factory=list)
    told: list[Json] = field(default_factory=list)
    """What only the person who pressed sees."""

    def api(self, request: Received) -> str:
        if request.path.startswith("/actions/"):
            return self._tell(request)
        method = request.path.removeprefix("/api/")
        if request.headers["authorization"] != f"Bearer {TOKEN}":
            return answered({"ok": False, "error": "invalid_auth"})
        sent = self._as_the_sdk_would(method, request)
        self.asked.append((method, sent))
        if errors := self.refuse.get(method):
            return answered({"ok": False, "error": errors.pop(0)})
        answer: Json = getattr(self, "_" + method.replace(".", "_"))(sent)
        return answered({"ok": True} | answer, self.scopes) if "error" not in answer else answered(answer)

    def _as_the_sdk_would(self, method: str, request: Received) -> Json:
        is_json = request.headers.get("content-type", "").startswith("application/json")
        sent = request.json if is_json else dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        client = Recorded(TOKEN)
        getattr(client, METHODS[method])(**sent)
        assert request.method == "POST"
        assert client.made["url"] == f"https://slack.com/api/{method}"
        assert client.made["headers"]["Authorization"] == request.headers["authorization"]
        assert sent == (client.made["json"] if is_json else (client.made["params"] or {}))
        assert is_json == bool(client.made["json"])
        body: Json = dict(sent)
        for attachment in body.get("attachments", []):
            _good(attachment)
        return body

    def _chat_postMessage(self, sent: Json) -> Json:
        if not any(sent["channel"] == channel["id"] for channel in self.channels):
            return {"ok": False, "error": "channel_not_found"}
        if "thread_ts" in sent and sent["thread_ts"] not in self.shown:
            return {"ok": False, "error": "thread_not_found"}
        ts = f"17640000{len(self.asked):02}.000100"
        self.shown[ts] = sent
        return {"channel": sent["channel"], "ts": ts, "message": {}}

    def _chat_update(self, sent: Json) -> Json:
        if sent["ts"] not in self.shown:
            return {"ok": False, "error": "message_not_found"}
        self.shown[sent["ts"]] = self.shown[sent["ts"]] | sent
        return {"channel": sent["channel"], "ts": sent["ts"]}

    def _auth_test(self, _sent: Json) -> Json:
        return {"team_id": TEAM, "team": "Acme", "user_id": "UBOT", "url": "https://acme.slack.com/"}

    def _conversations_info(self, sent: Json) -> Json:
        found = [channel for channel in self.channels if channel["id"] == sent["channel"]]
        return {"channel": found[0]} if found else {"ok": False, "error": "channel_not_found"}

    def _conversations_list(self, sent: Json) -> Json:
        """One a page, so that there are several."""
        place = int(sent["cursor"] or 0)
        following = str(place + 1) if place + 1 < len(self.channels) else ""
        return {"channels": self.channels[place : place + 1], "response_metadata": {"next_cursor": following}}

    def _users_info(self, sent: Json) -> Json:
        found = self.users.get(sent["user"])
        return {"user": found} if found else {"ok": False, "error": "user_not_found"}

    def _tell(self, request: Received) -> str:
        assert request.json["response_type"] == "ephemeral"
        assert request.json["replace_original"] is False
        self.told.append(request.json)
        return "200 OK\r\n\r\nok"

    def knows(self, user: str, email: str, **fields: Any) -> None:
        profile = {"email": email, "real_name": user}
        self.users[user] = {"id": user, "team_id": TEAM, "is_email_confirmed": True, "profile": profile} | fields

    @property
    def roots(self) -> list[Json]:
        return [message for message in self.shown.values() if "thread_ts" not in message]

    @property
    def replies(self) -> list[Json]:
        return [message for message in self.shown.values() if "thread_ts" in message]


def _good(attachment: Json) -> None:
    blocks = list(Block.parse_all(attachment["blocks"]))
    for block in blocks:
        block.validate_json()
    known = BlockAttachment(blocks=blocks, color=attachment["color"], fallback=attachment["fallback"]).to_dict()
    assert attachment == {name: known[name] for name in attachment}


def answered(body: Json, scopes: str = "") -> str:
    head = f"200 OK\r\nx-oauth-scopes: {scopes}" if scopes else "200 OK"
    return f"{head}\r\n\r\n{json.dumps(body)}"


def words(message: Json) -> str:
    """All that a reader sees of it."""
    return json.dumps([message["text"], message["attachments"]], ensure_ascii=False)


def offered(message: Json) -> dict[str, Json]:
    """Buttons and menus, by their action."""
    blocks = [block for attachment in message["attachments"] for block in attachment["blocks"]]
    actions = [ActionsBlock(**block) for block in blocks if block["type"] == "actions"]
    assert all(isinstance(block, ActionsBlock) for block in actions)
    return {
        element["action_id"]: element | {"block_id": block["block_id"]}
        for block in blocks
        if block["type"] == "actions"
        for element in block["elements"]
    }


def press(message: Json, action: str, user: str, answer_to: str, *, option: str = "", team: str = TEAM) -> bytes:
    """The body in which Slack tells of it."""
    element = offered(message)[action]
    pressed = {"type": element["type"], "action_id": action, "block_id": element["block_id"]}
    if option:
        (chosen,) = [one for one in element["options"] if one["text"]["text"] == option]
        pressed |= {"selected_option": chosen}
    payload = {
        "type": "block_actions",
        "user": {"id": user, "username": user.lower(), "team_id": team},
        "team": {"id": TEAM, "domain": "acme"},
        "container": {"type": "message_attachment", "channel_id": ROOM},
        "actions": [pressed],
        "response_url": answer_to,
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


def signature(body: bytes, secret: str = SECRET, age_seconds: float = 0) -> dict[str, str]:
    at = str(int(clock.now().timestamp() - age_seconds))
    made = SignatureVerifier(secret).generate_signature(timestamp=at, body=body)
    assert made
    headers = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": made}
    return headers | {"Content-Type": "application/x-www-form-urlencoded"}


def sdk_would_take(body: bytes, headers: dict[str, str], secret: str = SECRET) -> bool:
    class Hands:
        def now(self) -> float:
            return clock.now().timestamp()

    return SignatureVerifier(secret, Hands()).is_valid_request(body, headers)  # type: ignore[arg-type]
