"""How are thousands of requests a second made durable? By group commit: what arrives for one organization while its
last transaction is committing becomes the next transaction. Each request is answered after its own commit.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from pulsar.alerts import intake
from pulsar.alerts.intake import Taken
from pulsar.alerts.rules import Priority, Signal
from pulsar.base import clock
from pulsar.base.db import Database, Transaction
from pulsar.base.errors import Problem
from pulsar.base.events import Actor
from pulsar.base.ids import new_id
from pulsar.inbound.events import SignalReceived
from pulsar.inbound.problems import Reread, TokenDisabled, UnknownToken
from pulsar.inbound.rules import Integration, Reading, signal

log = structlog.get_logger()

MOST_SIGNALS = 500
_TURNS = 4


@dataclass
class Delivery:
    """One request's readings, waiting for their commit."""

    token_id: UUID
    readings: Sequence[Reading]
    version: int | None = None
    """Of the integration, where what it says was read as that stood."""
    answer: asyncio.Future[list[Taken]] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Intake:
    """The queues of this node, one for each organization that is sending at the moment."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._queues: dict[UUID, deque[Delivery]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, org: UUID, token_id: UUID, readings: Sequence[Reading], version: int | None) -> list[Taken]:
        """Returns after the commit. Raises the Problem that kept these readings out; Reread, if the integration was
        changed meanwhile."""
        delivery = Delivery(token_id, readings, version)
        queue = self._queues.get(org)
        if queue is None:
            self._queues[org] = deque([delivery])
            task = asyncio.create_task(self._drain(org))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            queue.append(delivery)
        return await delivery.answer

    async def _drain(self, org: UUID) -> None:
        queue = self._queues[org]
        while queue:
            batch = [queue.popleft()]
            size = len(batch[0].readings)
            while queue and size + len(queue[0].readings) <= MOST_SIGNALS:
                batch.append(queue.popleft())
                size += len(batch[-1].readings)
            await self._commit(org, batch)
            # First the answers, and what comes of them. A larger group costs each of its members less, and these turns
            # of the event loop cost microseconds when there is nothing to do in them.
            for _ in range(_TURNS):
                await asyncio.sleep(0)
        del self._queues[org]

    async def _commit(self, org: UUID, batch: list[Delivery]) -> None:
        try:
            async with self._db.in_org(org) as tx:
                answers = await take_all(tx, batch)
        except DBAPIError as error:
            # A value that the database refuses must not take the others of its batch with it.
            if len(batch) > 1 and not error.connection_invalidated:
                for delivery in batch:
                    await self._commit(org, [delivery])
                return
            _fail(batch, error)
        except Exception as error:
            _fail(batch, error)
        else:
            for delivery, answer in zip(batch, answers, strict=True):
                if delivery.answer.cancelled():
                    continue
                if isinstance(answer, Problem):
                    delivery.answer.set_exception(answer)
                else:
                    delivery.answer.set_result(answer)


def _fail(batch: Sequence[Delivery], error: Exception) -> None:
    for delivery in batch:
        if not delivery.answer.cancelled():
            delivery.answer.set_exception(error)


async def take_all(tx: Transaction, batch: Sequence[Delivery]) -> list[list[Taken] | Problem]:
    """What became of each delivery's signals. The transaction's actor is the last integration's afterwards."""
    tokens = await _use_tokens(tx, Counter(delivery.token_id for delivery in batch))
    groups = [_group(run, tokens.get(run[0].token_id)) for run in _runs(batch)]
    standing = await intake.lock(tx, [signal.alias for group in groups for signal in group.signals])
    answers: list[list[Taken] | Problem] = []
    for group in groups:
        answers.extend(await _take_group(tx, group, standing))
    tx.record(*(SignalReceived(row["id"], name=row["name"]) for row in tokens.values() if row["first_use"]))
    return answers


# In the order of their ids, so that two nodes do not wait for each other in a circle; not their keys, so that rows
# which refer to them wait for nobody. One that is switched off is not counted.
_USE = """
WITH used AS MATERIALIZED (
  SELECT t.*, u.times FROM incoming_tokens t JOIN unnest($1::uuid[], $2::int[]) AS u (id, times) USING (id)
  ORDER BY t.id FOR NO KEY UPDATE OF t),
counted AS (
  UPDATE incoming_tokens t SET request_count = t.request_count + used.times, last_used_at = $3
  FROM used WHERE t.id = used.id AND used.enabled)
SELECT id, version, name, enabled, default_priority, default_tags, team_id, escalation_policy_id,
       enabled AND request_count = 0 AS first_use
FROM used
"""


async def _use_tokens(tx: Transaction, uses: Counter[UUID]) -> dict[UUID, Any]:
    """Those that there still are, by id."""
    connection = tx.driver
    rows = await connection.fetch(_USE, list(uses), list(uses.values()), clock.now())
    return {row["id"]: row for row in rows}


def _runs(batch: Sequence[Delivery]) -> list[list[Delivery]]:
    """Of the same token, read as it stood at the same version, so that the order of arrival stands and events name the
    integration they came by."""
    runs: list[list[Delivery]] = []
    for delivery in batch:
        if runs and (runs[-1][0].token_id, runs[-1][0].version) == (delivery.token_id, delivery.version):
            runs[-1].append(delivery)
        else:
            runs.append([delivery])
    return runs


@dataclass(frozen=True)
class _Group:
    """Deliveries of one integration; None when it is gone or switched off, and then there are no signals."""

    deliveries: Sequence[Delivery]
    integration: Integration | None
    signals: Sequence[Signal]
    refusal: type[Problem]


def _group(deliveries: Sequence[Delivery], row: Any) -> _Group:
    if not row or not row["enabled"]:
        return _Group(deliveries, None, (), TokenDisabled if row else UnknownToken)
    if deliveries[0].version not in (None, row["version"]):
        return _Group(deliveries, None, (), Reread)
    integration = Integration(
        row["id"],
        row["name"],
        Priority(row["default_priority"]) if row["default_priority"] else None,
        tuple(row["default_tags"]),
        row["team_id"],
        row["escalation_policy_id"],
    )
    signals = [signal(reading, integration, _new_alias) for delivery in deliveries for reading in delivery.readings]
    return _Group(deliveries, integration, signals, Problem)


def _new_alias() -> str:
    return str(new_id())


async def _take_group(tx: Transaction, group: _Group, standing: intake.Standing) -> list[list[Taken] | Problem]:
    if not group.integration:
        return [group.refusal() for _ in group.deliveries]
    tx.actor = Actor("integration", group.integration.id, group.integration.name)
    taken = iter(await intake.take_locked(tx, group.signals, standing))
    return [[next(taken) for _ in delivery.readings] for delivery in group.deliveries]
