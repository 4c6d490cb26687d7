"""What are they called? Names of users and teams by their ids, for views that show somebody else's id."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.people.model import Team, User


async def user_names(tx: Transaction, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    rows = await tx.execute(select(User.id, User.full_name).where(User.id.in_({i for i in ids if i})))
    return {row.id: row.full_name for row in rows}


async def team_names(tx: Transaction, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    rows = await tx.execute(select(Team.id, Team.name).where(Team.id.in_({i for i in ids if i})))
    return {row.id: row.name for row in rows}
