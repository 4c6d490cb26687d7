"""How do tasks and links look to a client?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.http import Named, View
from pulsar.incidents import tasks
from pulsar.incidents.work_model import Link, Task
from pulsar.people.names import user_names

TaskKind = Literal["task", "action_item"]


class TaskView(View):
    id: UUID
    kind: TaskKind
    title: str
    owner: Named | None
    due_at: datetime | None
    overdue: bool
    done_at: datetime | None
    version: int
    created_at: datetime


class LinkView(View):
    id: UUID
    title: str
    url: str
    created_at: datetime


async def task_views(tx: Transaction, rows: Sequence[Task]) -> list[TaskView]:
    names = await user_names(tx, (row.owner_id for row in rows))
    return [
        TaskView(
            id=row.id,
            kind="action_item" if row.kind == "action_item" else "task",
            title=row.title,
            owner=Named(id=row.owner_id, name=names.get(row.owner_id, "")) if row.owner_id else None,
            due_at=row.due_at,
            overdue=tasks.overdue(row, clock.now()),
            done_at=row.done_at,
            version=row.version,
            created_at=row.created_at,
        )
        for row in rows
    ]


async def tasks_of(tx: Transaction, incident_id: UUID) -> list[TaskView]:
    query = select(Task).where(Task.incident_id == incident_id).order_by(Task.id)
    return await task_views(tx, (await tx.scalars(query)).all())


async def links_of(tx: Transaction, incident_id: UUID) -> list[LinkView]:
    query = select(Link).where(Link.incident_id == incident_id).order_by(Link.id)
    return [LinkView.model_validate(row) for row in await tx.scalars(query)]
