"""Have they been here before? Of a sign-in with a device, or from a place, that is new of theirs they are mailed."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.people import sessions
from pulsar.people.model import SessionRow, User
from pulsar.people.sessions import Client, Session
from pulsar.signin import outbox, rules

# Who has just made the account knows of it.
_NEW_ACCOUNT = timedelta(hours=1)


async def begin(tx: Transaction, user: User, organization_id: UUID | None, method: str, client: Client) -> Session:
    """As `sessions.begin`. What is known of them are their sessions, for a week after each has ended."""
    rows = await tx.execute(select(SessionRow.address, SessionRow.device).where(SessionRow.user_id == user.id))
    known = [(row.address, row.device) for row in rows]
    session = await sessions.begin(tx, user, organization_id, method, client)
    told = known or user.created_at < clock.now() - _NEW_ACCOUNT
    if told and rules.is_strange(client.address, client.device, known):
        by = " and ".join(rules.METHODS.get(part, part) for part in method.split("+"))
        outbox.warn(tx, user.id, "signed_in", by=by, device=rules.device_name(client.device), address=client.address)
    return session
