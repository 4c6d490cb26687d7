"""What is set up so that somebody would not be paged, or told, before it shows? And what does somebody stand in?

The shapes in which a domain answers these two questions about what is its own; problems/asking.py asks them all.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Severity = Literal["critical", "warning"]


@dataclass(frozen=True)
class Named:
    id: UUID
    name: str


@dataclass(frozen=True)
class Thing:
    """What a defect is in: a policy, a team, a schedule. Typed as the events' subjects are."""

    type: str
    id: UUID
    name: str


@dataclass(frozen=True)
class Defect:
    """Critical: alerts would reach nobody whom somebody chose. Warning: fewer people than it looks like."""

    kind: str
    severity: Severity
    message: str
    subject: Thing | None = None
    user: Named | None = None


@dataclass(frozen=True)
class Duty:
    """A place where somebody is counted on. `detail` says as what: "level 2", "lead"."""

    subject: Thing
    detail: str
