"""What does GitHub say? That a workflow run of GitHub Actions ended, and how."""

from collections.abc import Iterator
from typing import Any

import msgspec

from pulsar.alerts.rules import Action
from pulsar.inbound.decode import as_texts, decoded
from pulsar.inbound.rules import Reading, Unreadable

slug = "github"
title = "GitHub Actions"
description = "Workflow runs that fail, through a webhook; the next run that succeeds closes the alert."

ACTIONS: dict[str, Action] = {
    **dict.fromkeys(("failure", "timed_out", "startup_failure"), "create"),
    "success": "close",
}
"""Cancelled, skipped, neutral, stale: neither broken nor mended."""
PROPOSED = ("pull_request", "pull_request_target", "merge_group")
"""Whoever wrote the change looks at these by themselves."""
TOLD = ("html_url", "event", "head_branch", "head_sha", "run_number", "run_attempt", "updated_at")


class Run(msgspec.Struct):
    conclusion: str | None = None
    event: str | None = None
    name: str | None = None
    display_title: str | None = None
    workflow_id: int | str | None = None
    head_branch: str | None = None
    html_url: str | None = None
    head_sha: str | None = None
    run_number: int | str | None = None
    run_attempt: int | str | None = None
    updated_at: str | None = None


class Workflow(msgspec.Struct):
    name: str | None = None
    path: str | None = None


class Repository(msgspec.Struct):
    full_name: str


class Notice(msgspec.Struct):
    repository: Repository | None = None
    action: str | None = None
    workflow_run: Run | None = None
    workflow: Workflow | None = None
    zen: str | None = None
    """Only the first request to a new webhook has one."""


def read(payload: Any) -> Iterator[Reading]:
    notice = decoded(payload, Notice)
    run = notice.workflow_run
    if not run:
        if notice.zen:
            return
        raise Unreadable("workflow_run is missing: let the webhook send the event “Workflow runs”, and no other")
    if not notice.repository:
        raise Unreadable("repository is missing")
    action = ACTIONS.get((run.conclusion or "").lower())
    if notice.action != "completed" or not action or run.event in PROPOSED:
        return
    where, branch = notice.repository.full_name, run.head_branch or ""
    workflow = notice.workflow or Workflow()
    name = workflow.name or run.name or workflow.path or "Workflow"
    said = {field: getattr(run, field) for field in TOLD}
    yield Reading(
        action=action,
        alias=f"github {where} {workflow.path or run.workflow_id or name} {branch}".rstrip(),
        message=f"{name} {'failed' if action == 'create' else 'succeeded'} on {branch or 'no branch'} of {where}",
        description=run.display_title or "",
        source=title,
        entity=where,
        tags=tuple(f"{what}:{value}" for what, value in (("workflow", name), ("branch", branch)) if value),
        details=as_texts({name: value for name, value in said.items() if value not in (None, "")}),
    )
