"""What happened to a webhook endpoint. None of it is told by webhook."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pulsar.base.events import Changes, Event


class WebhookEvent(Event):
    subject_type: ClassVar = "webhook"


@dataclass(frozen=True)
class WebhookCreated(WebhookEvent):
    type: ClassVar = "webhook.created"
    name: str
    url: str


@dataclass(frozen=True)
class WebhookUpdated(WebhookEvent):
    type: ClassVar = "webhook.updated"
    name: str
    changes: Changes


@dataclass(frozen=True)
class WebhookSecretRotated(WebhookEvent):
    """Until then the secret before is good too."""

    type: ClassVar = "webhook.secret_rotated"
    name: str
    previous_until: datetime | None


@dataclass(frozen=True)
class WebhookFailing(WebhookEvent):
    """Several in a row did not arrive."""

    type: ClassVar = "webhook.failing"
    name: str
    reason: str


@dataclass(frozen=True)
class WebhookRecovered(WebhookEvent):
    type: ClassVar = "webhook.recovered"
    name: str


@dataclass(frozen=True)
class WebhookDisabled(WebhookEvent):
    """By Pulsar, because nothing arrives there."""

    type: ClassVar = "webhook.disabled"
    name: str
    reason: str


@dataclass(frozen=True)
class WebhookTested(WebhookEvent):
    """Somebody had a test sent, and it arrived or not."""

    type: ClassVar = "webhook.tested"
    name: str
    delivered: bool


@dataclass(frozen=True)
class WebhookRedelivered(WebhookEvent):
    """Somebody had so many sent again."""

    type: ClassVar = "webhook.redelivered"
    name: str
    count: int


@dataclass(frozen=True)
class WebhookDeleted(WebhookEvent):
    type: ClassVar = "webhook.deleted"
    name: str
