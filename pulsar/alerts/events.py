"""What happened to an alert."""

from dataclasses import dataclass
from typing import ClassVar

from pulsar.base.events import Changes, Event


class AlertEvent(Event):
    subject_type: ClassVar = "alert"


@dataclass(frozen=True)
class AlertCreated(AlertEvent):
    type: ClassVar = "alert.created"
    number: int
    message: str
    priority: str
    policy: str | None
    policy_from: str | None


@dataclass(frozen=True)
class AlertRepeated(AlertEvent):
    """`times` reports of it, which made `count` in all."""

    type: ClassVar = "alert.repeated"
    times: int
    count: int


@dataclass(frozen=True)
class AlertUpdated(AlertEvent):
    type: ClassVar = "alert.updated"
    changes: Changes


@dataclass(frozen=True)
class AlertAcknowledged(AlertEvent):
    type: ClassVar = "alert.acknowledged"


@dataclass(frozen=True)
class AlertUnacknowledged(AlertEvent):
    type: ClassVar = "alert.unacknowledged"


@dataclass(frozen=True)
class AlertClosed(AlertEvent):
    type: ClassVar = "alert.closed"
    reason: str | None


@dataclass(frozen=True)
class AlertSnoozed(AlertEvent):
    type: ClassVar = "alert.snoozed"
    until: str


@dataclass(frozen=True)
class AlertReopened(AlertEvent):
    """Its snooze ended, or it came again with a higher priority."""

    type: ClassVar = "alert.reopened"
    reason: str


@dataclass(frozen=True)
class AlertAssigned(AlertEvent):
    type: ClassVar = "alert.assigned"
    assignee_type: str | None
    assignee_id: str | None
    assignee: str | None


@dataclass(frozen=True)
class NoteAdded(AlertEvent):
    type: ClassVar = "alert.note_added"
    note_id: str
    text: str


@dataclass(frozen=True)
class AlertDeleted(AlertEvent):
    type: ClassVar = "alert.deleted"
    number: int
    message: str
