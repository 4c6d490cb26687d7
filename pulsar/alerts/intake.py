"""How do signals become alerts? Many at once, in one transaction: deduplicate, write, record, start paging.

Locks are taken in one order everywhere, which is what keeps these transactions and the verbs of `actions` from
waiting for each other in a circle: the organization's alert counter, then alerts in the order of their ids, then runs,
and the event counter at the end. Whoever makes alerts holds the first, so an alias that is not found then cannot
appear meanwhile.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from pulsar.alerts import actions
from pulsar.alerts.events import AlertCreated, AlertRepeated
from pulsar.alerts.model import Alert
from pulsar.alerts.rules import ALLOWED, Fold, Signal, rounds
from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.ids import new_id
from pulsar.base.json import pack
from pulsar.escalation import actions as escalation
from pulsar.notify.rules import Subject
from pulsar.people.model import Team

Result = Literal["created", "repeated", "closed", "acknowledged", "ignored"]


@dataclass(frozen=True)
class Taken:
    """What became of one signal, and the alert that it went to, if there is one."""

    result: Result
    alias: str
    alert_id: UUID | None = None
    number: int | None = None


@dataclass
class Known:
    """What the intake has to know of an alert that is not closed."""

    id: UUID
    number: int
    priority: str
    count: int


Standing = dict[str, Known]
"""Those of some aliases that are not closed. They are locked, and nobody else can make more: what the transaction
itself changes it writes down here, and need not read again."""


async def take(tx: Transaction, signals: Sequence[Signal]) -> list[Taken]:
    """In their order; the answer has one entry for each."""
    return await take_locked(tx, signals, await lock(tx, [signal.alias for signal in signals]))


async def lock(tx: Transaction, aliases: Collection[str]) -> Standing:
    """Of all signals that a transaction is going to take: rounds, and one integration after the other, would come to
    the alerts in another order than that of their ids."""
    connection = tx.driver
    rows = await connection.fetch("SELECT alias, id, number, priority, count FROM lock_alerts($1)", set(aliases))
    return {alias: Known(*known) for alias, *known in rows}


async def take_locked(tx: Transaction, signals: Sequence[Signal], standing: Standing) -> list[Taken]:
    taken: list[Taken | None] = [None] * len(signals)
    for folds in rounds(signals):
        await _raise_alarm(tx, [fold for fold in folds if fold.action == "create"], standing, taken)
        for fold in folds:
            if fold.action != "create":
                await _act(tx, fold, standing, taken)
    return [entry for entry in taken if entry]


async def _act(tx: Transaction, fold: Fold, standing: Standing, taken: list[Taken | None]) -> None:
    """A close or an acknowledgement by a source. What matches nothing is accepted and does nothing."""
    known = standing.get(fold.alias)
    result: Result = "ignored"
    if known:
        alert = await tx.get_one(Alert, (tx.org, known.id), populate_existing=True)
        if fold.action == "close":
            await actions.close(tx, alert, f"resolved by {tx.actor.name}")
            del standing[fold.alias]
            result = "closed"
        elif alert.status in ALLOWED["acknowledge"]:
            await actions.acknowledge(tx, alert)
            result = "acknowledged"
        await tx.flush()
    for i, place in enumerate(fold.members):
        about = known if result == "ignored" or i == 0 else None
        taken[place] = _taken(result if i == 0 else "ignored", fold.alias, about)


def _taken(result: Result, alias: str, about: Known | None) -> Taken:
    return Taken(result, alias, about.id, about.number) if about else Taken(result, alias)


async def _raise_alarm(tx: Transaction, folds: Sequence[Fold], standing: Standing, taken: list[Taken | None]) -> None:
    repeated = [fold for fold in folds if fold.alias in standing]
    fresh = [fold for fold in folds if fold.alias not in standing]
    if repeated:
        await _repeat(tx, repeated, standing)
    if fresh:
        await _create(tx, fresh, standing)
    for fold in folds:
        for place in fold.members:
            taken[place] = _taken("repeated", fold.alias, standing[fold.alias])
    for fold in fresh:
        taken[fold.members[0]] = _taken("created", fold.alias, standing[fold.alias])


async def _repeat(tx: Transaction, folds: Sequence[Fold], standing: Standing) -> None:
    connection = tx.driver
    again = [(standing[fold.alias], fold) for fold in folds]
    await connection.execute(
        "UPDATE alerts SET count = count + r.times, last_occurred_at = $3, updated_at = $3"
        " FROM unnest($1::uuid[], $2::int[]) AS r (alert_id, times) WHERE id = r.alert_id",
        [known.id for known, _ in again],
        [len(fold.members) for _, fold in again],
        clock.now(),
    )
    for known, fold in again:
        known.count += len(fold.members)
        tx.record(AlertRepeated(known.id, times=len(fold.members), count=known.count))
        if fold.priority < known.priority:
            alert = await tx.get_one(Alert, (tx.org, known.id), populate_existing=True)
            await actions.raise_priority(tx, alert, fold.priority)
            await tx.flush()
            known.priority = fold.priority


# Whoever has said `lock` holds the counter, so the numbers are in the order of the folds.
_INSERT = """
WITH counted AS (UPDATE counters SET value = value + cardinality($1::uuid[]) WHERE name = 'alerts'
                 RETURNING value - cardinality($1::uuid[]) AS before),
