"""A server of ntfy's that is published to as JSON, after its documentation (docs.ntfy.sh/publish) and the names and
types in its source (server/types.go, publishMessage and action)."""

import re
from urllib.parse import urlsplit

from tests.receiver import Received

TEXTS = {"topic", "title", "message", "click", "icon", "attach", "filename", "email", "delay", "call"}
LONGEST_MESSAGE_BYTES, MOST_ACTIONS = 4096, 3
OF_ACTIONS = {
    "view": {"action", "label", "clear", "url"},
    "http": {"action", "label", "clear", "url", "method", "headers", "body"},
}
TOKEN = "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2"


def publish(request: Received) -> str:
    if request.headers.get("authorization") != f"Bearer {TOKEN}":
        return '403 Forbidden\r\n\r\n{"code":40301,"http":403,"error":"forbidden"}'
    assert (request.method, request.path) == ("POST", "/")
    body = request.json
    assert body.keys() <= TEXTS | {"priority", "tags", "actions"}, body.keys()
    assert all(isinstance(body[name], str) for name in body.keys() & TEXTS)
    assert re.fullmatch(r"[-_A-Za-z0-9]{1,64}", body["topic"])
    assert len(body["message"].encode()) <= LONGEST_MESSAGE_BYTES
    assert body["priority"] in range(1, 6)
    assert all(isinstance(tag, str) for tag in body["tags"])
    assert len(body["actions"]) <= MOST_ACTIONS
    for action in body["actions"]:
        assert action.keys() <= OF_ACTIONS[action["action"]]
        assert action["label"]
        assert urlsplit(action["url"]).scheme in {"http", "https"}
    return '200 OK\r\n\r\n{"id":"aNvXwq8XbN7m","time":1785920400,"event":"message","topic":"x"}'
