"""How do signals become alerts? Many at once, in one transaction: deduplicate, write, record, start paging.

Locks are taken in one order everywhere, which is what keeps these transactions and the verbs of `actions` from
waiting for each other in a circle: the organization's alert counter, then alerts in the order of their ids, then runs,
and the event counter at the end. Whoever makes alerts holds the first, so an alias that is not found then cannot
appear meanwhile.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select

from pulsar.alerts import actions
from pulsar.alerts.events import AlertCreated, AlertRepeated
from pulsar.alerts.model import Alert
from pulsar.alerts.rules import ALLOWED, Fold, Signal, Status, rounds
from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.events import COUNT_UP
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


async def take(tx: Transaction, signals: Sequence[Signal]) -> list[Taken]:
    """In their order; the answer has one entry for each."""
    await lock(tx, [signal.alias for signal in signals])
    return await take_locked(tx, signals)


async def lock(tx: Transaction, aliases: Collection[str]) -> None:
    """Of all signals that a transaction is going to take: rounds, and one integration after the other, would come to
    the alerts in another order than that of their ids."""
    connection = await tx.driver()
    await connection.execute("SELECT value FROM counters WHERE name = 'alerts' FOR UPDATE")
    await _standing(tx, set(aliases))


async def take_locked(tx: Transaction, signals: Sequence[Signal]) -> list[Taken]:
    taken: list[Taken | None] = [None] * len(signals)
    for folds in rounds(signals):
        await _raise_alarm([fold for fold in folds if fold.action == "create"], tx, taken)
        for fold in folds:
            if fold.action != "create":
                await _act(tx, fold, taken)
    return [entry for entry in taken if entry]


async def _act(tx: Transaction, fold: Fold, taken: list[Taken | None]) -> None:
    """A close or an acknowledgement by a source. What matches nothing is accepted and does nothing."""
    query = select(Alert).where(Alert.alias == fold.alias, Alert.status != Status.CLOSED).with_for_update()
    alert: Alert | None = await tx.scalar(query.execution_options(populate_existing=True))
    result: Result = "ignored"
    if alert and fold.action == "close":
        await actions.close(tx, alert, f"resolved by {tx.actor.name}")
        result = "closed"
    elif alert and alert.status in ALLOWED["acknowledge"]:
        await actions.acknowledge(tx, alert)
        result = "acknowledged"
    await tx.flush()
    for i, place in enumerate(fold.members):
        known = alert if alert and (result == "ignored" or i == 0) else None
        taken[place] = Taken(
            result if i == 0 else "ignored", fold.alias, known.id if known else None, known.number if known else None
        )


async def _raise_alarm(folds: Sequence[Fold], tx: Transaction, taken: list[Taken | None]) -> None:
    if not folds:
        return
    standing = await _standing(tx, [fold.alias for fold in folds])
    repeated = [fold for fold in folds if fold.alias in standing]
    fresh = [fold for fold in folds if fold.alias not in standing]
    if repeated:
        await _repeat(tx, repeated, standing)
    made = await _create(tx, fresh) if fresh else {}
    for fold in folds:
        row = standing.get(fold.alias)
        alert_id, number = (row["id"], row["number"]) if row else made[fold.alias]
        for i, place in enumerate(fold.members):
            first: Result = "repeated" if row else "created"
            taken[place] = Taken(first if i == 0 else "repeated", fold.alias, alert_id, number)


async def _standing(tx: Transaction, aliases: Collection[str]) -> dict[str, Any]:
    """The alerts that are not closed and have these aliases, by alias, locked in the order of their ids.

    One look into the unique index for each: of `alias = ANY(...)` the planner thinks, until the table has been
    analyzed, that reading all of the organization's alerts is cheaper.
    """
    connection = await tx.driver()
    found = await connection.fetch(
        """SELECT a.id FROM unnest($1::text[]) AS wanted (alias) CROSS JOIN LATERAL
             (SELECT id FROM alerts WHERE alias = wanted.alias AND status <> 'closed' LIMIT 1) AS a""",
        aliases,
    )
    if not found:
        return {}
    rows = await connection.fetch(
        """SELECT a.* FROM unnest($1::uuid[]) AS wanted (id) CROSS JOIN LATERAL
             (SELECT id, alias, number, priority, count FROM alerts
              WHERE alerts.id = wanted.id AND status <> 'closed' LIMIT 1 FOR UPDATE) AS a""",
        sorted(row["id"] for row in found),
    )
    return {row["alias"]: row for row in rows}


async def _repeat(tx: Transaction, folds: Sequence[Fold], standing: dict[str, Any]) -> None:
    connection = await tx.driver()
    ids = [standing[fold.alias]["id"] for fold in folds]
    times = [len(fold.members) for fold in folds]
    await connection.execute(
        "UPDATE alerts SET count = count + r.times, last_occurred_at = $3, updated_at = $3"
        " FROM unnest($1::uuid[], $2::int[]) AS r (alert_id, times) WHERE id = r.alert_id",
        ids,
        times,
        clock.now(),
    )
    for fold, n in zip(folds, times, strict=True):
        row = standing[fold.alias]
        tx.record(AlertRepeated(row["id"], times=n, count=row["count"] + n))
        if fold.priority < row["priority"]:
            alert = await tx.get_one(Alert, (tx.org, row["id"]), populate_existing=True)
            await actions.raise_priority(tx, alert, fold.priority)
            await tx.flush()


async def _create(tx: Transaction, folds: Sequence[Fold]) -> dict[str, tuple[UUID, int]]:
    connection = await tx.driver()
    now = clock.now()
    last: int = await connection.fetchval(COUNT_UP, "alerts", len(folds))
    numbered = list(zip(folds, range(last - len(folds) + 1, last + 1), strict=True))
    ids = [new_id() for _ in folds]
    await connection.execute(_INSERT, *_columns(ids, numbered), now)
    subjects = [_subject(alert_id, fold, number) for alert_id, (fold, number) in zip(ids, numbered, strict=True)]
    teams = await _team_policies(tx, {fold.first.team_id for fold in folds if fold.first.team_id})
    starts = [
        escalation.Start(subject, _choices(fold.first, teams)) for subject, fold in zip(subjects, folds, strict=True)
    ]
    policies = await escalation.start_all(tx, starts)
    for alert_id, (fold, number), policy in zip(ids, numbered, policies, strict=True):
        message, priority = fold.first.message, fold.priority.value
        tx.record(AlertCreated(alert_id, number=number, message=message, priority=priority, policy=policy))
    return {fold.alias: (alert_id, number) for alert_id, (fold, number) in zip(ids, numbered, strict=True)}


_INSERT = """
INSERT INTO alerts (id, number, alias, message, description, priority, status, source, entity, tags, details, count,
                    integration_id, integration_policy_id, assigned_to_user_id, assigned_to_team_id,
                    escalation_policy_id, last_occurred_at, created_at, updated_at)
