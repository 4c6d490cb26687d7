"""What does Grafana say? Its alerting speaks Alertmanager's format with more in it; before version 9 a panel's
alert sent a format of its own, and old installations still do."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec

from pulsar.alerts.rules import Action
from pulsar.inbound.alertmanager import ENTITIES, Alert, Group, host, reading, urgency
from pulsar.inbound.decode import as_text, as_texts, decoded, first
from pulsar.inbound.rules import Reading

slug = "grafana"
title = "Grafana"
description = "Alerts from Grafana Alerting, and from the panel alerts of older versions."

LINKS = {
    "dashboard_url": "dashboardURL",
    "panel_url": "panelURL",
    "silence_url": "silenceURL",
    "image_url": "imageURL",
    "value_string": "valueString",
}
BLIND = {"DatasourceNoData": "No data", "DatasourceError": "Query failed"}
"""Alerts that Grafana raises itself, because it could not tell how the rule stands."""

LEGACY_ACTIONS: dict[str, Action | None] = {"ok": "close", "paused": None, "pending": None, "unknown": None}
"""Anything else opens. None: says neither that something broke nor that it is over."""


class GrafanaAlert(Alert, rename=LINKS):
    dashboard_url: str | None = None
    panel_url: str | None = None
    silence_url: str | None = None
    image_url: str | None = None
    values: dict[str, Any] | None = None
    value_string: str | None = None


class GrafanaGroup(Group[GrafanaAlert]):
    message: str | None = None


class Match(msgspec.Struct):
    metric: str | None = None
    value: Any = None
    tags: dict[str, Any] | None = None


class Legacy(
    msgspec.Struct,
    rename={
        "rule_id": "ruleId",
        "rule_name": "ruleName",
        "rule_url": "ruleUrl",
        "image_url": "imageUrl",
        "org_id": "orgId",
        "matches": "evalMatches",
    },
):
    rule_id: int | str
    state: str
    rule_name: str | None = None
    rule_url: str | None = None
    image_url: str | None = None
    org_id: int | str | None = None
    title: str | None = None
    message: str | None = None
    tags: dict[str, Any] | None = None
    matches: list[Match] | None = None


def read(payload: Any) -> Iterator[Reading]:
    if isinstance(payload, dict) and "alerts" not in payload and "ruleId" in payload:
        yield from _legacy(decoded(payload, Legacy))
        return
    group = decoded(payload, GrafanaGroup)
    for alert in group.alerts:
        yield _unified(alert, group)


def _unified(alert: GrafanaAlert, group: GrafanaGroup) -> Reading:
    common = reading(alert, group, title)
    links = {field: getattr(alert, attribute) for attribute, field in LINKS.items()}
    values = {f"value {name}": value for name, value in as_texts(alert.values).items()}
    said = {name: text for name, text in links.items() if text and not (values and name == "valueString")}
    blindness = _blindness(as_texts(alert.labels))
    error = common.details.get("Error", "") if blindness else ""
    return replace(
        common,
        message=blindness or common.message,
        description=error or common.description or group.message or "",
        details={**values, **said, **common.details},
    )


def _blindness(labels: dict[str, str]) -> str:
    """Such an alert keeps the summary of its rule, and that would claim what nobody knows: "CPU is high"."""
    what, rule = BLIND.get(labels.get("alertname", "")), labels.get("rulename")
    return f"{what}: {rule}" if what and rule else ""


def _legacy(alert: Legacy) -> Iterator[Reading]:
    action = LEGACY_ACTIONS.get(alert.state, "create")
    if action is None:
        return
    tags, rule = as_texts(alert.tags), alert.rule_name or alert.title or ""
    matches = alert.matches or []
    yield Reading(
        action=action,
        alias=f"grafana rule {alert.rule_id}" + (f" of organization {alert.org_id}" if alert.org_id else ""),
        message=f"No data: {rule}" if alert.state == "no_data" else rule,
        description=alert.message or "",
        priority=urgency(tags),
        source=host(alert.rule_url) or title,
        entity=next(filter(None, (first(as_texts(match.tags), ENTITIES) for match in matches)), ""),
        tags=tuple(f"{name}:{value}" for name, value in tags.items()),
        details=dict(_measurements(matches)) | _addresses(alert),
    )


def _measurements(matches: list[Match]) -> Iterator[tuple[str, str]]:
    """Named as Prometheus names a series, because one metric of many hosts is many measurements."""
    for match in matches:
        series = ", ".join(f"{name}={value}" for name, value in as_texts(match.tags).items())
        yield (match.metric or "value") + (f"{{{series}}}" if series else ""), as_text(match.value)


def _addresses(alert: Legacy) -> dict[str, str]:
    return {name: url for name, url in (("ruleUrl", alert.rule_url), ("imageUrl", alert.image_url)) if url}
