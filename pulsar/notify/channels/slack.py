"""Slack, by an incoming webhook: one message for each level, with Block Kit."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from pulsar.notify.channel import Config as BaseConfig
from pulsar.notify.channel import Message, Reach, Recipient, SecretUrl
from pulsar.notify.sending import post
from pulsar.notify.slack import LONGEST_TEXT, LONGEST_TITLE, escaped, section

slug = "slack"
title = "Slack webhook"
reach: Reach = "room"
pace_seconds = 1.0
help = "Posts each page into a Slack channel through an incoming webhook. No buttons: links."  # noqa: A001 - the protocol's word

WebhookUrl = Annotated[
    SecretUrl,
    Field(
        title="Webhook address",
        description="From your Slack app, under Incoming Webhooks.",
        examples=["https://hooks.slack.com/services/T000/B000/XXXX"],
    ),
]
Override = Annotated[str, StringConstraints(max_length=80)]
_OLD = "Only webhooks of the old kind (Custom Integrations) heed this."


class Config(BaseConfig):
    webhook_url: WebhookUrl
    channel: Annotated[Override, Field(title="Channel", description=_OLD, examples=["#ops"])] = ""
    username: Annotated[Override, Field(title="Shown as", description=_OLD, examples=["Pulsar"])] = ""
    icon: Annotated[
        str,
        StringConstraints(pattern=r"^(:[\w+'-]+:|https?://\S+)?$", max_length=500),
        Field(title="Icon", description=f"An emoji, or the address of an image. {_OLD}", examples=[":rotating_light:"]),
    ] = ""


async def send(message: Message, config: Config, recipient: Recipient | None) -> str:
    answer = await post(str(config.webhook_url), json=_body(message) | _looks(config))
    return answer.shown


def _looks(config: Config) -> dict[str, str]:
    icon = "icon_emoji" if config.icon.startswith(":") else "icon_url"
    looks = {"channel": config.channel, "username": config.username, icon: config.icon}
    return {name: value for name, value in looks.items() if value}


def _body(message: Message) -> dict[str, Any]:
    """The text is what a phone shows in its notification; the attachment has the priority's colour."""
    blocks = [section(escaped(message.text, LONGEST_TEXT))] if message.text else []
    if links := message.labelled_links:
        # Not buttons: Slack marks those as broken unless the app answers for them, which a webhook cannot.
        blocks.append(section("   ".join(f"<{link}|*{label}*>" for label, link in links)))
    body: dict[str, Any] = {"text": f"*{escaped(message.line, LONGEST_TITLE)}*"}
    return body | {"attachments": [{"color": message.colour, "blocks": blocks}]} if blocks else body
