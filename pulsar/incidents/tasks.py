"""The verbs of tasks and links: add, change, tick off, remove."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid, NotFound
from pulsar.incidents.events import LinkAdded, LinkRemoved, TaskAdded, TaskRemoved, TaskUpdated
from pulsar.incidents.model import Incident
from pulsar.incidents.work_model import Link, Task
from pulsar.orgs.actions import membership_of
from pulsar.people.names import user_names


async def of(tx: Transaction, incident_id: UUID, task_id: UUID) -> Task:
    found = await tx.get(Task, (tx.org, task_id), with_for_update=True)
    if not found or found.incident_id != incident_id:
        raise NotFound("There is no task with this id in this incident.")
    return found


async def add(tx: Transaction, incident: Incident, values: dict[str, Any]) -> Task:
    await _check_owner(tx, values.get("owner_id"))
    task = Task(incident_id=incident.id, **values)
    tx.add(task)
    await tx.flush()
    tx.record(TaskAdded(incident.id, str(task.id), task.title, await _owner(tx, task)))
    return task


async def change(tx: Transaction, task: Task, values: dict[str, Any], done: bool | None) -> None:
    await _check_owner(tx, values.get("owner_id"))
    changed = {name for name, value in values.items() if getattr(task, name) != value}
    for name, value in values.items():
        setattr(task, name, value)
    kinds = ["task_updated"] if changed else []
    if done is not None and done != (task.done_at is not None):
        task.done_at = clock.now() if done else None
        kinds.append("task_done" if done else "task_reopened")
    if kinds:
        task.version += 1
        owner = await _owner(tx, task)
        tx.record(*(TaskUpdated(task.incident_id, kind, str(task.id), task.title, owner) for kind in kinds))
    await tx.flush()


async def remove(tx: Transaction, task: Task) -> None:
    tx.record(TaskRemoved(task.incident_id, str(task.id), task.title))
    await tx.delete(task)
    await tx.flush()


async def _check_owner(tx: Transaction, owner_id: UUID | None) -> None:
    if owner_id and not await membership_of(tx, owner_id):
        raise Invalid("There is no such user in this organization.", field="owner_id")


async def _owner(tx: Transaction, task: Task) -> str | None:
    return (await user_names(tx, [task.owner_id])).get(task.owner_id) if task.owner_id else None


def overdue(task: Task, now: datetime) -> bool:
    return task.done_at is None and task.due_at is not None and task.due_at < now


async def add_link(tx: Transaction, incident: Incident, title: str, url: str) -> Link:
    link = Link(incident_id=incident.id, title=title or url, url=url)
    tx.add(link)
    await tx.flush()
    tx.record(LinkAdded(incident.id, str(link.id), link.title, link.url))
    return link


async def remove_link(tx: Transaction, incident: Incident, link_id: UUID) -> None:
    found = await tx.get(Link, (tx.org, link_id))
    if not found or found.incident_id != incident.id:
        raise NotFound("There is no link with this id in this incident.")
    tx.record(LinkRemoved(incident.id, str(found.id), found.title, found.url))
    await tx.delete(found)
    await tx.flush()
