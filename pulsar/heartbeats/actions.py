"""The verbs of heartbeats: create, change, renew, delete; and what comes of one that is late or back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from pulsar.alerts import intake
from pulsar.alerts.rules import Priority, Signal
from pulsar.base import clock, crypto
from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid, NotFound
from pulsar.base.events import edited
from pulsar.heartbeats.events import (
    HeartbeatCreated,
    HeartbeatDeleted,
    HeartbeatLate,
    HeartbeatRenewed,
    HeartbeatReturned,
    HeartbeatUpdated,
)
from pulsar.heartbeats.model import Heartbeat
from pulsar.heartbeats.rules import MOST_KEPT, due_after, turn

_PREFIX_LENGTH = 8


async def get(tx: Transaction, heartbeat_id: UUID, *, to_change: bool = False) -> Heartbeat:
    found = await tx.get(Heartbeat, (tx.org, heartbeat_id), with_for_update=True if to_change else None)
    if not found:
        raise NotFound("There is no heartbeat with this id here.")
    return found


async def create(tx: Transaction, values: dict[str, Any]) -> tuple[Heartbeat, str]:
    """The heartbeat and the secret in its address, which cannot be read again."""
    secret = crypto.random_token()
    made = Heartbeat(
        **values, token_hash=crypto.token_hash(secret), token_prefix=secret[:_PREFIX_LENGTH], recent_pings=[]
    )
    tx.add(made)
    await _flush(tx)
    tx.record(HeartbeatCreated(made.id, name=made.name))
    return made, secret


async def change(tx: Transaction, heartbeat: Heartbeat, values: dict[str, Any]) -> None:
    """A heartbeat that is switched off is due no more; switched on again, it waits for a ping first. With another
    interval the last ping counts anew."""
    for field, value in values.items():
        setattr(heartbeat, field, value)
    heartbeat.version += 1
    changes = edited(heartbeat)
    if not heartbeat.enabled or "enabled" in changes:
        heartbeat.due_at = None
    elif heartbeat.due_at and heartbeat.last_ping_at:
        heartbeat.due_at = due_after(heartbeat.last_ping_at, heartbeat.interval, heartbeat.grace)
    await _flush(tx)
    tx.record(HeartbeatUpdated(heartbeat.id, name=heartbeat.name, changes=changes))
    await look_at(tx, heartbeat)


async def renew(tx: Transaction, heartbeat: Heartbeat) -> str:
    """A new address; the old one is good no more."""
    secret = crypto.random_token()
    heartbeat.token_hash, heartbeat.token_prefix = crypto.token_hash(secret), secret[:_PREFIX_LENGTH]
    heartbeat.version += 1
    await tx.flush()
    tx.record(HeartbeatRenewed(heartbeat.id, name=heartbeat.name))
    return secret


async def remove(tx: Transaction, heartbeat: Heartbeat) -> None:
    """With its alert, which nothing would close any more."""
    await intake.take(tx, [Signal("close", alias_of(heartbeat))])
    tx.record(HeartbeatDeleted(heartbeat.id, name=heartbeat.name))
    await tx.delete(heartbeat)
    await tx.flush()


async def _flush(tx: Transaction) -> None:
    async with tx.or_raise(Invalid("There is no team with this id here.", field="team_id")):
        await tx.flush()


async def ping(tx: Transaction, heartbeat: Heartbeat) -> None:
    """By who has it locked. Those that come by an address go a shorter way: see pings.py."""
    now = clock.now()
    heartbeat.last_ping_at = now
    heartbeat.recent_pings = [now, *heartbeat.recent_pings][:MOST_KEPT]
    if heartbeat.enabled:
        heartbeat.due_at = due_after(now, heartbeat.interval, heartbeat.grace)
    await tx.flush()
    await look_at(tx, heartbeat)


def alias_of(heartbeat: Heartbeat) -> str:
    return f"heartbeat-{heartbeat.id}"


async def look_at(tx: Transaction, heartbeat: Heartbeat) -> None:
    """Makes its alert when it is late, and closes that when it is back. By who has it locked: twice is as once."""
    match turn(heartbeat.enabled, heartbeat.due_at, heartbeat.late_since, clock.now()):
        case "late":
            heartbeat.late_since = heartbeat.due_at
            await tx.flush()
            tx.record(HeartbeatLate(heartbeat.id, name=heartbeat.name, last_ping_at=heartbeat.last_ping_at))
            await intake.take(tx, [_alarm(heartbeat)])
        case "returned":
            heartbeat.late_since = None
            await tx.flush()
            tx.record(HeartbeatReturned(heartbeat.id, name=heartbeat.name))
            await intake.take(tx, [Signal("close", alias_of(heartbeat))])


def _alarm(heartbeat: Heartbeat) -> Signal:
    every = _in_words(heartbeat.interval)
    last = clock.rfc3339(heartbeat.last_ping_at) if heartbeat.last_ping_at else "never"
    return Signal(
        "create",
        alias_of(heartbeat),
        message=f"{heartbeat.name} is silent: it promised a sign of life every {every}",
        description=heartbeat.description,
        priority=Priority(heartbeat.priority),
        source="heartbeat",
        entity=heartbeat.name,
        tags=tuple(heartbeat.tags),
        details={"last_ping": last, "expected_every": every},
        team_id=heartbeat.team_id,
    )


def _in_words(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds % length == 0 and seconds >= length:
            count = seconds // length
            return f"{count} {unit}s" if count > 1 else unit
    return f"{seconds} seconds"
