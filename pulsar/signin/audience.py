"""Who is to know of it? Each organization that the user is in: they all rely on how that one person signs in."""

from uuid import UUID

from pulsar.base.db import Transaction
from pulsar.base.events import Event
from pulsar.people import sessions


async def tell(tx: Transaction, user_id: UUID, *facts: Event) -> None:
    tx.record_in([one.id for one in await sessions.organizations_of(tx, user_id)], *facts)
