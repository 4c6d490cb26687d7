"""What does Better Stack say? An outgoing webhook about incidents: started, acknowledged, resolved."""

from collections.abc import Iterator
from typing import Any

import msgspec

from pulsar.alerts.rules import Action
from pulsar.inbound.decode import as_texts, decoded
from pulsar.inbound.rules import Reading, Unreadable

slug = "betterstack"
title = "Better Stack"
description = "Incidents of monitors and heartbeats, through an outgoing webhook; also their acknowledgement."

TOLD = ("url", "http_method", "started_at", "acknowledged_by", "resolved_by", "response_url", "screenshot_url")


class Incident(msgspec.Struct):
    id: str | int
    type: str | None = None
    attributes: dict[str, Any] | None = None


class Notice(msgspec.Struct):
    data: Incident
    event: str | None = None


def read(payload: Any) -> Iterator[Reading]:
    notice = decoded(payload, Notice)
    incident = notice.data
    if incident.type not in (None, "incident"):
        raise Unreadable("data.type must be incident: choose incidents when you make the webhook")
    if not str(incident.id).strip():
        raise Unreadable("data.id is empty")
    said = as_texts(incident.attributes)
    team = said.get("team_name", "")
    name = said.get("name") or said.get("url") or f"Incident {incident.id}"
    cause = said.get("cause", "")
    yield Reading(
        action=_action(notice.event or "", said),
        alias=f"better stack incident {incident.id}",
        message=f"{name}: {cause}" if cause else name,
        description=said.get("response_content", ""),
        source=title,
        entity=said.get("url") or name,
        tags=(f"team:{team}",) if team else (),
        details={field: said[field] for field in TOLD if said.get(field)},
    )


def _action(event: str, said: dict[str, str]) -> Action:
    """What the incident says of itself; and of "reopened" and the like, that it is open."""
    word = (event or said.get("status", "")).strip().lower()
    if word == "resolved" or (word not in ("started", "reopened") and said.get("resolved_at")):
        return "close"
    if word == "acknowledged" or (not word and said.get("acknowledged_at")):
        return "acknowledge"
    return "create"
