"""What do Nagios and Icinga say? Their notification commands send the fields of our guide; both know the
same states."""

from collections.abc import Iterator
from typing import Any

import msgspec

from pulsar.alerts.rules import Action, Priority
from pulsar.inbound.decode import as_texts, decoded
from pulsar.inbound.rules import Reading, Unreadable

slug = "nagios"
title = "Nagios and Icinga"
description = "Hosts and services, through a notification command; a recovery closes, an acknowledgement acknowledges."

ACTIONS: dict[str, Action | None] = {
    "PROBLEM": "create",
    "RECOVERY": "close",
    "ACKNOWLEDGEMENT": "acknowledge",
    "CUSTOM": None,
    **{
        f"{what}{change}": None
        for what in ("FLAPPING", "DOWNTIME")
        for change in ("START", "STOP", "END", "DISABLED", "CANCELLED", "REMOVED")
    },
}
"""None: says neither that something broke nor that it is over."""
STATES = {
    **dict.fromkeys(("DOWN", "UNREACHABLE", "CRITICAL"), Priority.P1),
    "UNKNOWN": Priority.P2,
    "WARNING": Priority.P3,
}


class Notice(msgspec.Struct):
    notification_type: str
    host: str
    state: str | None = None
    service: str | None = None
    output: str | None = None
    long_output: str | None = None
    address: str | None = None
    author: str | None = None
    comment: str | None = None
    url: str | None = None


def read(payload: Any) -> Iterator[Reading]:
    notice = decoded(payload, Notice)
    kind = notice.notification_type.strip().upper()
    if kind not in ACTIONS:
        raise Unreadable("notification_type must be PROBLEM, RECOVERY or ACKNOWLEDGEMENT")
    if not notice.host.strip():
        raise Unreadable("host is empty")
    if not (action := ACTIONS[kind]):
        return
    state = (notice.state or "").strip().upper()
    what = f"{notice.service} on {notice.host}" if notice.service else notice.host
    details = {name: getattr(notice, name) for name in ("address", "author", "comment", "url")}
    yield Reading(
        action=action,
        alias=f"nagios {notice.host} {notice.service or ''}".rstrip(),
        message=f"{what} is {state}" if state else what,
        description="\n".join(text for text in (notice.output, notice.long_output) if text),
        priority=STATES.get(state),
        source=title,
        entity=notice.host,
        tags=(notice.service,) if notice.service else (),
        details={name: text for name, text in as_texts(details).items() if text.strip()},
    )
