"""What may happen to an alert, and what do many signals come to? No I/O, no clock."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID


class Priority(StrEnum):
    """P1 (critical) to P5 (info). As text they sort by urgency."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"
    P5 = "P5"


class Status(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    CLOSED = "closed"


LONGEST_SNOOZE = timedelta(hours=24)
DEFAULT_PRIORITY = Priority.P3

PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
"""What separates words to the search: "db-1.example.com" is four of them."""

Action = Literal["create", "close", "acknowledge"]


@dataclass(frozen=True)
class Signal:
    """What a source says about one alert, and what the integration that it came through adds."""

    action: Action
    alias: str
    message: str = ""
    description: str = ""
    priority: Priority = DEFAULT_PRIORITY
    source: str = ""
    entity: str = ""
    tags: tuple[str, ...] = ()
    details: dict[str, str] = field(default_factory=dict)
    integration_id: UUID | None = None
    user_id: UUID | None = None
    team_id: UUID | None = None
    policy_id: UUID | None = None
    integration_policy_id: UUID | None = None


ALLOWED: dict[str, frozenset[Status]] = {
    "acknowledge": frozenset({Status.OPEN, Status.SNOOZED}),
    "unacknowledge": frozenset({Status.ACKNOWLEDGED}),
    "snooze": frozenset({Status.OPEN, Status.ACKNOWLEDGED}),
    "escalate": frozenset({Status.OPEN}),
    "close": frozenset({Status.OPEN, Status.ACKNOWLEDGED, Status.SNOOZED}),
}
"""From which states a person may do what."""


@dataclass(frozen=True)
class Fold:
    """Consecutive signals of one action for one alias: the first makes the alert, the others repeat it."""

    action: Action
    alias: str
    members: tuple[int, ...]
    """Their places in the batch."""
    first: Signal
    priority: Priority
    """The most urgent of them."""


def rounds(signals: Sequence[Signal]) -> list[list[Fold]]:
    """The batch as rounds in which every alias stands once: all of a round can be written together, and for
    each alias the rounds keep the order of its signals. A storm of creations is one round."""
    runs: dict[str, list[list[int]]] = defaultdict(list)
    for place, signal in enumerate(signals):
        mine = runs[signal.alias]
        if mine and signals[mine[-1][0]].action == signal.action:
            mine[-1].append(place)
        else:
            mine.append([place])
    folds = [[_fold(signals, members) for members in mine] for mine in runs.values()]
    longest = max(map(len, folds), default=0)
    return [[mine[i] for mine in folds if i < len(mine)] for i in range(longest)]


def _fold(signals: Sequence[Signal], members: Sequence[int]) -> Fold:
    first = signals[members[0]]
    priority = min(signals[place].priority for place in members)
    return Fold(first.action, first.alias, tuple(members), first, priority)
