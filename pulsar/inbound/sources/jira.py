"""What does Jira say? That an issue was made, changed, or deleted."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec

from pulsar.alerts.rules import Action, Priority
from pulsar.inbound.decode import as_text, as_texts, decoded
from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.severity import severity

slug = "jira"
title = "Jira"
description = "Issues that a filter chooses, through a webhook; one that is done, or deleted, closes its alert."

EVENTS = ("jira:issue_created", "jira:issue_updated", "jira:issue_deleted")
PRIORITIES = {
    **dict.fromkeys(("highest", "blocker"), Priority.P1),
    **dict.fromkeys(("lowest", "trivial"), Priority.P5),
}
"""What Jira's own words mean, where they are not everybody's."""
OVER = {"done", "closed", "resolved"}


class Issue(msgspec.Struct):
    key: str
    fields: dict[str, Any]
    self: str | None = None


class Notice(msgspec.Struct, rename={"event": "webhookEvent"}):
    event: str
    issue: Issue | None = None


def read(payload: Any) -> Iterator[Reading]:
    notice = decoded(payload, Notice)
    event = notice.event.strip()
    if event not in EVENTS:
        raise Unreadable(f"webhookEvent must be one of {', '.join(EVENTS)}: tick issues in the webhook, and no other")
    issue = notice.issue
    if not issue or not issue.key.strip():
        raise Unreadable("issue.key is missing")
    fields = issue.fields
    project, kind = _name(fields.get("project")), _name(fields.get("issuetype"))
    labels = fields.get("labels")
    link = _link(issue)
    yield Reading(
        action=_action(event, fields),
        alias=f"jira {issue.key}",
        message=f"{issue.key} {as_text(fields.get('summary') or '')}".strip(),
        description=_text(fields.get("description")),
        priority=_priority(_name(fields.get("priority"))),
        source=title,
        entity=project,
        tags=tuple(as_text(label) for label in labels) if isinstance(labels, list) else (),
        details={
            name: value
            for name, value in {
                "url": link,
                "type": kind,
                "status": _name(fields.get("status")),
                "reporter": _name(fields.get("reporter")),
                "assignee": _name(fields.get("assignee")),
            }.items()
            if value
        },
    )


def _action(event: str, fields: dict[str, Any]) -> Action:
    """Every workflow has its own words for a status, but each of them is of one of three categories."""
    status = fields.get("status")
    category = status.get("statusCategory") if isinstance(status, dict) else None
    key = as_texts(category).get("key", "") if isinstance(category, dict) else ""
    done = key == "done" if key else _name(status).lower() in OVER
    return "close" if done or fields.get("resolution") or event == "jira:issue_deleted" else "create"


def _priority(word: str) -> Priority | None:
    return PRIORITIES.get(word.strip().lower()) or severity(word)


def _name(value: Any) -> str:
    said = as_texts(value) if isinstance(value, dict) else {}
    return said.get("displayName") or said.get("name") or ""


def _text(value: Any) -> str:
    """Jira Cloud's newest format is a tree; its words are enough for a page."""
    return value if isinstance(value, str) else as_text(value) if value else ""


def _link(issue: Issue) -> str:
    try:
        found = urlsplit(issue.self or "")
        host = found.hostname
    except ValueError:
        return ""
    return f"{found.scheme}://{found.netloc}/browse/{issue.key}" if host and "@" not in found.netloc else ""
