"""Who should look now? NOTIFY to the workers and the live feeds of all nodes, coalesced.

A NOTIFY inside a transaction takes a lock over its commit that the whole database shares, and so lines up all
commits behind each other. A node therefore rings on a connection of its own after the commits, at once for the
first and then at most every 20 ms. A ring that gets lost in a crash costs its listeners one poll interval.
"""

import asyncio
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from uuid import UUID

import asyncpg

from pulsar.base.jobs import CHANNEL as JOBS_CHANNEL
from pulsar.base.line import PATIENCE_SECONDS, Line

EVENTS_CHANNEL = "pulsar_events"
_PAUSE_SECONDS = 0.02
# What PgQueuer's own trigger would send, and the organizations that have new events; none rings nothing.
_RING = f"""
SELECT pg_notify('{JOBS_CHANNEL}', json_build_object('channel', '{JOBS_CHANNEL}', 'operation', 'insert',
         'sent_at', now(), 'table', 'pgqueuer', 'type', 'table_changed_event')::text) WHERE $1
UNION ALL
SELECT pg_notify('{EVENTS_CHANNEL}', orgs) FROM unnest($2::text[]) AS orgs
"""  # noqa: S608 - two constants of ours
# 8000 bytes is the limit of a notification; a uuid and its comma take 37.
_ORGS_IN_ONE = 200


class Bell:
    def __init__(self, url: str) -> None:
        self._jobs = False
        self._orgs: set[UUID] = set()
        self._rung = asyncio.Event()
        self._line = Line(url, "pulsar bell", self._carry, lost="bell_not_heard")

    @property
    def up(self) -> bool:
        """Whether the others are told."""
        return self._line.up

    def ring(self, *, jobs: bool, orgs: Iterable[UUID]) -> None:
        self._jobs = self._jobs or jobs
        self._orgs.update(orgs)
        if self._jobs or self._orgs:
            self._rung.set()

    async def _carry(self, connection: asyncpg.Connection) -> None:
        await self._rung.wait()
        self._rung.clear()
        jobs, self._jobs = self._jobs, False
        names, self._orgs = sorted(map(str, self._orgs)), set()
        groups = [",".join(names[i : i + _ORGS_IN_ONE]) for i in range(0, len(names), _ORGS_IN_ONE)]
        await connection.execute(_RING, jobs, groups, timeout=PATIENCE_SECONDS)
        await asyncio.sleep(_PAUSE_SECONDS)

    def hung(self) -> AbstractAsyncContextManager[None]:
        return self._line.kept()
