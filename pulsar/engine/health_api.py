"""Is all well? For load balancers (/healthz, /readyz) and for Prometheus (/metrics)."""

import asyncio
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from pulsar.base import clock
from pulsar.base.db import Database
from pulsar.base.http import PulsarNode, View
from pulsar.engine import health
from pulsar.engine.model import Worker
from pulsar.engine.rules import troubles
from pulsar.webhooks.rules import PROBED_AFTER

router = APIRouter(include_in_schema=False)

_PATIENCE_SECONDS = 3

_gauges = {
    "jobs_waiting": Gauge("pulsar_jobs_waiting", "Jobs that are due and not begun."),
    "oldest_overdue_seconds": Gauge("pulsar_oldest_overdue_seconds", "Age of the oldest step or delivery due."),
    "escalations_running": Gauge("pulsar_escalations_running", "Alerts that are being escalated."),
    "escalations_faulty": Gauge(
        "pulsar_escalations_faulty_last_hour",
        "Escalations of the last hour that did not reach people as planned.",
    ),
    "escalations_fell_back": Gauge(
        "pulsar_escalations_fell_back_last_hour",
        "Escalations that reached nobody in the last hour and paged the team, or owners and admins, instead.",
    ),
    "channels_broken": Gauge("pulsar_channels_broken", "Channels that are switched on and do not work."),
    "notifications_pending": Gauge("pulsar_notifications_pending", "Messages that are not delivered yet."),
    "notifications_failed": Gauge("pulsar_notifications_failed_last_hour", "Messages given up in the last hour."),
    "work_mended": Gauge(
        "pulsar_overdue_work_mended", "Overdue work that the present workers' sweeps asked for again."
    ),
}
_webhooks = Gauge("pulsar_webhooks_failing", "Webhooks that are switched on and at which nothing arrives.")
_workers = Gauge("pulsar_workers", "Workers that were heard of lately.")
_up = Gauge("pulsar_database_up", "Whether the database answers.")
_listener = Gauge("pulsar_live_listener_up", "Whether this node hears of news at once; else it looks every 2 seconds.")
_bell = Gauge("pulsar_bell_up", "Whether this node can tell the others at once that there is something to do.")


class EngineView(View):
    well: bool
    troubles: list[str]
    workers: int
    swept_at: datetime | None
    audited_at: datetime | None
    overdue_seconds: float


class Readiness(View):
    database: bool
    worker: bool
    live: bool
    """Whether this node and the others hear of each other's news at once. If not, they look every two seconds."""
    detail: str


@router.get("/healthz")
async def alive() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/health/engine")
async def engine(pulsar: PulsarNode, response: Response) -> EngineView:
    """503 when pages would come late or not at all, and why. For an alarm outside of Pulsar."""
    try:
        found = await asyncio.wait_for(health.look(pulsar.db), _PATIENCE_SECONDS)
    except (SQLAlchemyError, OSError, TimeoutError):
        found = health.UNKNOWN
    wrong = troubles(found, clock.now())
    response.status_code = 503 if wrong else 200
    return EngineView(
        well=not wrong,
        troubles=wrong,
        workers=found.workers,
        swept_at=found.swept_at,
        audited_at=found.audited_at,
        overdue_seconds=found.overdue_seconds,
    )


@router.get("/readyz")
async def ready(request: Request, pulsar: PulsarNode, response: Response, *, workers: bool = True) -> Readiness:
    """503 when an alert that comes in now would not be taken or nobody would be paged for it. `workers=false` leaves
    the latter out: for balancers in front of a node that should take alerts in also while the workers are away."""
    live = pulsar.db.bell.up and request.app.state.follower.up
    try:
        running = await asyncio.wait_for(_count_workers(pulsar.db), _PATIENCE_SECONDS)
    except (SQLAlchemyError, OSError, TimeoutError):
        response.status_code = 503
        return Readiness(database=False, worker=False, live=live, detail="The database does not answer.")
    if not running:
        response.status_code = 503 if workers else 200
        return Readiness(database=True, worker=False, live=live, detail="No worker is running: nobody is paged.")
    return Readiness(database=True, worker=True, live=live, detail="ready")


async def _count_workers(db: Database) -> int:
    async with db.without_org() as tx:
        recent = Worker.seen_at > clock.now() - health.WORKER_SILENT_AFTER
        return await tx.scalar(select(func.count()).select_from(Worker).where(recent)) or 0


@router.get("/metrics")
async def metrics(request: Request, pulsar: PulsarNode) -> Response:
    """What the database knows of all nodes together, and what this process counted itself."""
    _bell.set(pulsar.db.bell.up)
    _listener.set(request.app.state.follower.up)
    try:
        await asyncio.wait_for(_measure(pulsar.db), _PATIENCE_SECONDS)
        _up.set(1)
    except (SQLAlchemyError, OSError, TimeoutError):
        _up.set(0)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _measure(db: Database) -> None:
    _workers.set(await _count_workers(db))
    async with db.without_org() as tx:
        failing = await tx.scalar(text("SELECT failing_webhooks(:in_a_row)"), {"in_a_row": PROBED_AFTER})
        row: Any = (await tx.execute(text("SELECT * FROM engine_state(:now)"), {"now": clock.now()})).one()
    _webhooks.set(failing or 0)
    for name, gauge in _gauges.items():
        gauge.set(getattr(row, name) or 0)
