"""What does Azure Monitor say? An action group's webhook, with the common alert schema switched on."""

from collections.abc import Iterator
from typing import Any

import msgspec

from pulsar.alerts.rules import Priority
from pulsar.inbound.decode import as_text, as_texts, decoded
from pulsar.inbound.rules import Reading, Unreadable

slug = "azure_monitor"
title = "Azure Monitor"
description = "Alerts from an action group, in the common alert schema; a resolved one closes its alert."

SCHEMA = "azureMonitorCommonAlertSchema"
SEVERITIES = {f"sev{number}": priority for number, priority in enumerate(Priority)}
TOLD = ("alertRule", "signalType", "monitoringService", "firedDateTime", "resolvedDateTime", "investigationLink")


class Body(msgspec.Struct, rename="camel"):
    essentials: dict[str, Any]
    alert_context: dict[str, Any] | None = None
    custom_properties: dict[str, Any] | None = None


class Notice(msgspec.Struct, rename="camel"):
    schema_id: str
    data: Any


def read(payload: Any) -> Iterator[Reading]:
    notice = decoded(payload, Notice)
    if notice.schema_id != SCHEMA:
        raise Unreadable("schemaId is another than that of the common alert schema: switch it on in the action group")
    body = decoded(notice.data, Body)
    said = as_texts(body.essentials)
    if not said.get("alertId", "").strip() or not said.get("alertRule"):
        raise Unreadable("data.essentials.alertId or alertRule is missing")
    items = [*_texts(body.essentials.get("configurationItems")), *_texts(body.essentials.get("alertTargetIDs"))]
    yield Reading(
        action="close" if said.get("monitorCondition", "").lower() == "resolved" else "create",
        alias=said["alertId"],
        message=f"{said['alertRule']} on {items[0]}" if items else said["alertRule"],
        description=said.get("description", ""),
        priority=SEVERITIES.get(said.get("severity", "").lower()),
        source=title,
        entity=items[0] if items else "",
        tags=tuple(said[name] for name in ("monitoringService", "signalType") if said.get(name)),
        details={
            **dict(_measurements(body.alert_context or {})),
            **{name: said[name] for name in TOLD if said.get(name)},
            **as_texts(body.custom_properties),
            "targets": ", ".join(items),
        },
    )


def _texts(values: Any) -> list[str]:
    return [value for value in values if isinstance(value, str) and value] if isinstance(values, list) else []


def _measurements(context: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """ "Percentage CPU": "31.1 (GreaterThan 25)". A log alert brings a link to what it found."""
    condition = context.get("condition")
    criteria = condition.get("allOf") if isinstance(condition, dict) else None
    for one in criteria if isinstance(criteria, list) else []:
        if isinstance(one, dict):
            held = as_texts(one)
            name = held.get("metricName") or held.get("metricMeasureColumn") or "value"
            yield name, f"{held.get('metricValue', '?')} ({held.get('operator', '')} {held.get('threshold', '')})"
            if link := held.get("linkToSearchResultsUI"):
                yield "linkToSearchResultsUI", link
    if link := context.get("LinkToSearchResults"):
        yield "LinkToSearchResults", as_text(link)
