"""What does a group of alerts in Alertmanager's webhook format say? Prometheus sends it, and Grafana a dialect of it.
No I/O, no clock."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import msgspec

from pulsar.alerts.rules import Priority
from pulsar.inbound.decode import as_text, as_texts, first
from pulsar.inbound.rules import Reading
from pulsar.inbound.severity import level, severity

ENTITIES = ("instance", "pod", "host", "service")
TAGGED = ("job", "namespace", "cluster", "env", "environment", "service", "team")


class Alert(msgspec.Struct, rename={"starts_at": "startsAt", "generator_url": "generatorURL"}):
    """Labels and annotations are text to text, but not every sender that imitates the format keeps to it."""

    labels: dict[str, Any]
    annotations: dict[str, Any] | None = None
    status: str | None = None
    starts_at: str | None = None
    generator_url: str | None = None
    fingerprint: str | None = None


AnAlert = TypeVar("AnAlert", bound=Alert)


class Group(
    msgspec.Struct,
    Generic[AnAlert],
    rename={"group_key": "groupKey", "external_url": "externalURL", "truncated_alerts": "truncatedAlerts"},
):
    alerts: list[AnAlert]
    status: str | None = None
    receiver: str | None = None
    group_key: str | int | None = None  # version 3 has a number
    external_url: str | None = None
    truncated_alerts: int | None = None
    """How many more there were: Alertmanager's max_alerts keeps them back."""


def reading(alert: Alert, group: Group[Any], tool: str) -> Reading:
    labels, annotations = as_texts(alert.labels), as_texts(alert.annotations)
    return Reading(
        action="close" if (alert.status or group.status or "").lower() == "resolved" else "create",
        alias=alert.fingerprint or fingerprint(labels),
        message=first(annotations, ("summary", "title")) or name(labels),
        description=first(annotations, ("description", "message")),
        priority=urgency(labels),
        source=host(group.external_url) or tool,
        entity=first(labels, ENTITIES),
        tags=tags(labels),
        # What the group says of itself comes first, so that a flood of labels cannot push it out; labels win.
        details={**_surroundings(alert, group), **annotations, **labels},
    )


def fingerprint(labels: Mapping[str, str]) -> str | None:
    """For senders that give none: the same labels are the same alert, as they are to Alertmanager."""
    return hashlib.sha256(json.dumps(sorted(labels.items())).encode()).hexdigest()[:32] if labels else None


def name(labels: Mapping[str, str]) -> str:
    """Without an annotation for people there is still the rule's name, and what it fired for."""
    alertname, instance = labels.get("alertname"), labels.get("instance")
    if not alertname:
        return ", ".join(f"{label}={value}" for label, value in labels.items())
    return f"{alertname} on {instance}" if instance else alertname


def urgency(labels: Mapping[str, str]) -> Priority | None:
    """A priority is said on purpose; a severity is what most rules come with."""
    return level(labels.get("priority", "")) or severity(labels.get("severity", ""))


def tags(labels: Mapping[str, str]) -> tuple[str, ...]:
    pairs = (f"{label}:{labels[label]}" for label in TAGGED if labels.get(label))
    return tuple(tag for tag in (labels.get("alertname", ""), *pairs) if tag)


def host(url: str | None) -> str:
    """Never the whole address: one may carry a password."""
    try:
        return urlsplit(url or "").hostname or ""
    except ValueError:
        return ""


def _surroundings(alert: Alert, group: Group[Any]) -> dict[str, str]:
    said = {
        "startsAt": alert.starts_at,
        "generatorURL": alert.generator_url,
        "receiver": group.receiver,
        "groupKey": group.group_key,
        "externalURL": group.external_url,
        "truncatedAlerts": group.truncated_alerts,
    }
    return {field: as_text(value) for field, value in said.items() if value}
