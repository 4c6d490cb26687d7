"""Who does the jobs? A worker: PgQueuer's loop, the sweep and the heartbeat, each restarted when it fails."""

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import structlog
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.db import AsyncpgPoolDriver
from pgqueuer.models import Job as QueuedJob
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries
from sqlalchemy.dialects.postgresql import insert

from pulsar import __version__
from pulsar.base import clock
from pulsar.base.db import APP_ROLE
from pulsar.base.http import Pulsar
from pulsar.base.ids import new_id
from pulsar.engine import housekeeping, sweep
from pulsar.engine.model import Worker
from pulsar.engine.registry import HANDLERS, Handler

log = structlog.get_logger()

HEARTBEAT = timedelta(seconds=3)
# A job whose worker has not been heard of for this long is done by another one.
TAKEOVER = timedelta(seconds=8)
# How late work starts when a notification is lost.
_POLL = timedelta(seconds=1)
_BATCH = 10
_AFTER_FAILURE_SECONDS = 1.0


def _retrying(parameters: EntrypointExecutorParameters) -> DatabaseRetryEntrypointExecutor:
    """A job that failed is tried again until it is done: nothing is given up here. What may be given up, a
    delivery, decides so itself."""
    return DatabaseRetryEntrypointExecutor(
        parameters=parameters,
        max_attempts=1_000_000,
        initial_delay=timedelta(seconds=2),
        # A steady pace: the library's growing delay is a power that overflows after a thousand tries.
        backoff_multiplier=1.0,
    )


def _bound(pulsar: Pulsar, handler: Handler) -> Callable[[QueuedJob], Awaitable[None]]:
    async def run(job: QueuedJob) -> None:
        ids = json.loads(job.payload or b"{}")
        with structlog.contextvars.bound_contextvars(job=job.entrypoint, org=ids.get("org")):
            try:
                await handler(pulsar, ids)
            except Exception:
                log.exception("job_failed", attempts=job.attempts)
                raise

    return run


async def _work(pulsar: Pulsar, stopping: asyncio.Event) -> None:
    """PgQueuer on a pool of its own, so that a busy queue does not take the jobs' connections."""
    pool = await asyncpg.create_pool(
        pulsar.db.url, min_size=2, max_size=4, server_settings={"role": APP_ROLE, "application_name": "pulsar queue"}
    )
    try:
        manager = QueueManager(Queries(AsyncpgPoolDriver(pool)))
        for name, handler in HANDLERS.items():
            manager.entrypoint(name, executor_factory=_retrying)(_bound(pulsar, handler))
        stop = asyncio.create_task(_stop_when(stopping, manager))
        try:
            await manager.run(
                dequeue_timeout=_POLL,
                batch_size=_BATCH,
                max_concurrent_tasks=pulsar.settings.worker_concurrency,
                shutdown_on_listener_failure=True,
                heartbeat_timeout=TAKEOVER,
            )
        finally:
            stop.cancel()
    finally:
        pool.terminate()


async def _stop_when(stopping: asyncio.Event, manager: QueueManager) -> None:
    await stopping.wait()
    manager.shutdown.set()


async def _say_i_am_here(pulsar: Pulsar, worker: Worker) -> None:
    now = clock.now()
    async with pulsar.db.without_org() as tx:
        values = {
            "id": worker.id,
            "host": worker.host,
            "pid": worker.pid,
            "version": worker.version,
            "started_at": worker.started_at,
            "seen_at": now,
            "mended": worker.mended,
        }
        fresh = {"seen_at": now, "mended": worker.mended}
        await tx.execute(insert(Worker).values(values).on_conflict_do_update(index_elements=["id"], set_=fresh))


async def _sweep(pulsar: Pulsar, worker: Worker) -> None:
    worker.mended += await sweep.sweep(pulsar.db)


async def _kept_up(what: str, turn: Callable[[], Awaitable[object]], pause: timedelta, stopping: asyncio.Event) -> None:
    """Runs `turn` again and again; a failure is logged and the next turn comes all the same."""
    while not stopping.is_set():
        wait = pause.total_seconds()
        try:
            await turn()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.exception("engine_part_failed", part=what, error=type(error).__name__)
            wait = min(wait, _AFTER_FAILURE_SECONDS) or _AFTER_FAILURE_SECONDS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), wait)


async def run(pulsar: Pulsar, stopping: asyncio.Event) -> None:
    """Works until `stopping` is set, then finishes what is under way and says goodbye."""
    now = clock.now()
    worker = Worker(
        id=new_id(),
        host=socket.gethostname(),
        pid=os.getpid(),
        version=__version__,
        started_at=now,
        seen_at=now,
        mended=0,
    )
    log.info("worker_started", worker=str(worker.id))
    async with asyncio.TaskGroup() as parts:
        for what, turn, pause in (
            ("queue", lambda: _work(pulsar, stopping), timedelta()),
            ("heartbeat", lambda: _say_i_am_here(pulsar, worker), HEARTBEAT),
            ("sweep", lambda: _sweep(pulsar, worker), sweep.INTERVAL),
            ("housekeeping", lambda: housekeeping.clean(pulsar.db), housekeeping.INTERVAL),
        ):
            parts.create_task(_kept_up(what, turn, pause, stopping))
    async with pulsar.db.without_org() as tx:
        if row := await tx.get(Worker, worker.id):
            await tx.delete(row)
    log.info("worker_stopped", worker=str(worker.id))
