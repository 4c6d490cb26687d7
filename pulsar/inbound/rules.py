"""What did a monitoring tool say, and what does it come to with what the integration adds? No I/O, no clock."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from pulsar.alerts.rules import DEFAULT_PRIORITY, Action, Priority, Signal

LONGEST_MESSAGE = 1000
LONGEST_DESCRIPTION = 50_000
LONGEST_ALIAS = 512
LONGEST_FIELD = 500
LONGEST_DETAIL = 5000
MOST_TAGS = 50
MOST_DETAILS = 100


class Unreadable(Exception):
    """The payload does not have the shape that this source sends. The text says what is wrong, and where."""


@dataclass(frozen=True)
class Reading:
    """What a source's payload says about one alert. `alias` None: no two are the same. `priority` None: the
    source does not say, so the integration's default holds."""

    action: Action = "create"
    alias: str | None = None
    message: str = ""
    description: str = ""
    priority: Priority | None = None
    source: str = ""
    entity: str = ""
    tags: tuple[str, ...] = ()
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Integration:
    """What an incoming token adds to everything that comes through it."""

    id: UUID
    name: str
    default_priority: Priority | None
    default_tags: tuple[str, ...]
    team_id: UUID | None
    policy_id: UUID | None


def signal(reading: Reading, integration: Integration, new_alias: Callable[[], str]) -> Signal:
    """`new_alias` is for what has none. Too long texts are cut rather than refused: a page with a shortened text beats
    no page."""
    tags = [_clean(tag, LONGEST_FIELD) for tag in (*integration.default_tags, *reading.tags)]
    message = _clean(reading.message, LONGEST_MESSAGE) or "(no message)"
    return Signal(
        action=reading.action,
        # Cleaned before it counts as given: a blank alias would make one alert of everything that has it.
        alias=bounded_alias(reading.alias or "") or new_alias(),
        message=message,
        description=_clean(reading.description, LONGEST_DESCRIPTION),
        priority=reading.priority or integration.default_priority or DEFAULT_PRIORITY,
        source=_clean(reading.source, LONGEST_FIELD) or _clean(integration.name, LONGEST_FIELD),
        entity=_clean(reading.entity, LONGEST_FIELD),
        tags=tuple(dict.fromkeys(tag for tag in tags if tag))[:MOST_TAGS],
        details={
            _clean(name, LONGEST_FIELD): _clean(value, LONGEST_DETAIL)
            for name, value in list(reading.details.items())[:MOST_DETAILS]
        },
        integration_id=integration.id,
        team_id=integration.team_id,
        integration_policy_id=integration.policy_id,
    )


def bounded_alias(alias: str) -> str:
    """A long one keeps its beginning and gets a digest for an end: cut off, two alarms could become one."""
    alias = _clean(alias, 1_000_000)
    if len(alias) <= LONGEST_ALIAS:
        return alias
    return f"{alias[: LONGEST_ALIAS - 65]}~{hashlib.sha256(alias.encode()).hexdigest()}"


def _clean(text: str, longest: int) -> str:
    """PostgreSQL stores neither NUL nor half of a surrogate pair, and JSON can carry both."""
    text = text.replace("\0", "").strip()
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= longest else text[: longest - 1] + "…"
