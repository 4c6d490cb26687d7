"""What happened on the ladder, and to the policies."""

from dataclasses import dataclass
from typing import Any, ClassVar

from pulsar.base.events import Changes, Event


class EscalationEvent(Event):
    """About the alert that is paged for, so that it stands in its activity; or about the incident into which somebody
    is paged."""

    subject_type: ClassVar = "alert"


@dataclass(frozen=True)
class EscalationStarted(EscalationEvent):
    type: ClassVar = "escalation.started"
    policy: str | None
    reason: str
    policy_from: str | None
    """Whose policy it is: the alert's, its integration's, its team's, the default; or chosen by hand."""


@dataclass(frozen=True)
class Escalated(EscalationEvent):
    """Somebody did not wait for the next level."""

    type: ClassVar = "escalation.escalated"
    level: int
    cycle: int
    policy: str | None


@dataclass(frozen=True)
class LevelFired(EscalationEvent):
    """`people` were told, `held_back` were meant too, but their own settings hold back every message. `why` says of
    each how the targets led to them, who might have been in their place, and which targets had nobody."""

    type: ClassVar = "escalation.level_fired"
    level: int
    cycle: int
    people: list[str]
    held_back: list[str]
    messages: int
    why: dict[str, Any]


@dataclass(frozen=True)
class LevelSkipped(EscalationEvent):
    type: ClassVar = "escalation.level_skipped"
    level: int
    cycle: int
    reason: str
    why: dict[str, Any]


@dataclass(frozen=True)
class FellBack(EscalationEvent):
    type: ClassVar = "escalation.fallback"
    people: list[str]
    reason: str
    to: str
    """`team` or `admins`."""
    why: dict[str, Any]


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
    changes: Changes


@dataclass(frozen=True)
class PolicyDeleted(PolicyEvent):
    type: ClassVar = "policy.deleted"
    name: str