SELECT id, number, alias, message, description, priority, 'open', source, entity,
       ARRAY(SELECT jsonb_array_elements_text(tags)), details, count, integration_id, integration_policy_id,
       user_id, team_id, policy_id, $17, $17, $17
FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::jsonb[], $10::jsonb[], $11::int[], $12::uuid[], $13::uuid[], $14::uuid[], $15::uuid[], $16::uuid[])
     AS a (id, number, alias, message, description, priority, source, entity, tags, details, count, integration_id,
           integration_policy_id, user_id, team_id, policy_id)
"""


def _columns(ids: Sequence[UUID], numbered: Sequence[tuple[Fold, int]]) -> list[list[Any]]:
    firsts = [fold.first for fold, _ in numbered]
    return [
        list(ids),
        [number for _, number in numbered],
        [s.alias for s in firsts],
        [s.message for s in firsts],
        [s.description for s in firsts],
        [fold.priority.value for fold, _ in numbered],
        [s.source for s in firsts],
        [s.entity for s in firsts],
        # unnest would flatten an array of arrays, so tags travel as JSON.
        [pack(s.tags) for s in firsts],
        [pack(s.details) for s in firsts],
        [len(fold.members) for fold, _ in numbered],
        [s.integration_id for s in firsts],
        [s.integration_policy_id for s in firsts],
        [s.user_id for s in firsts],
        [s.team_id for s in firsts],
        [s.policy_id for s in firsts],
    ]


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


def _choices(signal: Signal, team_policies: dict[UUID, UUID | None]) -> tuple[UUID, ...]:
    team_policy = team_policies.get(signal.team_id) if signal.team_id else None
    return tuple(choice for choice in (signal.policy_id, signal.integration_policy_id, team_policy) if choice)


async def _team_policies(tx: Transaction, team_ids: set[UUID]) -> dict[UUID, UUID | None]:
    if not team_ids:
        return {}
    rows = await tx.execute(select(Team.id, Team.escalation_policy_id).where(Team.id.in_(team_ids)))
    return {row.id: row.escalation_policy_id for row in rows}
