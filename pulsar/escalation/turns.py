"""Whose turn is it? The rows in which levels that go round their people remember who was last."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert

from pulsar.base.db import Transaction
from pulsar.escalation.choice import next_in_turn
from pulsar.escalation.model import Policy, Run, TurnRow

Place = tuple[UUID, int]


async def hold(tx: Transaction, runs: Iterable[Run]) -> None:
    """Locks the turns that firing these runs may take, all at once and in one order: two workers that fire many runs
    each would otherwise wait for each other in a circle. Held until the commit, so no turn is given twice."""
    wanted: set[Place] = set()
    for run in runs:
        if run.policy_id:
            levels = enumerate(run.ladder["levels"])
            wanted |= {(run.policy_id, position) for position, level in levels if level.get("round_robin")}
    if wanted:
        await _lock(tx, wanted)


async def _lock(tx: Transaction, places: set[Place]) -> None:
    there = set(await tx.scalars(select(Policy.id).where(Policy.id.in_({policy_id for policy_id, _ in places}))))
    rows = [{"policy_id": policy, "position": position} for policy, position in sorted(places) if policy in there]
    if not rows:
        return
    await tx.execute(insert(TurnRow).values(rows).on_conflict_do_nothing())
    held: dict[Place, TurnRow] = tx.info.setdefault("turns", {})
    locked = (
        select(TurnRow)
        .where(tuple_(TurnRow.policy_id, TurnRow.position).in_(places))
        .order_by(TurnRow.policy_id, TurnRow.position)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    held |= {(row.policy_id, row.position): row for row in await tx.scalars(locked)}


async def expected(tx: Transaction, policy_id: UUID, position: int, ids: Collection[UUID]) -> UUID:
    """Whose turn it will be, as things stand; to look, without taking it."""
    query = select(TurnRow.user_id).where(TurnRow.policy_id == policy_id, TurnRow.position == position)
    return next_in_turn(ids, await tx.scalar(query))


async def take(tx: Transaction, policy_id: UUID, position: int, ids: Collection[UUID]) -> UUID:
    """The next of these people. Of a policy that is gone the first, always."""
    row: TurnRow | None = tx.info.get("turns", {}).get((policy_id, position))
    turn = next_in_turn(ids, row.user_id if row else None)
    if row:
        row.user_id = turn
    return turn
