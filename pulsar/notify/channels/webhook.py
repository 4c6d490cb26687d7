"""Any HTTP endpoint: the message as JSON, one request for each level."""

from typing import Annotated, Literal

from pydantic import Field, HttpUrl, field_validator

from pulsar.base import clock
from pulsar.base.sendable import check_header
from pulsar.notify.channel import Config as BaseConfig
from pulsar.notify.channel import Message, Reach, Recipient
from pulsar.notify.sending import post

slug = "webhook"
title = "Webhook"
reach: Reach = "room"
help = "Posts each page as JSON to an address of yours."  # noqa: A001 - the protocol's word

_OWN_HEADERS = {"content-type", "content-length", "host", "idempotency-key", "user-agent"}

Headers = Annotated[
    dict[str, str],
    Field(
        title="Headers",
        description="Sent along, for example for authorization.",
        max_length=20,
        json_schema_extra={"writeOnly": True},
    ),
]


class Config(BaseConfig):
    url: Annotated[HttpUrl, Field(title="Address")]
    method: Annotated[Literal["POST", "PUT", "PATCH"], Field(title="Method")] = "POST"
    headers: Headers = Field(default_factory=dict)
    timeout_seconds: Annotated[int, Field(title="Time limit in seconds", ge=1, le=300)] = 10

    @field_validator("headers")
    @classmethod
    def _sendable(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, value in headers.items():
            check_header(name, value, _OWN_HEADERS)
        return headers


async def send(message: Message, config: Config, recipient: Recipient | None) -> str:
    body = {
        "id": message.id,
        "title": message.title,
        "text": message.text,
        "link": message.link,
        "acknowledge_link": message.acknowledge_link,
        **message.facts,
        "timestamp": clock.rfc3339(clock.now()),
    }
    answer = await post(
        str(config.url),
        method=config.method,
        json=body,
        headers={**config.headers, "Idempotency-Key": message.id},
        timeout_seconds=config.timeout_seconds,
    )
    return answer.shown
