"""Routes of an incident's tasks and links."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, HttpUrl, StringConstraints
from sqlalchemy import select

from pulsar.base.http import Body, Page, Pages, check_version, page_of
from pulsar.incidents import actions, tasks
from pulsar.incidents.work_model import Link, Task
from pulsar.incidents.work_views import LinkView, TaskKind, TaskView, task_views
from pulsar.people.access import AsMember, AsViewer

router = APIRouter(prefix="/incidents", tags=["Incidents"])

TaskTitle = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class NewTask(Body):
    title: TaskTitle
    kind: TaskKind = "task"
    owner_id: UUID | None = None
    due_at: AwareDatetime | None = None


class TaskChange(Body):
    title: TaskTitle = ""
    owner_id: UUID | None = None
    due_at: AwareDatetime | None = None
    done: bool = False
    version: int | None = None


class NewLink(Body):
    url: HttpUrl
    title: Annotated[str, StringConstraints(max_length=300)] = ""


@router.get("/{incident_id}/tasks")
async def list_tasks(incident_id: UUID, tx: AsViewer, paging: Pages) -> Page[TaskView]:
    await actions.known(tx, incident_id)
    query = select(Task).where(Task.incident_id == incident_id)
    page = await page_of(tx, query, Task.id, paging, list, descending=False)
    return Page[TaskView](**page.model_dump(exclude={"items"}), items=await task_views(tx, page.items))


@router.post("/{incident_id}/tasks", status_code=201)
async def add_task(incident_id: UUID, body: NewTask, tx: AsMember) -> TaskView:
    task = await tasks.add(tx, await actions.locked(tx, incident_id), body.model_dump())
    return (await task_views(tx, [task]))[0]


@router.patch("/{incident_id}/tasks/{task_id}")
async def update_task(incident_id: UUID, task_id: UUID, body: TaskChange, tx: AsMember) -> TaskView:
    task = await tasks.of(tx, incident_id, task_id)
    check_version(task.version, body.version, (await task_views(tx, [task]))[0])
    done = body.done if "done" in body.model_fields_set else None
    await tasks.change(tx, task, body.sent("version", "done"), done)
    return (await task_views(tx, [task]))[0]


@router.delete("/{incident_id}/tasks/{task_id}", status_code=204)
async def remove_task(incident_id: UUID, task_id: UUID, tx: AsMember) -> None:
    await tasks.remove(tx, await tasks.of(tx, incident_id, task_id))


@router.get("/{incident_id}/links")
async def list_links(incident_id: UUID, tx: AsViewer, paging: Pages) -> Page[LinkView]:
    await actions.known(tx, incident_id)
    query = select(Link).where(Link.incident_id == incident_id)
    return await page_of(
        tx, query, Link.id, paging, lambda rows: [LinkView.model_validate(row) for row in rows], descending=False
    )


@router.post("/{incident_id}/links", status_code=201)
async def add_link(incident_id: UUID, body: NewLink, tx: AsMember) -> LinkView:
    link = await tasks.add_link(tx, await actions.locked(tx, incident_id), body.title, str(body.url))
    return LinkView.model_validate(link)


@router.delete("/{incident_id}/links/{link_id}", status_code=204)
async def remove_link(incident_id: UUID, link_id: UUID, tx: AsMember) -> None:
    await tasks.remove_link(tx, await actions.locked(tx, incident_id), link_id)
