"""What did an integration receive lately, and what came of it? The last payloads of each, written behind its back: who
sends waits for none of this, and a storm costs no more than its last fifty.

A node keeps what arrives in memory, fifty for each integration, and writes it in one group, at most once a second. When
the process dies, that second is missing here, and nowhere else.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from pulsar.alerts.intake import Taken
from pulsar.base.db import Database, Transaction
from pulsar.base.ids import new_id
from pulsar.base.json import pack

log = structlog.get_logger()

MOST_KEPT = 50
LONGEST_CONTENT = 64 * 1024
_MOST_RESULTS = 20
_LONGEST_REASON = 2000
_SECRET = 64
_FIRST_PAUSE, _PAUSE = 0.05, 1.0
_MOST_WAITING = 32 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request. `reason` says why it was refused, or that it was read only as something unreadable."""

    org: UUID
    token_id: UUID
    secret: str
    source: str
    address: str
    at: datetime
    size: int
    content: bytes
    taken: Sequence[Taken] | None
    reason: str = ""
    replay_of: UUID | None = None


class History:
    """Of this node: what has arrived and is not written yet."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: dict[UUID, deque[Arrival]] = {}
        self._bytes = 0
        self._writing: asyncio.Task[None] | None = None

    def note(self, arrival: Arrival) -> None:
        """Costs microseconds, and pushes out the oldest that nobody would see any more."""
        if self._bytes > _MOST_WAITING:
            return
        ring = self._waiting.setdefault(arrival.token_id, deque())
        if len(ring) == MOST_KEPT:
            self._bytes -= len(ring.popleft().content)
        ring.append(arrival)
        self._bytes += len(arrival.content)
        if not self._writing or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def close(self) -> None:
        """Writes what is left, when the node stops."""
        if self._writing:
            self._writing.cancel()
            with suppress(asyncio.CancelledError):
                await self._writing
        await self._flush()

    async def _write(self) -> None:
        await asyncio.sleep(_FIRST_PAUSE)  # until whoever came first has its answer
        while self._waiting:
            await self._flush()
            await asyncio.sleep(_PAUSE)

    async def _flush(self) -> None:
        waiting, self._waiting, self._bytes = self._waiting, {}, 0
        arrivals = [arrival for ring in waiting.values() for arrival in ring]
        if not arrivals:
            return
        try:
            async with self._db.without_org() as tx:
                await write(tx, arrivals)
        except (SQLAlchemyError, OSError) as error:
            log.warning("payloads_not_kept", payloads=len(arrivals), error=type(error).__name__)


async def write(tx: Transaction, arrivals: Sequence[Arrival]) -> list[UUID]:
    """Of any organizations. What comes beyond the last fifty of an integration is forgotten in the same statement."""
    connection = tx.driver
    ids = [new_id() for _ in arrivals]
    await connection.execute(
        "SELECT keep_payloads($1, $2, $3, $4, $5::jsonb, $6)",
        [arrival.org for arrival in arrivals],
        [arrival.token_id for arrival in arrivals],
        ids,
        [_content(arrival) for arrival in arrivals],
        pack([_said(arrival) for arrival in arrivals]),
        MOST_KEPT,
    )
    return ids


def cut(body: bytes) -> bytes:
    """With room for a token that begins before the end, so that none is kept in part."""
    return body[: LONGEST_CONTENT + _SECRET]


def _content(arrival: Arrival) -> bytes:
    """Without the integration's own address: some tools send it along, and it is a secret."""
    content = arrival.content
    if arrival.secret:
        content = content.replace(arrival.secret.encode(), f"{arrival.secret[:8]}…".encode())
    return content[:LONGEST_CONTENT]


def _said(arrival: Arrival) -> dict[str, Any]:
    return {
        "received_at": arrival.at,
        "source": arrival.source,
        "address": arrival.address,
        "size": arrival.size,
        "cut": len(arrival.content) < arrival.size or arrival.size > LONGEST_CONTENT,
        "outcome": outcome(arrival),
        "reason": storable(arrival.reason)[:_LONGEST_REASON],
        "results": [
            {"result": taken.result, "alias": taken.alias, "alert_id": taken.alert_id, "number": taken.number}
            for taken in (arrival.taken or ())[:_MOST_RESULTS]
        ],
        "signals": len(arrival.taken or ()),
        "replay_of": arrival.replay_of,
    }


def storable(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def outcome(arrival: Arrival) -> str:
    if arrival.taken is None:
        return "refused"
    if arrival.reason:
        return "unreadable"
    return "taken" if any(taken.result != "ignored" for taken in arrival.taken) else "ignored"
