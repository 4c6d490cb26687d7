"""What does Zabbix say? Its media types send what their script says, so this reads the names of the script in our
guide, and those that other guides use."""

import re
from collections.abc import Iterator
from typing import Any

from pulsar.alerts.rules import Action, Priority
from pulsar.inbound.decode import as_texts, decoded, first
from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.severity import severity

slug = "zabbix"
title = "Zabbix"
description = (
    "Problems of triggers, through a media type of type webhook; a recovery closes, an acknowledgement acknowledges."
)

SEVERITIES = {
    "disaster": Priority.P1,
    "high": Priority.P2,
    "average": Priority.P3,
    "warning": Priority.P4,
    "information": Priority.P5,
}
OVER = {"ok", "resolved", "recovery", "0"}
TRIGGERS = ("trigger", "trigger_name", "event_name", "name", "subject")
HOSTS = ("hostname", "host", "host_name")
# The script sends its own parameters, and of those "url" is our address with the token in it.
TOLD = {*TRIGGERS, "message", "description", "tags", "url"}
_TRIGGER_ID = re.compile(r"[?&]triggerid=(\d+)")
# A macro that Zabbix has no value for stays, or becomes a word of its own.
_NOTHING = re.compile(r"\{[$A-Z][^}]*\}|\*UNKNOWN\*")


def read(payload: Any) -> Iterator[Reading]:
    fields = {name: _NOTHING.sub("", text) for name, text in as_texts(decoded(payload, dict[str, Any])).items()}
    name, status = first(fields, TRIGGERS), first(fields, ("status", "event_value"))
    if not name:
        raise Unreadable("trigger is missing")
    if not status:
        raise Unreadable("status is missing: it says PROBLEM or OK")
    host = first(fields, HOSTS)
    word = fields.get("severity", "").strip().lower()
    action: Action = "close" if status.strip().lower() in OVER else "create"
    if update := fields.get("update", ""):
        # What somebody did about a problem: "acknowledged and commented", "unacknowledged", "commented".
        if not re.search(r"\backnowledged", update):
            return
        action = "acknowledge"
    yield Reading(
        action=action,
        alias=_alias(fields, host, name),
        message=name if not host or host in name else f"{name} on {host}",
        description=first(fields, ("message", "description", "item")),
        priority=SEVERITIES.get(word) or severity(word),
        source=title,
        entity=host,
        tags=tuple(tag.strip() for tag in fields.get("tags", "").split(",") if tag.strip()),
        details={field: text for field, text in fields.items() if field not in TOLD and text.strip()},
    )


def _alias(fields: dict[str, str], host: str, name: str) -> str:
    """The trigger's number: its name may change with the state, and an event's number does."""
    found = _TRIGGER_ID.search(fields.get("link", ""))
    trigger = first(fields, ("trigger_id", "triggerid")).strip() or (found[1] if found else "")
    return f"zabbix trigger {trigger}" if trigger else f"zabbix {host} {name}"
