"""What does a client of PagerDuty's Events API v2 say? Tools that can page there can page here: the routing key is the
integration's token. See enqueue.py for the address that they call."""

from collections.abc import Iterator
from typing import Any

import msgspec

from pulsar.alerts.rules import Action
from pulsar.inbound.decode import as_text, as_texts, decoded
from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.severity import severity

slug = "pagerduty"
title = "PagerDuty Events v2"
description = "Anything that can send to PagerDuty: give it this address, and the token as routing key."

ACTIONS: dict[str, Action] = {"trigger": "create", "acknowledge": "acknowledge", "resolve": "close"}


class Payload(msgspec.Struct, rename={"kind": "class"}):
    summary: str
    source: str | None = None
    severity: str | None = None
    timestamp: str | None = None
    component: str | None = None
    group: str | None = None
    kind: str | None = None
    custom_details: Any = None


class Link(msgspec.Struct):
    href: str | None = None
    text: str | None = None
    src: str | None = None
    alt: str | None = None


class Event(msgspec.Struct):
    event_action: str
    dedup_key: str | None = None
    payload: Payload | None = None
    links: list[Link] | None = None
    images: list[Link] | None = None
    client: str | None = None
    client_url: str | None = None


def read(payload: Any) -> Iterator[Reading]:
    event = decoded(payload, Event)
    action = ACTIONS.get(event.event_action.strip().lower())
    if not action:
        raise Unreadable("event_action must be trigger, acknowledge or resolve")
    if action != "create":
        if not event.dedup_key:
            raise Unreadable(f"dedup_key is missing: it says which alert to {event.event_action}")
        yield Reading(action=action, alias=event.dedup_key)
        return
    if event.payload is None:
        raise Unreadable("payload is missing")
    said = event.payload
    named = {"component": said.component, "group": said.group, "class": said.kind}
    yield Reading(
        alias=event.dedup_key or None,
        message=said.summary,
        priority=severity(said.severity or ""),
        source=event.client or title,
        entity=said.source or "",
        tags=tuple(f"{name}:{value}" for name, value in named.items() if value),
        details={**_custom(said.custom_details), **dict(_addresses(event)), **as_texts({"timestamp": said.timestamp})},
    )


def _custom(details: Any) -> dict[str, str]:
    """An object as a rule; some send a text, or a list."""
    if isinstance(details, dict):
        return as_texts(details)
    return {"details": as_text(details)} if details else {}


def _addresses(event: Event) -> Iterator[tuple[str, str]]:
    if event.client_url:
        yield "client_url", event.client_url
    for place, link in enumerate([*(event.links or []), *(event.images or [])], 1):
        if address := link.href or link.src:
            yield link.text or link.alt or f"link {place}", address
