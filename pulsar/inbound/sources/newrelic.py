"""What does New Relic say? A workflow's webhook with its default template; before workflows, a channel's webhook."""

from collections.abc import Iterator
from typing import Any

from pulsar.alerts.rules import Action
from pulsar.inbound.decode import as_text, as_texts, decoded, first
from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.severity import severity

slug = "newrelic"
title = "New Relic"
description = "Issues from a workflow's webhook destination, and incidents of the older channels."

ACTIONS: dict[str, Action] = {
    **dict.fromkeys(("created", "activated", "open"), "create"),
    "acknowledged": "acknowledge",
    **dict.fromkeys(("closed", "deactivated"), "close"),
}
TOLD = {"title", "details", "alertPolicyNames", "policy_name", "targets"}


def read(payload: Any) -> Iterator[Reading]:
    fields = decoded(payload, dict[str, Any])
    said = as_texts(fields)
    number = first(said, ("id", "incident_id", "issueId"))
    if not number:
        raise Unreadable("id is missing")
    state = first(said, ("state", "current_state"))
    action = ACTIONS.get(state.strip().lower())
    if not action:
        raise Unreadable("state must be CREATED, ACTIVATED, ACKNOWLEDGED or CLOSED")
    entities = [*_names(fields.get("impactedEntities")), *_names(fields.get("targets"))]
    yield Reading(
        action=action,
        alias=f"new relic {number}",
        message=first(said, ("title", "condition_name", "details")),
        description=said.get("details", ""),
        priority=severity(first(said, ("priority", "severity"))),
        source=title,
        entity=", ".join(entities),
        tags=tuple(_names(fields.get("alertPolicyNames")) or _names([fields.get("policy_name")])),
        details={name: text for name, text in said.items() if name not in TOLD and text.strip()},
    )


def _names(values: Any) -> list[str]:
    """Of a list of texts, or of objects with a name."""
    items = values if isinstance(values, list) else [values]
    named = (item.get("name") if isinstance(item, dict) else item for item in items)
    return [text for text in (as_text(name) for name in named if name) if text.strip()]
