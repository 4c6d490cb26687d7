"""What does Google Cloud Monitoring say? A webhook channel's notice of an incident of an alerting policy."""

from collections.abc import Iterator
from typing import Any

import msgspec

from pulsar.inbound.decode import as_texts, decoded, first
from pulsar.inbound.rules import Reading
from pulsar.inbound.severity import severity

slug = "google_cloud"
title = "Google Cloud Monitoring"
description = "Incidents of alerting policies, through a webhook channel; a closed one closes its alert."

TOLD = ("url", "policy_name", "condition_name", "observed_value", "threshold_value", "scoping_project_id")


class Documentation(msgspec.Struct):
    content: str | None = None
    subject: str | None = None


class Thing(msgspec.Struct):
    type: str | None = None
    labels: dict[str, Any] | None = None


class Incident(msgspec.Struct):
    incident_id: str
    state: str
    summary: str | None = None
    policy_name: str | None = None
    condition_name: str | None = None
    severity: str | None = None
    url: str | None = None
    resource_display_name: str | None = None
    resource_name: str | None = None
    resource: Thing | None = None
    metric: Thing | None = None
    observed_value: Any = None
    threshold_value: Any = None
    scoping_project_id: str | None = None
    policy_user_labels: dict[str, Any] | None = None
    documentation: Documentation | str | None = None


class Notice(msgspec.Struct):
    incident: Incident


def read(payload: Any) -> Iterator[Reading]:
    incident = decoded(payload, Notice).incident
    labels = as_texts(incident.policy_user_labels)
    document = incident.documentation
    written = document if isinstance(document, Documentation) else Documentation(document)
    things = {
        **as_texts(incident.metric.labels if incident.metric else None),
        **as_texts(incident.resource.labels if incident.resource else None),
    }
    names = [written.subject, incident.policy_name, incident.condition_name, incident.summary]
    yield Reading(
        action="close" if incident.state.strip().lower() == "closed" else "create",
        alias=incident.incident_id or None,
        message=next((name for name in names if name and name.strip()), ""),
        description="\n\n".join(text for text in (incident.summary, written.content) if text),
        priority=severity(first(labels, ("priority", "severity"))) or severity(incident.severity or ""),
        source=title,
        entity=incident.resource_display_name or incident.resource_name or "",
        tags=tuple(f"{name}:{value}" for name, value in labels.items()),
        details={**as_texts({name: getattr(incident, name) for name in TOLD}), **things},
    )
