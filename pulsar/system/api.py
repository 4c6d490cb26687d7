"""The route by which operators look at the installation."""

import platform
from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter

from pulsar import __version__, schema
from pulsar.base import clock
from pulsar.base.http import PulsarNode, View
from pulsar.engine import health
from pulsar.engine.model import Node, Worker
from pulsar.engine.rules import Picture, troubles
from pulsar.people.operators import AsOperator
from pulsar.settings import Settings
from pulsar.system import state
from pulsar.system.presence import SILENT_AFTER
from pulsar.system.state import State

router = APIRouter(tags=["System"])


class ProcessView(View):
    host: str
    pid: int
    version: str
    started_at: datetime
    seen_at: datetime
    heard: bool
    """Lately. One that is not is gone, or cannot reach the database."""


class NodeView(ProcessView):
    listening: bool


class WorkerView(ProcessView):
    mended: int
    swept_at: datetime | None
    audited_at: datetime | None


class JobsView(View):
    kind: str
    due: int
    later: int


class QueueView(View):
    jobs_waiting: int
    oldest_overdue_seconds: float
    escalations_running: int
    notifications_pending: int
    notifications_failed_last_hour: int
    jobs: list[JobsView]


class DatabaseView(View):
    version: str
    embedded: bool
    size_bytes: int
    disk_free_bytes: int | None
    connections: int
    connections_allowed: int
    clock_difference_seconds: float
    schema_version: str
    schema_newest: str
    migrations_pending: int


class MailView(View):
    channels: int
    broken: int


class SystemView(View):
    version: str
    python: str
    public_url: str
    well: bool
    troubles: list[str]
    nodes: list[NodeView]
    workers: list[WorkerView]
    queue: QueueView
    database: DatabaseView
    mail: MailView
    organizations: int
    users: int
    deadman: bool
    """Whether somebody outside is told that paging works."""
    registration: Literal["open", "closed"]


@router.get("/system")
async def system(tx: AsOperator, pulsar: PulsarNode) -> SystemView:
    """How the installation does: for its operators, who are let into no organization by it."""
    found = await state.look(tx)
    workers = [_worker(row) for row in found.workers]
    wrong = troubles(_picture(found, workers), clock.now())
    return SystemView(
        version=__version__,
        python=platform.python_version(),
        well=not wrong,
        troubles=wrong,
        nodes=[_node(row) for row in found.nodes],
        workers=workers,
        queue=_queue(found),
        database=_database(found, pulsar),
        mail=MailView(channels=found.figures.mail_channels, broken=found.figures.mail_channels_broken),
        organizations=found.figures.organizations,
        users=found.figures.users,
        **_chosen(pulsar.settings),
    )


def _chosen(settings: Settings) -> dict[str, Any]:
    return {
        "public_url": settings.base_url,
        "deadman": bool(settings.deadman_url),
        "registration": settings.registration,
    }


def _picture(found: State, workers: list[WorkerView]) -> Picture:
    """As /health/engine sees it."""
    heard = [worker for worker in workers if worker.heard]
    swept = [worker.swept_at for worker in heard if worker.swept_at]
    audited = [worker.audited_at for worker in heard if worker.audited_at]
    late = found.figures.oldest_overdue_seconds or 0.0
    return Picture(True, len(heard), max(swept, default=None), max(audited, default=None), late)


def _queue(found: State) -> QueueView:
    figures = found.figures
    return QueueView(
        jobs_waiting=figures.jobs_waiting,
        oldest_overdue_seconds=figures.oldest_overdue_seconds or 0.0,
        escalations_running=figures.escalations_running,
        notifications_pending=figures.notifications_pending,
        notifications_failed_last_hour=figures.notifications_failed,
        jobs=[JobsView(kind=row.kind, due=row.due, later=row.later) for row in found.jobs],
    )


def _database(found: State, pulsar: PulsarNode) -> DatabaseView:
    figures, embedded = found.figures, not pulsar.settings.database_url
    return DatabaseView(
        version=figures.version,
        embedded=embedded,
        size_bytes=figures.database_bytes,
        disk_free_bytes=state.free_bytes(pulsar.settings.data_dir, embedded=embedded),
        connections=figures.connections,
        connections_allowed=figures.connections_allowed,
        clock_difference_seconds=found.clock_difference_seconds,
        schema_version=figures.schema,
        schema_newest=schema.newest(),
        migrations_pending=found.migrations_pending,
    )


def _node(row: Node) -> NodeView:
    heard = row.seen_at > clock.now() - SILENT_AFTER
    return NodeView(**_process(row), heard=heard, listening=row.listening)


def _worker(row: Worker) -> WorkerView:
    heard = row.seen_at > clock.now() - health.WORKER_SILENT_AFTER
    times = {"swept_at": row.swept_at, "audited_at": row.audited_at}
    return WorkerView(**_process(row), **times, heard=heard, mended=row.mended)


def _process(row: Node | Worker) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("host", "pid", "version", "started_at", "seen_at")}
