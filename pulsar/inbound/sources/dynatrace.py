"""What does Dynatrace say? A custom integration's webhook with the payload of our guide, whose names are Dynatrace's
placeholders."""

from collections.abc import Iterator
from typing import Any

from pulsar.alerts.rules import Action, Priority
from pulsar.inbound.decode import as_texts, decoded, first, split_tags
from pulsar.inbound.rules import Reading, Unreadable

slug = "dynatrace"
title = "Dynatrace"
description = "Problems, through a custom integration; a resolved one closes its alert."

ACTIONS: dict[str, Action] = {"open": "create", "resolved": "close", "merged": "close"}
"""Merged: another problem goes on with it, and has an alert of its own."""
SEVERITIES = {
    "availability": Priority.P1,
    "error": Priority.P2,
    "performance": Priority.P3,
    "resource_contention": Priority.P3,
    "resource": Priority.P3,
    "custom_alert": Priority.P3,
    "monitoring_unavailable": Priority.P2,
}
TOLD = {"State", "ProblemTitle", "ProblemDetailsText", "Tags"}


def read(payload: Any) -> Iterator[Reading]:
    said = as_texts(decoded(payload, dict[str, Any]))
    number = first(said, ("PID", "ProblemID"))
    if not number:
        raise Unreadable("ProblemID is missing")
    action = ACTIONS.get(said.get("State", "").strip().lower())
    if not action:
        raise Unreadable("State must be OPEN, RESOLVED or MERGED")
    yield Reading(
        action=action,
        alias=f"dynatrace {number}",
        message=said.get("ProblemTitle", ""),
        description=said.get("ProblemDetailsText", ""),
        priority=SEVERITIES.get(said.get("ProblemSeverity", "").strip().lower()),
        source=title,
        entity=said.get("ImpactedEntity", ""),
        tags=split_tags(said.get("Tags", "")),
        details={name: text for name, text in said.items() if name not in TOLD and text.strip()},
    )
