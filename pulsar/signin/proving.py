"""Is it still them? What changes how somebody signs in wants a proof that is minutes old: a session that stands open
on a desk is not enough (ASVS 7.5.1)."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Forbidden
from pulsar.people.model import SessionRow, User
from pulsar.signin.entering import factors_of

GOOD_FOR = timedelta(minutes=10)


class ProofNeeded(Forbidden):
    """Show once more that it is you: confirm with one of these, and try again."""


async def methods_of(tx: Transaction, user: User) -> Sequence[str]:
    """By what this account confirms: whoever has a second factor by that, because a password may be known to others."""
    return await factors_of(tx, user.id) or (["password"] if user.password_hash else ["sign_in"])


async def check(tx: Transaction, user_id: UUID, session_id: UUID) -> User:
    """The user, locked. Raises ProofNeeded with the methods."""
    user = await tx.get_one(User, user_id, with_for_update=True)
    session = await tx.get_one(SessionRow, session_id)
    if session.proved_at < clock.now() - GOOD_FOR:
        raise ProofNeeded(methods=list(await methods_of(tx, user)))
    return user


async def note(tx: Transaction, session_id: UUID) -> None:
    session = await tx.get_one(SessionRow, session_id, with_for_update=True)
    session.proved_at = clock.now()
