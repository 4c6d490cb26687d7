"""Who has forgotten the password? A link by mail sets a new one, once, within the hour.

Asking answers the same for every address, and does the same until it has answered: who has an account is for the job to
find out.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from pulsar.base import clock, crypto
from pulsar.base.db import Database, Transaction
from pulsar.base.errors import Gone, TooManyAttempts
from pulsar.base.http import Pulsar
from pulsar.people import sessions, throttle
from pulsar.people.model import SessionRow, User
from pulsar.signin import challenges, mail, outbox
from pulsar.signin.audience import tell
from pulsar.signin.events import PasswordSet
from pulsar.signin.mail import Letter
from pulsar.signin.model import PasswordReset

KIND = "reset"
LIFETIME = timedelta(hours=1)
_PER_ADDRESS, _PER_MAILBOX, _WINDOW = 20, 3, timedelta(hours=1)


class ResetGone(Gone):
    """This link was used, has expired, or a newer one was sent. Ask for a new one."""


async def ask(db: Database, email: str, address: str) -> None:
    """Raises TooManyAttempts for who asks too often, whatever they ask. A mailbox gets a few in an hour and then
    nothing, which looks the same from outside."""
    await throttle.admit(db, (f"reset:{address}", _PER_ADDRESS, _WINDOW))
    name = email.strip().casefold()
    try:
        await throttle.admit(db, (f"reset-mail:{name}", _PER_MAILBOX, _WINDOW))
    except TooManyAttempts:
        return
    async with db.without_org() as tx:
        outbox.enqueue(tx, KIND, name, email=email.strip())


async def mail_link(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    async with pulsar.db.without_org() as tx:
        user = await sessions.account_of(tx, ids["email"])
        if not user:
            return
        link = await _link(tx, user, pulsar.settings.base_url)
    text = (
        "Somebody, most likely you, asked for a new password for your account on Pulsar. The link is good once, for an"
        " hour. If it was not you, do nothing: your password stays as it is."
    )
    await mail.send(pulsar.settings, user.email, user.full_name, Letter("Set a new password", text, link, "Set it"))


async def _link(tx: Transaction, user: User, base_url: str) -> str:
    token = crypto.random_token()
    values = {"token_hash": crypto.token_hash(token), "expires_at": clock.now() + LIFETIME}
    statement = insert(PasswordReset).values(user_id=user.id, **values)
    await tx.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=values))
    return f"{base_url}/reset#{quote(token)}"


async def use(db: Database, token: str, password: str) -> None:
    """Sets it, and ends every session of the user's. Signs nobody in: a second factor is asked for as always (ASVS
    6.4.3)."""
    async with db.without_org() as tx:
        if not await tx.scalar(select(PasswordReset.user_id).where(_good(token))):
            raise ResetGone
    password_hash = await crypto.hash_password(password)
    async with db.without_org() as tx:
        user_id = await tx.scalar(delete(PasswordReset).where(_good(token)).returning(PasswordReset.user_id))
        if not user_id:
            raise ResetGone
        user = await tx.get_one(User, user_id, with_for_update=True)
        # The link went to this address, and came back.
        user.email_verified_at = user.email_verified_at or clock.now()
        with sessions.acting(tx, user):
            await set_password(tx, user, password_hash, keep=None, by_mail=True)
        email = user.email
    await throttle.forget(db, email)


def _good(token: str) -> Any:
    return (PasswordReset.token_hash == crypto.token_hash(token)) & (PasswordReset.expires_at > clock.now())


async def set_password(
    tx: Transaction, user: User, password_hash: str, *, keep: UUID | None, by_mail: bool = False
) -> None:
    """And ends what the old one was good for: sessions but the one to `keep`, sign-ins under way, links (C8)."""
    user.password_hash = password_hash
    await tx.execute(delete(PasswordReset).where(PasswordReset.user_id == user.id))
    await challenges.drop(tx, user.id)
    ended = await sessions.end(tx, SessionRow.user_id == user.id, SessionRow.id.is_distinct_from(keep))
    await tell(tx, user.id, PasswordSet(user.id, by_mail=by_mail, sessions_ended=ended))
    outbox.warn(tx, user.id, "password")
