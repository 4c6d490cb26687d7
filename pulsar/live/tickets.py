"""May this socket be opened? By a ticket that serves once, for half a minute: an access token in an address
would end up in the logs of every proxy on the way (ASVS 4.4.3)."""

from datetime import timedelta

from sqlalchemy import delete

from pulsar.base import clock, crypto
from pulsar.base.db import Transaction
from pulsar.base.http import Principal
from pulsar.live.model import Ticket

LIFETIME = timedelta(seconds=30)


async def issue(tx: Transaction, caller: Principal) -> str:
    now = clock.now()
    await tx.execute(delete(Ticket).where(Ticket.expires_at < now))
    ticket = crypto.random_token()
    tx.add(
        Ticket(
            ticket_hash=crypto.token_hash(ticket),
            user_id=caller.user_id,
            organization_id=caller.org_id,
            session_id=caller.session_id,
            expires_at=now + LIFETIME,
        )
    )
    return ticket


async def redeem(tx: Transaction, ticket: str) -> Principal | None:
    row = (
        await tx.execute(
            delete(Ticket)
            .where(Ticket.ticket_hash == crypto.token_hash(ticket), Ticket.expires_at > clock.now())
            .returning(Ticket.user_id, Ticket.organization_id, Ticket.session_id)
        )
    ).one_or_none()
    return Principal(row.user_id, row.organization_id, row.session_id) if row and row.session_id else None
