"""Which events does an endpoint want, when is a delivery tried again, when an endpoint given up? No I/O, no clock."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, get_args
from uuid import UUID

State = Literal["waiting", "pending", "sending", "delivered", "failed"]
"""Waiting: for an earlier one about the same object. Pending: for its time, or a place."""

UNFINISHED: tuple[State, ...] = ("waiting", "pending", "sending")

Flag = Literal[
    "alert_created",
    "alert_updated",
    "alert_acknowledged",
    "alert_closed",
    "alert_escalated",
    "incident_created",
    "incident_updated",
    "incident_resolved",
]
FLAGS: tuple[Flag, ...] = get_args(Flag)

OWN_FAMILY = "webhook"
"""What happens to webhooks is told to nobody by webhook: it would go round in a circle."""

_BY_FLAG: dict[Flag, tuple[str, ...]] = {
    "alert_created": ("alert.created",),
    "alert_updated": (
        "alert.updated",
        "alert.assigned",
        "alert.snoozed",
        "alert.reopened",
        "alert.unacknowledged",
    ),
    "alert_acknowledged": ("alert.acknowledged",),
    "alert_closed": ("alert.closed",),
    "alert_escalated": ("escalation.escalated", "escalation.fallback", "escalation.level_fired"),
    "incident_created": ("incident.created",),
    "incident_updated": ("incident.updated",),
    "incident_resolved": ("incident.updated",),
}

PATTERN = r"^[a-z_*?]{1,40}(\.[a-z_*?]{1,40})?$"
"""As a shell has it: `*` is any text, `?` one character. A name has one dot."""

LONGEST_RETRY = timedelta(hours=6)
LONGEST_ASKED = timedelta(hours=24)
DISABLED_AFTER = timedelta(days=5)
PROBED_AFTER = 5
"""So many failures in a row, and an endpoint gets one request at a time until one arrives."""

GONE = 410
_SLOW_DOWN = {429, 503}


@lru_cache(maxsize=10_000)
def matches(pattern: str, event_type: str) -> bool:
    """Not by a regular expression, which takes for ever over many stars: after a letter that does not fit, only the
    last star takes one more."""
    at, place = 0, 0
    star, taken = -1, 0
    while place < len(event_type):
        if at < len(pattern) and pattern[at] == "*":
            star, taken = at, place
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", event_type[place]):
            at, place = at + 1, place + 1
        elif star >= 0:
            at, taken = star + 1, taken + 1
            place = taken
        else:
            return False
    return not pattern[at:].strip("*")


def flagged(flag: Flag, event_type: str, data: Mapping[str, Any]) -> bool:
    """An escalation's first level is the page itself; it has escalated from the second on. Resolving an incident is an
    update of it that has a flag of its own."""
    if event_type not in _BY_FLAG[flag]:
        return False
    if event_type == "escalation.level_fired":
        return int(data.get("level", 0)) > 0 or int(data.get("cycle", 0)) > 0
    if event_type == "incident.updated":
        return (data.get("kind") == "resolved") == (flag == "incident_resolved")
    return True


@dataclass(frozen=True)
class Belonging:
    """Of the alert or the incident that an event is about."""

    priority: str
    team_id: UUID | None


@dataclass(frozen=True)
class Wishes:
    """What an endpoint wants to hear of. No teams are all teams, no priorities all priorities."""

    flags: frozenset[str] = frozenset()
    patterns: tuple[str, ...] = ()
    team_ids: frozenset[UUID] = frozenset()
    priorities: frozenset[str] = field(default_factory=frozenset)

    def named(self, event_type: str, data: Mapping[str, Any]) -> bool:
        """By its type."""
        if event_type.partition(".")[0] == OWN_FAMILY:
            return False
        if any(flag in self.flags and flagged(flag, event_type, data) for flag in FLAGS):
            return True
        return any(matches(pattern, event_type) for pattern in self.patterns)

    def admitted(self, of: Belonging | None) -> bool:
        """By whom and what it is about. What is neither of an alert nor of an incident has no team and no priority, and
        passes; so does what is deleted, of which nobody knows any more."""
        if of is None:
            return True
        if self.priorities and of.priority not in self.priorities:
            return False
        return not self.team_ids or of.team_id in self.team_ids


def retry_delay(
    tries: int, max_retries: int, first: timedelta, jitter: float, asked_seconds: float | None = None
) -> timedelta | None:
    """How long to wait after so many failed tries; None when it was the last.

    Doubles from `first` to six hours. `jitter` in [0, 1) takes off up to a quarter, so that what failed together does
    not come back together. A receiver that asks for a longer wait gets it, up to a day.
    """
    if tries > max_retries:
        return None
    doubled = min(first * (1 << min(tries - 1, 40)), LONGEST_RETRY) if first < LONGEST_RETRY else LONGEST_RETRY
    asked = min(timedelta(seconds=min(asked_seconds or 0, LONGEST_ASKED.total_seconds())), LONGEST_ASKED)
    return max(doubled * (1 - jitter / 4), asked)


def delivered(status: int | None) -> bool:
    """Only 2xx: who redirects has not taken it."""
    return status is not None and 200 <= status < 300


def slows_down(status: int | None) -> bool:
    """Whether what it says about when to come again is meant for all that goes there."""
    return status in _SLOW_DOWN


def given_up(status: int | None, failing_since: datetime | None, now: datetime) -> str | None:
    """Why an endpoint that has just failed is to be switched off, if it is."""
    if status == GONE:
        return "The receiver answered 410 Gone: it wants no more."
    if failing_since and now - failing_since >= DISABLED_AFTER:
        return f"Nothing has arrived for {DISABLED_AFTER.days} days."
    return None


def places(failures: int, most: int) -> int:
    """How many requests an endpoint may be sent at once."""
    return 1 if failures >= PROBED_AFTER else most


def without_repeats(values: Collection[str]) -> list[str]:
    return list(dict.fromkeys(values))
