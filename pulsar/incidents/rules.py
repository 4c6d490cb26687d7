"""What may an incident be, and what follows from its status? No I/O, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

Kind = Literal["resolved", "reopened", "status_changed", "severity_changed", "updated"]


class Severity(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class IncidentStatus(StrEnum):
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class ResponderRole(StrEnum):
    INCIDENT_COMMANDER = "incident_commander"
    RESPONDER = "responder"


_SEVERITIES = {"P1": Severity.CRITICAL, "P2": Severity.HIGH, "P3": Severity.MEDIUM}


def severity_of(priority: str) -> Severity:
    """Of an incident that is declared from an alert."""
    return _SEVERITIES.get(priority, Severity.LOW)


@dataclass(frozen=True)
class Milestones:
    """When it began; when the first responder was on it; when it stopped hurting, which is the first time that somebody
    only watched it, or else its end; and when it was resolved."""

    started_at: datetime
    acknowledged_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None

    def at_status(self, status: str, now: datetime) -> "Milestones":
        """`resolved_at` follows the status, there and back; what has once been reached stays."""
        resolved = status == IncidentStatus.RESOLVED
        calm = resolved or status == IncidentStatus.MONITORING
        return replace(
            self,
            mitigated_at=self.mitigated_at or (now if calm else None),
            resolved_at=(self.resolved_at or now) if resolved else None,
        )

    def with_those_of(self, duplicate: "Milestones") -> "Milestones":
        """It began when the first of the two did, and somebody was on it since somebody was on either."""
        on_it = [at for at in (self.acknowledged_at, duplicate.acknowledged_at) if at]
        return replace(
            self,
            started_at=min(self.started_at, duplicate.started_at),
            acknowledged_at=min(on_it, default=None),
        )

    def took_until(self, at: datetime | None) -> timedelta | None:
        """Since it began; which somebody may have set to a later instant since."""
        return max(at - self.started_at, timedelta()) if at else None


def told_apart(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[Kind, list[str]]]:
    """What an edit comes to on the timeline: the fields that changed, each line with those that belong together."""
    changed = [name for name in after if after[name] != before[name]]
    lines: list[tuple[Kind, list[str]]] = []
    if "severity" in changed:
        lines.append(("severity_changed", ["severity"]))
    if rest := [name for name in changed if name not in {"status", "severity"}]:
        lines.append(("updated", rest))
    if "status" in changed:
        # Last, so that a timeline does not go on after the end.
        lines.append((_of_status(before["status"], after["status"]), ["status"]))
    return lines


def _of_status(before: str, after: str) -> Kind:
    if after == IncidentStatus.RESOLVED:
        return "resolved"
    return "reopened" if before == IncidentStatus.RESOLVED else "status_changed"
