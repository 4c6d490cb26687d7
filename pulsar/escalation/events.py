"""What happened on the ladder, and to the policies."""

from dataclasses import dataclass
from typing import Any, ClassVar

from pulsar.base.events import Event


class EscalationEvent(Event):
    """About the alert that is paged for, so that it stands in its activity."""

    subject_type: ClassVar = "alert"


@dataclass(frozen=True)
class EscalationStarted(EscalationEvent):
    type: ClassVar = "escalation.started"
    policy: str | None
    reason: str


@dataclass(frozen=True)
class LevelFired(EscalationEvent):
    """`people` were told, `held_back` were meant too, but their own settings hold back every message."""

    type: ClassVar = "escalation.level_fired"
    level: int
    cycle: int
    people: list[str]
    held_back: list[str]
    messages: int


@dataclass(frozen=True)
class LevelSkipped(EscalationEvent):
    type: ClassVar = "escalation.level_skipped"
    level: int
    cycle: int
    reason: str


@dataclass(frozen=True)
class FellBack(EscalationEvent):
    type: ClassVar = "escalation.fallback"
    people: list[str]
    reason: str


@dataclass(frozen=True)
class EscalationStopped(EscalationEvent):
    type: ClassVar = "escalation.stopped"
    reason: str


@dataclass(frozen=True)
class EscalationCompleted(EscalationEvent):
    type: ClassVar = "escalation.completed"
    rounds: int


class PolicyEvent(Event):
    subject_type: ClassVar = "policy"


@dataclass(frozen=True)
class PolicyCreated(PolicyEvent):
    type: ClassVar = "policy.created"
    name: str


@dataclass(frozen=True)
class PolicyUpdated(PolicyEvent):
    type: ClassVar = "policy.updated"
    name: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True)
class PolicyDeleted(PolicyEvent):
    type: ClassVar = "policy.deleted"
    name: str
