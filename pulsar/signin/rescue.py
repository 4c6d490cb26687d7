"""Who cannot get in any more? An operator, on the machine that Pulsar runs on, sets a new password for them, and takes
away second factors that are lost."""

from sqlalchemy import delete

from pulsar.base import crypto
from pulsar.base.db import Database
from pulsar.base.errors import NotFound
from pulsar.people import sessions, throttle
from pulsar.people.model import User
from pulsar.signin import factors, resets
from pulsar.signin.model import Passkey, Totp


class NoSuchAccount(NotFound):
    """There is no account with this e-mail address."""


async def rescue(db: Database, email: str, password: str, *, without_factors: bool) -> User:
    """Ends all sessions of theirs. Raises NoSuchAccount."""
    password_hash = await crypto.hash_password(password)
    async with db.without_org() as tx:
        user = await sessions.account_of(tx, email)
        if not user:
            raise NoSuchAccount
        await resets.set_password(tx, user, password_hash, keep=None, by_mail=False)
        if without_factors and user.second_factor_at:
            for kind in (Totp, Passkey):
                await tx.execute(delete(kind).where(kind.user_id == user.id))
            await factors.removed(tx, user, "all", "all of them, by an operator")
    await throttle.forget(db, email)
    return user
