"""Who is that? Targets turned into people, at the moment of firing."""

from uuid import UUID

from sqlalchemy import ColumnElement, select

from pulsar.base.db import Transaction
from pulsar.escalation.rules import Target
from pulsar.orgs.model import Membership
from pulsar.people.model import TeamMember, User


async def people_of(tx: Transaction, targets: tuple[Target, ...]) -> list[tuple[UUID, str]]:
    """Each active person once, by name, however many targets lead to them. Looked up once in a transaction:
    one that fires the steps of a storm asks for the same people again and again."""
    known: dict[tuple[Target, ...], list[tuple[UUID, str]]] = tx.info.setdefault("people", {})
    if targets not in known:
        known[targets] = await _look_up(tx, targets)
    return known[targets]


async def _look_up(tx: Transaction, targets: tuple[Target, ...]) -> list[tuple[UUID, str]]:
    users = {t.id for t in targets if t.type == "user"}
    teams = {t.id for t in targets if t.type == "team"}
    in_teams = select(TeamMember.user_id).where(TeamMember.team_id.in_(teams))
    return await _active(tx, Membership.user_id.in_(users) | Membership.user_id.in_(in_teams))


async def fallback_people(tx: Transaction) -> list[tuple[UUID, str]]:
    return await _active(tx, Membership.role.in_(("owner", "admin")))


async def _active(tx: Transaction, condition: ColumnElement[bool]) -> list[tuple[UUID, str]]:
    rows = await tx.execute(
        select(User.id, User.full_name)
        .join(Membership, Membership.user_id == User.id)
        .where(condition, Membership.active)
        .order_by(User.full_name, User.id)
    )
    return [(row.id, row.full_name) for row in rows]
