"""Any HTTP endpoint: the message as JSON, one request for each level."""

from typing import Annotated, Literal

import httpx
from pydantic import Field, HttpUrl, field_validator

from pulsar.base import clock
from pulsar.notify.channel import Config as BaseConfig
from pulsar.notify.channel import Message, Reach, Recipient, Undelivered

slug = "webhook"
title = "Webhook"
reach: Reach = "room"
help = "Posts each page as JSON to an address of yours."  # noqa: A001 - the protocol's word

_KEPT_ANSWER = 500
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
            if name.lower() in _OWN_HEADERS:
                raise ValueError(f"Pulsar sets the header {name} itself")
            try:
                httpx.Headers({name: value})
            except (UnicodeEncodeError, ValueError):
                raise ValueError(f"the header {name!r} has characters that HTTP does not allow") from None
            if not name or any(c in name + value for c in "\r\n\0"):
                raise ValueError("a header may have no line break in it, and needs a name")
        return headers


async def send(message: Message, config: Config, recipient: Recipient | None) -> str:
    body = {
        "id": message.id,
        "title": message.title,
        "text": message.text,
        "link": message.link,
        **message.facts,
        "timestamp": clock.rfc3339(clock.now()),
    }
    headers = {**config.headers, "Idempotency-Key": message.id, "User-Agent": "Pulsar/1.0"}
    try:
        # A redirect is a failure: the address that the owner checked is the address that is called.
        async with httpx.AsyncClient(timeout=config.timeout_seconds, trust_env=False) as client:
            response = await client.request(config.method, str(config.url), json=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Undelivered(f"{type(error).__name__}: {error}") from error
    answer = f"{response.status_code} {response.text[:_KEPT_ANSWER]}".strip()
    if response.is_success:
        return answer
    retry_after = response.headers.get("retry-after", "")
    raise Undelivered(
        answer,
        permanent=response.status_code < 500 and response.status_code not in {408, 425, 429},
        retry_after_seconds=float(retry_after) if retry_after.isdecimal() else None,
    )
