"""What does a Datadog monitor say? Its webhooks send what a template says, so this reads names, not a fixed shape:
those of the template in our guide, of Datadog's own default, and of others that are usual."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pulsar.alerts.rules import Priority
from pulsar.inbound.decode import as_text, decoded, first, split_tags
from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.severity import level, severity

slug = "datadog"
title = "Datadog"
description = "Alerts from Datadog monitors, through its Webhooks integration."

TITLES = ("alert_title", "event_title", "title")
BODIES = ("text_only_msg", "event_msg", "body", "message", "text")
PRIORITIES = ("alert_priority", "priority", "severity")
HOSTS = ("hostname", "host_name", "host")
SCOPES = ("alert_scope", "scope")
TOLD = {*TITLES, *BODIES, "tags"}
"""Fields that are not repeated among the details."""

OVER = {"recovered", "resolved", "ok", "success"}

_HEADING = re.compile(
    r"\s*(?:\[(?P<level>P[1-5])\]\s*)?"
    r"\[(?P<transition>(?:Re-)?(?:Triggered|Warn|No Data)|Renotify|Recovered)(?: on \{(?P<scope>[^}]*)\})?\]"
    r"\s*(?P<name>.*)",
    re.IGNORECASE | re.DOTALL,
)
# A variable that Datadog has no value for stays as it is. A word such as $USER is one only when it stands alone: in a
# text it may be a shell's.
_PLACEHOLDER = re.compile(
    r"^\s*\$[A-Z][A-Z_]*(?:\[[^\]]*\])?\s*$"
    r"|\$(?:AGGREG|ALERT|EVENT|INCIDENT|LAST|LOGS|METRIC|ORG|SECURITY|SYNTHETICS|TEXT)_[A-Z_]+(?:\[[^\]]*\])?"
)


@dataclass(frozen=True)
class Heading:
    """Datadog puts state, priority and scope into the title: "[P2] [Triggered on {host:db1}] Disk is full"."""

    name: str
    transition: str = ""
    scope: str = ""
    priority: Priority | None = None


def read(payload: Any) -> Iterator[Reading]:
    fields = dict(_fields(decoded(payload, dict[str, Any])))
    heading = _heading(first(fields, TITLES))
    if not heading.name:
        raise Unreadable("title is missing")
    scope = first(fields, SCOPES) or heading.scope
    host = first(fields, HOSTS)
    yield Reading(
        action="close" if _state(fields, heading) in OVER else "create",
        alias=_alias(fields, heading, scope or host),
        message=f"{heading.name} on {heading.scope}" if heading.scope else heading.name,
        description=first(fields, BODIES).strip().removeprefix("%%%").removesuffix("%%%").strip(),
        priority=_priority(fields, heading),
        source=title,
        entity=host or scope,
        tags=split_tags(fields.get("tags", "")),
        details={name: text for name, text in fields.items() if name not in TOLD},
    )


def _fields(payload: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """As text, without what is empty, and flat: {"org": {"name": "acme"}} is org_name."""
    for name, value in payload.items():
        flat = {f"{name}_{inner}": held for inner, held in value.items()} if isinstance(value, dict) else {name: value}
        for field, held in flat.items():
            items = held if isinstance(held, list) else [held]
            texts = [_expanded(as_text(item)) for item in items if item is not None]
            if text := ", ".join(text for text in texts if text.strip()):
                yield field.lower(), text


def _expanded(text: str) -> str:
    return _PLACEHOLDER.sub("", text) if "$" in text else text


def _heading(text: str) -> Heading:
    found = _HEADING.fullmatch(text)
    if not found:
        return Heading(text.strip())
    name, transition, scope = found["name"].strip(), found["transition"], found["scope"] or ""
    return Heading(name or text.strip(), transition, scope.strip(), level(found["level"] or ""))


def _state(fields: dict[str, str], heading: Heading) -> str:
    state = fields.get("alert_transition") or heading.transition or fields.get("alert_type", "")
    return state.strip().lower()


def _priority(fields: dict[str, str], heading: Heading) -> Priority | None:
    """The monitor's, if it has one. The event's own priority is "normal" or "low", and says nothing of the alert."""
    said = (level(fields.get(name, "")) for name in PRIORITIES)
    return next(filter(None, said), None) or heading.priority or severity(fields.get("alert_type", ""))


def _alias(fields: dict[str, str], heading: Heading, scope: str) -> str:
    """Of one group of one monitor, from its alarm to its recovery: the monitor's id alone is shared by all the hosts
    that it watches, and the event's id is new each time."""
    if key := first(fields, ("alert_cycle_key", "aggreg_key")):
        return key
    monitor = fields.get("alert_id") or fields.get("monitor_id")
    named = f"datadog monitor {monitor}" if monitor else f"datadog {heading.name}"
    return f"{named} on {scope}" if scope else named
