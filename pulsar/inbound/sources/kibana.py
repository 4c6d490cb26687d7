"""What does Kibana say? A rule's action with a webhook connector sends the body that our guide gives it."""

from collections.abc import Iterator
from typing import Any

import msgspec

from pulsar.inbound.decode import decoded, split_tags
from pulsar.inbound.rules import Reading
from pulsar.inbound.severity import severity

slug = "kibana"
title = "Elastic (Kibana)"
description = "Rules of Kibana, through a webhook connector; an action for recovery closes the alert."

OVER = {"recovered", "resolved", "ok"}


class Notice(msgspec.Struct):
    rule_id: str
    rule_name: str
    alert_id: str
    action_group: str
    reason: str | None = None
    message: str | None = None
    severity: str | None = None
    tags: str | None = None
    url: str | None = None
    date: str | None = None
    space: str | None = None


def read(payload: Any) -> Iterator[Reading]:
    notice = decoded(payload, Notice)
    said = {name: getattr(notice, name) for name in ("url", "date", "space", "action_group", "rule_id")}
    yield Reading(
        action="close" if notice.action_group.strip().lower() in OVER else "create",
        alias=f"kibana {notice.rule_id} {notice.alert_id}",
        # A rule without groups has one alert, which is named for the rule, or "query matched".
        message=notice.rule_name,
        # Observability's rules have a reason, those of the stack a message.
        description=notice.reason or notice.message or "",
        priority=severity(notice.severity or ""),
        source=title,
        entity=notice.alert_id,
        tags=split_tags(notice.tags or ""),
        details={name: text for name, text in said.items() if text},
    )
