"""Who are they, and are they still here? People by their ids, for schedules to name and to check."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid
from pulsar.orgs.model import Membership
from pulsar.people.model import User


@dataclass(frozen=True)
class Person:
    id: UUID
    name: str
    email: str
    active: bool
    """A member of the organization still; who is not is paged by nobody."""


async def people(tx: Transaction, ids: Iterable[UUID]) -> dict[UUID, Person]:
    rows = await tx.execute(
        select(User.id, User.full_name, User.email, Membership.active)
        .join(Membership, Membership.user_id == User.id)
        .where(User.id.in_(set(ids)))
    )
    return {row.id: Person(*row) for row in rows}


async def expect_members(tx: Transaction, ids: Iterable[UUID], field: str) -> None:
    """Raises Invalid for anybody who could not be paged: a stranger, somebody who has left."""
    wanted = set(ids)
    found = await people(tx, wanted) if wanted else {}
    if wanted - found.keys():
        raise Invalid("There is no such user in this organization.", field=field)
    for person in found.values():
        if not person.active:
            raise Invalid(f"{person.name} is deactivated. Take somebody else.", field=field)
