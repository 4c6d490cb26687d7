"""An incoming webhook of Slack's, by slack-sdk."""

import inspect

from slack_sdk.models.attachments import BlockAttachment
from slack_sdk.models.blocks import Block
from slack_sdk.webhook import WebhookClient

from tests.receiver import Received

# The last four are of webhooks of the old kind.
TAKEN = set(inspect.signature(WebhookClient.send).parameters) | {"channel", "username", "icon_emoji", "icon_url"}


def incoming_webhook(request: Received) -> str:
    assert request.method == "POST"
    assert request.headers["content-type"].startswith("application/json")
    body = request.json
    assert body.keys() <= TAKEN, body.keys() - TAKEN
    assert body["text"]
    assert len(body["text"]) <= 40_000
    for attachment in body.get("attachments", []):
        blocks = list(Block.parse_all(attachment["blocks"]))
        for block in blocks:
            block.validate_json()
        known = BlockAttachment(blocks=blocks, color=attachment["color"]).to_dict()
        assert attachment == {name: known[name] for name in attachment}
    return "200 OK\r\n\r\nok"
