"""Webhooks of Microsoft Teams, by Microsoft's own models of its cards."""

from typing import Any

from botbuilder.schema import teams
from microsoft_teams import cards
from pydantic import BaseModel

from tests.receiver import Received

LARGEST = 28 * 1024
# What Teams shows: learn.microsoft.com, "Adaptive Cards support in Teams".
NEWEST_VERSION = (1, 5)
# The parts of a card, by what they call themselves.
KINDS: dict[str, type[BaseModel]] = {
    kind.model_fields["type"].default: kind
    for kind in vars(cards).values()
    if isinstance(kind, type) and issubclass(kind, BaseModel) and "type" in kind.model_fields
}


def workflow(request: Received) -> str:
    body = _body(request)
    assert body["type"] == "message"
    for attachment in body["attachments"]:
        assert attachment.keys() == {"contentType", "contentUrl", "content"}
        assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
        content = attachment["content"]
        assert tuple(map(int, content["version"].split("."))) <= NEWEST_VERSION
        assert content.pop("$schema") == "http://adaptivecards.io/schemas/adaptive-card.json"
        for part in (content, *content["body"], *content["actions"]):
            parsed = KINDS[part["type"]].model_validate({k: v for k, v in part.items() if k not in {"body", "actions"}})
            assert not parsed.__pydantic_extra__, parsed.__pydantic_extra__
    return "202 Accepted"


def connector(request: Received) -> str:
    body = _body(request)
    assert (body.pop("@type"), body.pop("@context")) == ("MessageCard", "https://schema.org/extensions")
    assert body["summary"] or body["text"]
    _fits(teams.O365ConnectorCard, body)
    for action in body["potentialAction"]:
        assert action["@type"] == "OpenUri"
        _fits(teams.O365ConnectorCardOpenUri, action)
        for target in action["targets"]:
            _fits(teams.O365ConnectorCardOpenUriTarget, target)
    return "200 OK\r\n\r\n1"


def _body(request: Received) -> dict[str, Any]:
    assert request.method == "POST"
    assert request.headers["content-type"] == "application/json"
    assert len(request.body) <= LARGEST
    body: dict[str, Any] = request.json
    return body


def _fits(model: Any, fields: dict[str, Any]) -> None:
    types = {entry["key"]: entry["type"] for entry in model._attribute_map.values()}
    assert fields.keys() <= types.keys(), fields.keys() - types.keys()
    wrong = [name for name, value in fields.items() if isinstance(value, list) != types[name].startswith("[")]
    assert wrong == []
