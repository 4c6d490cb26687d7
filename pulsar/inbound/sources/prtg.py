"""What does PRTG say? Its action "Execute HTTP" sends the form that our guide gives it."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from pulsar.alerts.rules import Action, Priority
from pulsar.inbound.decode import as_texts, decoded, split_tags
from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.severity import level

slug = "prtg"
title = "PRTG"
description = "Sensors that go down, warn and come back, through a notification template that sends a form."

STATES: dict[str, tuple[Action, Priority | None]] = {
    "up": ("close", None),
    "down": ("create", Priority.P1),
    "down (partial)": ("create", Priority.P2),
    "warning": ("create", Priority.P3),
    "unusual": ("create", Priority.P4),
    "down (acknowledged)": ("acknowledge", None),
}
_NOW = re.compile(r"\(now: (.+)\)$")
"""PRTG says "Down ended (now: Up)" of what is over."""
QUIET = ("paused", "unknown", "none", "collecting", "black")


class Notice(msgspec.Struct):
    sensorid: int | str
    status: str
    sensor: str | None = None
    device: str | None = None
    group: str | None = None
    probe: str | None = None
    host: str | None = None
    message: str | None = None
    lastvalue: str | None = None
    priority: str | int | None = None
    objecttags: str | None = None
    linksensor: str | None = None
    datetime: str | None = None
    home: str | None = None


def read(payload: Any) -> Iterator[Reading]:
    notice = decoded(payload, Notice)
    number = str(notice.sensorid).strip()
    if not number or number.startswith("%"):
        raise Unreadable("sensorid is empty: PRTG fills %sensorid in only where the template is of a sensor")
    status = notice.status.strip().lower()
    if now := _NOW.search(status):
        # Somebody took the sensor out of monitoring, and PRTG says no more of this time that it was down.
        status = "up" if now[1].startswith("paused") else now[1].strip()
    if status.startswith(QUIET):
        return
    found = STATES.get(status) or STATES.get(status.partition(" ")[0])  # "Down (simulated error)"
    if not found:
        raise Unreadable("status must be Up, Down, Warning or Unusual")
    action, priority = found
    what = f"{notice.sensor or f'Sensor {number}'} on {notice.device}" if notice.device else notice.sensor or number
    details = {name: getattr(notice, name) for name in ("group", "probe", "lastvalue", "linksensor", "datetime")}
    yield Reading(
        action=action,
        alias=f"prtg {notice.home or ''} sensor {number}".replace("  ", " "),
        message=f"{what} is {notice.status.strip()}",
        description=notice.message or "",
        # Stars are PRTG's own priority of a sensor, given by a person; the state is what holds without.
        priority=_stars(notice.priority) or priority,
        source=title,
        entity=notice.device or notice.host or "",
        tags=split_tags((notice.objecttags or "").replace(" ", ",")),
        details={name: text for name, text in as_texts(details).items() if text.strip()},
    )


def _stars(said: str | int | None) -> Priority | None:
    """Five are the most urgent. As a number, or as stars."""
    text = str(said if said is not None else "").strip()
    stars = text.count("*") or (int(text) if len(text) == 1 and text.isdecimal() else 0)
    return level(str(6 - stars)) if 1 <= stars <= 5 else None