made AS (
INSERT INTO alerts (id, number, alias, message, description, priority, status, source, entity, tags, details, count,
                    integration_id, integration_policy_id, assigned_to_user_id, assigned_to_team_id,
                    escalation_policy_id, last_occurred_at, created_at, updated_at)
SELECT id, before + place, alias, message, description, priority, 'open', source, entity, tags, details, count,
       integration_id, integration_policy_id, user_id, team_id, policy_id, $5, $5, $5
FROM counted, ROWS FROM (
       unnest($1::uuid[]), unnest($2::text[]), unnest($3::int[]),
       json_to_recordset($4) AS (alias text, message text, description text, source text, entity text, tags text[],
         details jsonb, integration_id uuid, integration_policy_id uuid, user_id uuid, team_id uuid, policy_id uuid)
     ) WITH ORDINALITY AS a (id, priority, count, alias, message, description, source, entity, tags, details,
         integration_id, integration_policy_id, user_id, team_id, policy_id, place)
RETURNING number)
SELECT min(number) FROM made
"""


async def _create(tx: Transaction, folds: Sequence[Fold], standing: Standing) -> None:
    connection = tx.driver
    ids = [new_id() for _ in folds]
    first_number = await connection.fetchval(
        _INSERT,
        ids,
        [fold.priority for fold in folds],
        [len(fold.members) for fold in folds],
        pack([fold.first for fold in folds]),
        clock.now(),
    )
    teams = await _team_policies(tx, {fold.first.team_id for fold in folds if fold.first.team_id})
    starts = []
    for number, (alert_id, fold) in enumerate(zip(ids, folds, strict=True), first_number):
        standing[fold.alias] = Known(alert_id, number, fold.priority, len(fold.members))
        subject = _subject(alert_id, fold, number)
        starts.append(escalation.Start(subject, _choices(fold.first, teams), fold.first.team_id))
    for start, (policy, origin) in zip(starts, await escalation.start_all(tx, starts), strict=True):
        alert, name = start.subject, policy.name if policy else None
        tx.record(AlertCreated(alert.id, alert.number, alert.title, alert.priority, policy=name, policy_from=origin))


def _subject(alert_id: UUID, fold: Fold, number: int) -> Subject:
    signal = fold.first
    return Subject(
        id=alert_id,
        number=number,
        priority=fold.priority.value,
        title=signal.message,
        body=signal.description[:2000],
        path=f"/alerts/{alert_id}",
    )


def _choices(signal: Signal, team_policies: dict[UUID, UUID | None]) -> escalation.Wanted:
    team_policy = team_policies.get(signal.team_id) if signal.team_id else None
    return actions.wanted(signal.policy_id, signal.integration_policy_id, team_policy)


async def _team_policies(tx: Transaction, team_ids: set[UUID]) -> dict[UUID, UUID | None]:
    if not team_ids:
        return {}
    rows = await tx.execute(select(Team.id, Team.escalation_policy_id).where(Team.id.in_(team_ids)))
    return {row.id: row.escalation_policy_id for row in rows}
