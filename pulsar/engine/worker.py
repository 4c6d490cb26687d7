"""Who does the jobs? A worker: the queue, the sweep and the heartbeat, each restarted when it fails."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from sqlalchemy.dialects.postgresql import insert

from pulsar import __version__
from pulsar.base import clock
from pulsar.base.http import Pulsar
from pulsar.base.ids import new_id
from pulsar.engine import audit, deadman, housekeeping, queue, sweep
from pulsar.engine.model import Worker
from pulsar.heartbeats import watch
from pulsar.webhooks import post

log = structlog.get_logger()

HEARTBEAT = timedelta(seconds=3)
_AFTER_FAILURE_SECONDS = 1.0


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
            "swept_at": worker.swept_at,
            "audited_at": worker.audited_at,
        }
        fresh = {name: values[name] for name in ("seen_at", "mended", "swept_at", "audited_at")}
        await tx.execute(insert(Worker).values(values).on_conflict_do_update(index_elements=["id"], set_=fresh))


async def _sweep(pulsar: Pulsar, worker: Worker) -> None:
    worker.mended += await sweep.sweep(pulsar.db)
    worker.swept_at = clock.now()


async def _audit(pulsar: Pulsar, worker: Worker) -> None:
    worker.mended += await audit.audit(pulsar.db)
    worker.audited_at = clock.now()


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
            ("queue", lambda: queue.work(pulsar, stopping, parts), timedelta()),
            ("heartbeat", lambda: _say_i_am_here(pulsar, worker), HEARTBEAT),
            ("sweep", lambda: _sweep(pulsar, worker), sweep.INTERVAL),
            ("audit", lambda: _audit(pulsar, worker), audit.INTERVAL),
            ("heartbeats", lambda: watch.watch(pulsar.db), watch.INTERVAL),
            ("webhooks", lambda: post.work(pulsar, stopping), timedelta()),
            ("housekeeping", lambda: housekeeping.clean(pulsar), housekeeping.INTERVAL),
            ("deadman", lambda: deadman.ping(pulsar), deadman.interval(pulsar.settings)),
        ):
            parts.create_task(_kept_up(what, turn, pause, stopping))
    async with pulsar.db.without_org() as tx:
        if row := await tx.get(Worker, worker.id):
            await tx.delete(row)
    log.info("worker_stopped", worker=str(worker.id))
