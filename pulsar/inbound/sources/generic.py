"""What does a script, or a tool that lets its user write the JSON, say?"""

from collections.abc import Iterator
from typing import Any

import msgspec

from pulsar.alerts.rules import Action
from pulsar.inbound.decode import as_text, decoded, split_tags
from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.severity import severity

slug = "generic"
title = "Webhook"
description = "Anything that can send JSON: a script, a cron job, a tool with a template."

ACTIONS: dict[str, Action] = {
    "create": "create",
    "close": "close",
    "resolve": "close",
    "acknowledge": "acknowledge",
    "ack": "acknowledge",
}
STATUSES: dict[str, Action] = {
    **dict.fromkeys(("resolved", "ok", "closed", "recovered"), "close"),
    "acknowledged": "acknowledge",
}
"""Anything else opens: a status is the tool's own word, and a page too many beats one too few."""


class Event(msgspec.Struct):
    message: str | None = None
    description: str | None = None
    priority: str | int | None = None
    alias: str | int | None = None
    source: str | None = None
    entity: str | None = None
    tags: list[str] | str | None = None
    details: dict[str, Any] | None = None
    action: str | None = None
    status: str | None = None


def read(payload: Any) -> Iterator[Reading]:
    if not isinstance(payload, list):
        yield _reading(decoded(payload, Event), "")
        return
    for place, event in enumerate(decoded(payload, list[Event])):
        yield _reading(event, f"[{place}].")


def _reading(event: Event, place: str) -> Reading:
    action = _action(event, place)
    alias = "" if event.alias is None else as_text(event.alias).strip()
    if action == "create" and event.message is None:
        raise Unreadable(f"{place}message is missing")
    if action != "create" and not alias:
        raise Unreadable(f"{place}alias is missing: it says which alert to {action}")
    details = {name: as_text(value) for name, value in (event.details or {}).items()}
    priority = "" if event.priority is None else as_text(event.priority)
    if priority and not severity(priority):
        details.setdefault("priority", priority)  # not understood, so the default holds; people still see the word
    return Reading(
        action=action,
        alias=alias or None,
        message=event.message or "",
        description=event.description or "",
        priority=severity(priority),
        source=event.source or "",
        entity=event.entity or "",
        tags=split_tags(event.tags) if isinstance(event.tags, str) else tuple(event.tags or ()),
        details=details,
    )


def _action(event: Event, place: str) -> Action:
    """An action is an order, so one that is not known is refused."""
    if event.action is None:
        return STATUSES.get((event.status or "").strip().lower(), "create")
    action = ACTIONS.get(event.action.strip().lower())
    if action is None:
        raise Unreadable(f"{place}action must be create, close or acknowledge")
    return action
