"""What does Amazon CloudWatch say? Its alarms come through SNS, as JSON within JSON; other senders use the topic too.
Whether SNS signed it is asked in sns.py."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from pulsar.inbound.decode import as_text, as_texts, decoded
from pulsar.inbound.rules import Reading, Unreadable

slug = "cloudwatch"
title = "Amazon CloudWatch"
description = "Alarms through an SNS topic: signatures are checked, the subscription confirms itself."

KINDS = ("Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation")
TOLD = ("NewStateReason", "StateChangeTime", "Region", "AWSAccountId", "AlarmArn", "OldStateValue")


class Envelope(msgspec.Struct, rename="pascal"):
    type: str
    message: str
    topic_arn: str
    message_id: str
    subject: str | None = None


def read(payload: Any) -> Iterator[Reading]:
    envelope = decoded(payload, Envelope)
    if envelope.type not in KINDS:
        raise Unreadable(f"Type must be {', '.join(KINDS)}")
    if envelope.type != "Notification":
        return
    alarm = _json(envelope.message)
    if "AlarmName" in alarm:
        yield _alarm(alarm, envelope)
    else:
        subject = (envelope.subject or "").strip()
        yield Reading(
            message=subject or envelope.message.strip().partition("\n")[0],
            description=envelope.message,
            source=envelope.topic_arn,
        )


def _json(text: str) -> dict[str, Any]:
    """An empty object when a person, or a program, published plain text."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _alarm(alarm: dict[str, Any], envelope: Envelope) -> Reading:
    said = as_texts(alarm)
    name, state = said.get("AlarmName", "").strip(), said.get("NewStateValue", "").strip().upper()
    if not name:
        raise Unreadable("Message.AlarmName is missing")
    trigger = alarm.get("Trigger")
    measured = trigger if isinstance(trigger, dict) else {}
    dimensions = dict(_dimensions(measured.get("Dimensions")))
    place = said.get("AlarmArn") or f"{envelope.topic_arn} {said.get('AWSAccountId', '')} {said.get('Region', '')}"
    return Reading(
        action="close" if state == "OK" else "create",
        alias=f"cloudwatch {place} {name}",
        message=f"No data: {name}" if state == "INSUFFICIENT_DATA" else name,
        description=said.get("AlarmDescription") or said.get("NewStateReason", ""),
        source=title,
        entity=", ".join(dimensions.values()),
        tags=tuple(as_text(measured[field]) for field in ("Namespace", "MetricName") if measured.get(field)),
        details={**dimensions, **{field: said[field] for field in TOLD if said.get(field)}},
    )


def _dimensions(values: Any) -> Iterator[tuple[str, str]]:
    for one in values if isinstance(values, list) else []:
        if isinstance(one, dict) and one.get("name") and one.get("value"):
            yield as_text(one["name"]), as_text(one["value"])
