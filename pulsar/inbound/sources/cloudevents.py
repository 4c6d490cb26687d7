"""What does an event of the CloudEvents specification say? In JSON one, or many; in binary mode its attributes come as
headers, and body.py puts them together with what they belong to."""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from pulsar.alerts.rules import Action
from pulsar.inbound.decode import as_text, as_texts, decoded
from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.severity import severity
from pulsar.inbound.sources import generic

slug = "cloudevents"
title = "CloudEvents"
description = "Events of the CNCF's specification: structured, binary or in batches."

CLOSING = ("resolved", "resolve", "recovered", "closed", "close", "cleared", "ok", "succeeded", "success", "up")
ACKNOWLEDGING = ("acknowledged", "acknowledge", "ack")
OPENING = ("created", "opened", "triggered", "firing", "failed", "failure", "error", "raised", "down", "started")
_LAST = re.compile(r"[._/:-]([A-Za-z0-9]+)$")


class Event(msgspec.Struct):
    specversion: str
    id: str
    source: str
    type: str
    subject: str | None = None
    time: str | None = None
    data: Any = None
    data_base64: str | None = None


def read(payload: Any) -> Iterator[Reading]:
    if not isinstance(payload, list):
        yield _reading(payload, decoded(payload, Event), "")
        return
    for place, (raw, event) in enumerate(zip(payload, decoded(payload, list[Event]), strict=True)):
        yield _reading(raw, event, f"[{place}].")


def _reading(raw: dict[str, Any], event: Event, place: str) -> Reading:
    for name in ("id", "source", "type"):
        if not getattr(event, name).strip():
            raise Unreadable(f"{place}{name} is empty")
    data = _data(event, place)
    fields = data if isinstance(data, dict) else {}
    said = as_texts({name: value for name, value in fields.items() if isinstance(value, str | int | float)})
    stem, action = _meaning(event.type)
    tags = fields.get("tags")
    more = as_texts({name: value for name, value in raw.items() if name not in ("data", "data_base64")})
    return Reading(
        action=generic.ACTIONS.get(said.get("action", "").lower())
        or generic.STATUSES.get(said.get("status", "").lower())
        or action,
        alias=said.get("alias", "").strip() or f"cloudevents {event.source} {event.subject or ''} {stem}",
        message=_message(event, said),
        description=said.get("description", "") or (as_text(data) if data is not None and not fields else ""),
        priority=severity(said.get("priority", "")) or severity(said.get("severity", "")),
        source=event.source,
        entity=said.get("entity") or event.subject or "",
        tags=(event.type, *(as_text(tag) for tag in tags)) if isinstance(tags, list) else (event.type,),
        details={**more, **as_texts(fields)},
    )


def _message(event: Event, said: dict[str, str]) -> str:
    named = next((said[name] for name in ("message", "summary", "title") if said.get(name, "").strip()), "")
    return named or f"{event.type} {event.subject or ''}".strip()


def _meaning(kind: str) -> tuple[str, Action]:
    """The type without how it stands, and that: com.example.disk.failed and com.example.disk.recovered are one alert's
    beginning and end."""
    found = _LAST.search(kind)
    word = found[1].lower() if found else ""
    if not found or word not in (*CLOSING, *ACKNOWLEDGING, *OPENING):
        return kind, "create"
    action: Action = "close" if word in CLOSING else "acknowledge" if word in ACKNOWLEDGING else "create"
    return kind[: found.start()], action


def _data(event: Event, place: str) -> Any:
    if event.data_base64 is None:
        return event.data
    try:
        content = base64.b64decode(event.data_base64, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        raise Unreadable(f"{place}data_base64 is not base64") from None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return content
