"""What does Splunk say? The webhook action of an alert: the search, and the first of its results."""

from collections.abc import Iterator
from typing import Any

import msgspec

from pulsar.inbound.decode import as_texts, decoded, first
from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.severity import severity

slug = "splunk"
title = "Splunk"
description = "Saved searches, through their webhook action. Splunk tells no end: people close these alerts."


class Alert(msgspec.Struct):
    sid: str
    search_name: str | None = None
    app: str | None = None
    owner: str | None = None
    results_link: str | None = None
    result: dict[str, Any] | None = None


def read(payload: Any) -> Iterator[Reading]:
    alert = decoded(payload, Alert)
    name = (alert.search_name or "").strip()
    if not name:
        raise Unreadable("search_name is missing: save the search as an alert first")
    result = {field: text for field, text in as_texts(alert.result).items() if text.strip()}
    host = first(result, ("host", "dest"))
    yield Reading(
        alias=f"splunk {alert.app or ''} {name} {host}".rstrip(),
        message=f"{name} on {host}" if host else name,
        description=result.get("_raw", ""),
        priority=severity(first(result, ("priority", "urgency", "severity"))),
        source=title,
        entity=host,
        tags=tuple(f"{field}:{result[field]}" for field in ("index", "sourcetype") if field in result),
        details=as_texts({"results_link": alert.results_link, "owner": alert.owner, "app": alert.app, "sid": alert.sid})
        | {field: text for field, text in result.items() if not field.startswith(("_", "date_"))},
    )
