"""What does GitLab say? That a pipeline ended, and how."""

from collections.abc import Iterator
from typing import Any

import msgspec

from pulsar.alerts.rules import Action
from pulsar.inbound.decode import as_text, as_texts, decoded
from pulsar.inbound.rules import Reading, Unreadable

slug = "gitlab"
title = "GitLab"
description = "Pipelines that fail, through a webhook; the next one of the branch that succeeds closes the alert."

ACTIONS: dict[str, Action] = {"failed": "create", "success": "close"}
"""Created, running, manual, canceled, skipped: neither broken nor mended."""
PROPOSED = ("merge_request_event", "external_pull_request_event")
"""Whoever wrote the change looks at these by themselves."""
MOST_JOBS = 20


class Attributes(msgspec.Struct):
    status: str
    id: int | str | None = None
    iid: int | str | None = None
    name: str | None = None
    ref: str | None = None
    source: str | None = None
    sha: str | None = None
    url: str | None = None
    finished_at: str | None = None
    tag: bool | None = None


class Project(msgspec.Struct):
    web_url: str | None = None
    path_with_namespace: str | None = None
    name: str | None = None


class Job(msgspec.Struct):
    name: str | None = None
    stage: str | None = None
    status: str | None = None
    allow_failure: bool | None = None


class Notice(msgspec.Struct):
    object_kind: str
    object_attributes: Any = None
    project: Project | None = None
    commit: dict[str, Any] | None = None
    builds: list[Job] | None = None


def read(payload: Any) -> Iterator[Reading]:
    notice = decoded(payload, Notice)
    if notice.object_kind != "pipeline":
        raise Unreadable("object_kind must be pipeline: tick “Pipeline events” in the webhook, and no other")
    pipeline = decoded(notice.object_attributes, Attributes)
    project = notice.project or Project()
    where = project.path_with_namespace or project.web_url or project.name or ""
    if not where.strip():
        raise Unreadable("project.path_with_namespace is missing")
    action = ACTIONS.get(pipeline.status.strip().lower())
    if action and pipeline.source not in PROPOSED:
        yield _reading(action, pipeline, project, where, notice)


def _reading(action: Action, pipeline: Attributes, project: Project, where: str, notice: Notice) -> Reading:
    ref, name = pipeline.ref or "", pipeline.name or "Pipeline"
    number = pipeline.id or pipeline.iid
    url = pipeline.url or (f"{project.web_url}/-/pipelines/{pipeline.id}" if project.web_url and pipeline.id else "")
    said = {"url": url, "pipeline": number, "source": pipeline.source, "sha": pipeline.sha}
    said |= {"failed jobs": ", ".join(_failed(notice.builds or [])), "finished_at": pipeline.finished_at}
    return Reading(
        action=action,
        # A pipeline's name may have a commit's in it, so it says nothing about which pipeline this is.
        alias=f"gitlab {where} {ref}".rstrip(),
        message=f"{name} {'failed' if action == 'create' else 'succeeded'} on {ref or 'no branch'} of {where}",
        description=as_text((notice.commit or {}).get("message") or ""),
        source=title,
        entity=where,
        tags=tuple(f"{what}:{value}" for what, value in (("branch", ref), ("source", pipeline.source)) if value),
        details=as_texts({name: value for name, value in said.items() if value}),
    )


def _failed(jobs: list[Job]) -> list[str]:
    names = [job.name or job.stage or "" for job in jobs if job.status == "failed" and not job.allow_failure]
    return [name for name in names if name][:MOST_JOBS]
