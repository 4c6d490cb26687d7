"""What happened to an integration."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pulsar.base.events import Changes, Event


class IntegrationEvent(Event):
    subject_type: ClassVar = "integration"


@dataclass(frozen=True)
class IntegrationCreated(IntegrationEvent):
    type: ClassVar = "integration.created"
    name: str
    integration_type: str


@dataclass(frozen=True)
class IntegrationUpdated(IntegrationEvent):
    type: ClassVar = "integration.updated"
    name: str
    changes: Changes


@dataclass(frozen=True)
class IntegrationDeleted(IntegrationEvent):
    type: ClassVar = "integration.deleted"
    name: str


@dataclass(frozen=True)
class SignalReceived(IntegrationEvent):
    """The first one that ever came: what a newcomer's screen is waiting for."""

    type: ClassVar = "integration.first_signal"
    name: str


@dataclass(frozen=True)
class SignalRefused(IntegrationEvent):
    type: ClassVar = "integration.refused"
    name: str
    reason: str


@dataclass(frozen=True)
class PayloadReplayed(IntegrationEvent):
    """Somebody had a kept payload read once more."""

    type: ClassVar = "integration.payload_replayed"
    name: str
    received_at: datetime
