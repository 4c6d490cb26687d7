"""Is it still them? What changes how somebody signs in wants a proof that is minutes old: a session that stands open
on a desk is not enough (ASVS 7.5.1)."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from pulsar.base import clock
from pulsar.base.db import Database, Transaction
from pulsar.base.errors import Forbidden, Invalid
from pulsar.people.model import SessionRow, User
from pulsar.people.sessions import Client
from pulsar.signin import challenges, factors, second_step
from pulsar.signin.audience import tell
from pulsar.signin.entering import factors_of
from pulsar.signin.events import SignInFailed
from pulsar.signin.factors import Shown
from pulsar.signin.passkeys import Site

GOOD_FOR = timedelta(minutes=10)


class ProofNeeded(Forbidden):
    """Show once more that it is you: confirm with one of these, and try again."""


class NotProved(Invalid):
    """This is not right, or was used already."""


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


async def by_factor(db: Database, user: User, shown: Shown, challenge: str | None, site: Site, client: Client) -> None:
    """Counts as at the sign-in. Raises NotProved."""
    await second_step.admit_try(db, user.id)
    async with db.without_org() as tx:
        waiting = await challenges.find(tx, "passkey", challenge) if challenge else None
        nonce = waiting.nonce if waiting and waiting.user_id == user.id else None
        if waiting:
            await tx.delete(waiting)
        right = await factors.matches(tx, user.id, shown, site, nonce)
        if not right:
            await tell(tx, user.id, SignInFailed(user.id, method=shown.kind, **client.__dict__))
    if not right:
        raise NotProved(field=_FIELDS[shown.kind])
    await second_step.forget_tries(db, user.id)


_FIELDS = {"totp": "code", "passkey": "credential", "recovery_code": "recovery_code"}
