"""What happened to a heartbeat. Pings are none: there are too many of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pulsar.base.events import Changes, Event


class HeartbeatEvent(Event):
    subject_type: ClassVar = "heartbeat"


@dataclass(frozen=True)
class HeartbeatCreated(HeartbeatEvent):
    type: ClassVar = "heartbeat.created"
    name: str


@dataclass(frozen=True)
class HeartbeatUpdated(HeartbeatEvent):
    type: ClassVar = "heartbeat.updated"
    name: str
    changes: Changes


@dataclass(frozen=True)
class HeartbeatRenewed(HeartbeatEvent):
    """It has a new address."""

    type: ClassVar = "heartbeat.renewed"
    name: str


@dataclass(frozen=True)
class HeartbeatDeleted(HeartbeatEvent):
    type: ClassVar = "heartbeat.deleted"
    name: str


@dataclass(frozen=True)
class HeartbeatLate(HeartbeatEvent):
    type: ClassVar = "heartbeat.late"
    name: str
    last_ping_at: datetime | None


@dataclass(frozen=True)
class HeartbeatReturned(HeartbeatEvent):
    type: ClassVar = "heartbeat.returned"
    name: str
