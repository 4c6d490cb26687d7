"""ntfy: a push to every phone that follows a topic, with a button that acknowledges."""

from typing import Annotated, Any

from pydantic import Field, HttpUrl, StringConstraints

from pulsar.notify.channel import Config as BaseConfig
from pulsar.notify.channel import Message, Reach, Recipient, Secret
from pulsar.notify.sending import post

slug = "ntfy"
title = "ntfy"
reach: Reach = "room"
help = "Pushes each page to the phones that follow a topic, on ntfy.sh or your own server."  # noqa: A001 - the protocol's word

# A message of more than 4096 bytes would arrive as an attached file.
_LONGEST_TEXT_BYTES = 4000
_LONGEST_TITLE = 250

_URGENCY = {"P1": 5, "P2": 4, "P3": 3, "P4": 2, "P5": 1}
_EMOJI = {"P1": ["rotating_light"], "P2": ["warning"]}


class Config(BaseConfig):
    server: Annotated[
        HttpUrl, Field(title="Server", description="The address of the ntfy server.", examples=["https://ntfy.sh"])
    ] = HttpUrl("https://ntfy.sh")
    topic: Annotated[
        Secret,
        StringConstraints(pattern=r"^[-_A-Za-z0-9]{1,64}$"),
        Field(
            title="Topic",
            description="Letters, digits, - and _. Without access control on the server it is a password: "
            "who knows it can read along.",
        ),
    ]
    token: Annotated[
        Secret,
        StringConstraints(pattern=r"^[\x21-\x7e]*$"),
        Field(title="Access token", description="Empty when the topic is open to all.", examples=["tk_…"]),
    ] = ""


async def send(message: Message, config: Config, recipient: Recipient | None) -> str:
    headers = {"Authorization": f"Bearer {config.token}"} if config.token else {}
    body = {"topic": config.topic} | _body(message)
    return (await post(str(config.server), json=body, headers=headers)).shown


def _body(message: Message) -> dict[str, Any]:
    body: dict[str, Any] = {
        "title": message.line[:_LONGEST_TITLE],
        "message": _cut(message.text or message.line),
        "priority": _URGENCY.get(message.priority or "", 3),
        "tags": _EMOJI.get(message.priority or "", []),
        "actions": [_action(label, link, message) for label, link in message.labelled_links],
    }
    return body | ({"click": message.link} if message.link else {})


def _action(label: str, link: str, message: Message) -> dict[str, Any]:
    """Acknowledging is done by the phone itself, with no browser in between."""
    if link == message.acknowledge_link:
        return {"action": "http", "label": label, "url": link, "method": "POST", "clear": True}
    return {"action": "view", "label": label, "url": link}


def _cut(text: str) -> str:
    return text.encode()[:_LONGEST_TEXT_BYTES].decode("utf-8", "ignore")
