"""How does a job get from its table to its handler? Over PgQueuer's loop, and a watch over that loop."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import structlog
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.db import AsyncpgPoolDriver
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job as QueuedJob
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries

from pulsar.base.db import APP_ROLE
from pulsar.base.http import Pulsar
from pulsar.engine.registry import HANDLERS, Handler

log = structlog.get_logger()

# A job whose worker has not been heard of for this long is done by another one.
TAKEOVER = timedelta(seconds=8)
# How late work starts when a notification is lost.
_POLL = timedelta(seconds=1)
_BATCH = 25
_SILENT_AFTER_SECONDS = 5.0


class QueueLost(Exception):
    """The queue hands out no more jobs."""


# One look into the index for each kind of job, which is by kind and time. PgQueuer's own two go through all that wait:
# with a hundred thousand that took a tenth of a second, and after every wake-up.
_DUE = """
SELECT count(*) FROM unnest($1::text[]) AS kind (name) WHERE EXISTS (
  SELECT FROM pgqueuer WHERE status = 'queued' AND entrypoint = kind.name AND execute_after < now())
"""
_NEXT = """
SELECT min(soonest.execute_after) - now() AS eta FROM unnest($1::text[]) AS kind (name) CROSS JOIN LATERAL (
  SELECT execute_after FROM pgqueuer WHERE status = 'queued' AND entrypoint = kind.name AND execute_after > now()
  ORDER BY execute_after LIMIT 1) AS soonest
"""


class _Queries(Queries):
    """Knows when jobs were last asked for, and finds the next one among many."""

    asked_at: float

    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__(AsyncpgPoolDriver(pool))
        self.asked_at = time.monotonic()

    async def dequeue(self, *args: Any, **options: Any) -> list[QueuedJob]:
        jobs = await super().dequeue(*args, **options)
        self.asked_at = time.monotonic()
        return jobs

    async def eligible_queued_work(self, entrypoints: list[Any]) -> int:
        """Of how many kinds."""
        rows: list[Any] = await self.driver.fetch(_DUE, entrypoints)
        return int(rows[0]["count"])

    async def next_deferred_eta(self, entrypoints: list[Any]) -> timedelta | None:
        rows: list[Any] = await self.driver.fetch(_NEXT, entrypoints)
        eta: timedelta | None = rows[0]["eta"]
        return eta

    @property
    def silent(self) -> bool:
        return time.monotonic() - self.asked_at > _SILENT_AFTER_SECONDS


async def work(pulsar: Pulsar, stopping: asyncio.Event, begun: asyncio.TaskGroup) -> None:
    """Takes jobs until `stopping` is set. Raises QueueLost as soon as it cannot.

    What it has begun then goes on in `begun`. PgQueuer's own loop ends, or fails, only after the last of its jobs,
    and while one of them waits for a slow provider nobody would be paged.
    """
    # A pool of its own, so that a busy queue does not take the jobs' connections.
    pool = await asyncpg.create_pool(
        pulsar.db.url,
        min_size=2,
        max_size=4,
        timeout=5,
        server_settings={"role": APP_ROLE, "application_name": "pulsar queue"},
        # Nobody changes a session here, so none is set back: that would be a trip after each of PgQueuer's statements.
        reset=_as_it_was,
    )
    queries = _Queries(pool)
    manager = QueueManager(queries)
    for name, handler in HANDLERS.items():
        manager.entrypoint(name, executor_factory=_retrying)(_bound(pulsar, handler))
    loop = begun.create_task(_loop(manager, pool, pulsar.settings.worker_concurrency))
    stop = asyncio.create_task(stopping.wait())
    try:
        while not (stop.done() or loop.done() or manager.shutdown.is_set() or queries.silent):
            await asyncio.wait({loop, stop}, timeout=_POLL.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.cancel()
        manager.shutdown.set()
    if not stopping.is_set():
        raise QueueLost


async def _as_it_was(_: asyncpg.Connection) -> None:
    pass


async def _loop(manager: QueueManager, pool: asyncpg.Pool, concurrency: int) -> None:
    try:
        await manager.run(
            dequeue_timeout=_POLL,
            batch_size=min(_BATCH, concurrency // 2),  # more than half PgQueuer refuses
            max_concurrent_tasks=concurrency,
            shutdown_on_listener_failure=True,
            heartbeat_timeout=TAKEOVER,
        )
    except Exception as error:
        log.warning("queue_failed", error=f"{type(error).__name__}: {error}")
    finally:
        pool.terminate()


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
            except asyncio.CancelledError:
                # Back into the queue for the next worker; PgQueuer would strike it off.
                raise RetryRequested(reason="The worker stopped.") from None
            except Exception:
                log.exception("job_failed", attempts=job.attempts)
                raise

    return run
