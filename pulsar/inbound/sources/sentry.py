"""What does Sentry say? The webhooks of an internal integration: issues, alerts on them, and alerts on metrics."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from pulsar.alerts.rules import Priority
from pulsar.inbound.decode import as_text, as_texts, decoded
from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.severity import severity

slug = "sentry"
title = "Sentry"
description = "Issues, and alerts on issues and metrics, through an internal integration's webhook."

OVER = {"resolved", "archived", "ignored"}
QUIET = {"assigned", "unassigned"}
_ISSUE = re.compile(r"/issues/(\d+)")


class Notice(msgspec.Struct):
    action: str
    data: dict[str, Any]


def read(payload: Any) -> Iterator[Reading]:
    notice = decoded(payload, Notice)
    data = {name: value for name, value in notice.data.items() if isinstance(value, dict)}
    if "metric_alert" in data:
        yield _metric(notice, as_texts(data["metric_alert"]))
    elif "issue" in data:
        if notice.action not in QUIET:
            yield _issue(notice, data["issue"])
    elif "event" in data:
        yield _event(notice, data["event"])
    else:
        raise Unreadable("data has neither issue, nor event, nor metric_alert")


def _priority(level: str) -> Priority | None:
    return Priority.P1 if level.strip().lower() == "fatal" else severity(level)


def _named(said: dict[str, str]) -> str:
    name = (said.get("title") or said.get("message") or "").strip()
    if not name:
        raise Unreadable("title is missing")
    return name


def _issue(notice: Notice, issue: dict[str, Any]) -> Reading:
    said = as_texts(issue)
    if not said.get("id", "").strip():
        raise Unreadable("data.issue.id is missing")
    project = issue.get("project")
    name = as_texts(project).get("slug", "") if isinstance(project, dict) else ""
    return Reading(
        action="close" if notice.action in OVER else "create",
        alias=f"sentry issue {said['id']}",
        message=_named(said),
        description=said.get("culprit", ""),
        priority=_priority(said.get("level", "")),
        source=title,
        entity=name,
        tags=(f"project:{name}",) if name else (),
        details={k: said[k] for k in ("shortId", "web_url", "permalink", "platform", "firstSeen") if said.get(k)},
    )


def _event(notice: Notice, event: dict[str, Any]) -> Reading:
    """Named for its issue, so that the issue's resolution closes it."""
    said = as_texts(event)
    found = _ISSUE.search(f"{said.get('issue_url', '')} {said.get('web_url', '')}")
    issue = said.get("issue_id") or (found[1] if found else "")
    tags = event.get("tags")
    pairs = [tag for tag in tags if isinstance(tag, list) and len(tag) == 2] if isinstance(tags, list) else []
    named = {as_text(name): as_text(value) for name, value in pairs}
    rule = notice.data.get("triggered_rule")
    return Reading(
        alias=f"sentry issue {issue}" if issue else None,
        message=_named(said),
        description=said.get("culprit", ""),
        priority=_priority(said.get("level", "")),
        source=title,
        entity=named.get("server_name", ""),
        tags=tuple(f"{name}:{value}" for name, value in named.items()),
        details={k: said[k] for k in ("web_url", "platform", "release", "datetime") if said.get(k)}
        | ({"triggered_rule": as_text(rule)} if rule else {}),
    )


def _metric(notice: Notice, alert: dict[str, str]) -> Reading:
    texts = as_texts(notice.data)
    if not alert.get("id", "").strip():
        raise Unreadable("data.metric_alert.id is missing")
    return Reading(
        action="close" if notice.action in OVER else "create",
        alias=f"sentry metric alert {alert['id']}",
        message=texts.get("description_title") or alert.get("title", ""),
        description=texts.get("description_text", ""),
        priority=_priority(notice.action),
        source=title,
        details={name: texts[name] for name in ("web_url",) if texts.get(name)},
    )
