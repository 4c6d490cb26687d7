"""Is this address theirs? Whoever can open the link that was mailed there has it.

An account whose address is not verified works as any other, so that nobody is unreachable for want of a mail; but who
wants another address has to show first that it is theirs.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import delete

from pulsar.base import clock
from pulsar.base.crypto import BadSignature
from pulsar.base.db import Database, Transaction
from pulsar.base.errors import Conflict, Gone
from pulsar.base.events import edited
from pulsar.base.http import Pulsar
from pulsar.people import sessions
from pulsar.people.model import User
from pulsar.people.sessions import AccountTaken
from pulsar.signin import mail, outbox
from pulsar.signin.audience import tell
from pulsar.signin.events import EmailChanged, EmailVerified
from pulsar.signin.mail import Letter
from pulsar.signin.model import PasswordReset

KIND = "address"
PURPOSE = "verify-address"
LIFETIME = timedelta(days=3)
MOST_LETTERS, LETTERS_WITHIN = 5, timedelta(hours=1)


class LinkGone(Gone):
    """This link has expired, was not copied whole, or your address is another one by now. Ask for a new one."""


class AlreadyVerified(Conflict):
    """Your address is verified already."""


def ask(tx: Transaction, user: User, email: str) -> None:
    """For a link to the address, their own or the one that they want. The one before stays good."""
    outbox.enqueue(tx, KIND, f"{user.id}:{email.casefold()}", user=str(user.id), email=email)


async def mail_link(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    async with pulsar.db.without_org() as tx:
        user = await tx.get(User, UUID(ids["user"]))
        taken = await sessions.account_of(tx, ids["email"])
    # To an address that is somebody else's nothing goes; whoever asked is not told whose it is.
    if not user or (taken and taken.id != user.id):
        return
    claims = {"sub": str(user.id), "old": user.email, "new": ids["email"]}
    token = pulsar.keys.sign(PURPOSE, claims, clock.now(), LIFETIME)
    link = f"{pulsar.settings.base_url}/verify#{quote(token)}"
    text = (
        f"{user.full_name} on Pulsar says that this address is theirs. If that is you, open the link within three"
        " days. If it is not, do nothing."
    )
    letter = Letter("Verify your address", text, link, "Verify it")
    await mail.send(pulsar.settings, ids["email"], user.full_name, letter)


async def verify(db: Database, token: str) -> User:
    """Of a link for an address that they want, the account has it from now on."""
    try:
        claims = db.keys.verify(PURPOSE, token, clock.now())
    except BadSignature:
        raise LinkGone from None
    async with db.without_org() as tx:
        user = await tx.get(User, UUID(claims["sub"]), with_for_update=True)
        if user and claims["new"] == user.email:
            await _verified(tx, user)
        elif user and claims["old"] == user.email:
            with sessions.acting(tx, user):
                await change(tx, user, claims["new"])
            user.email_verified_at = clock.now()
        else:
            raise LinkGone
        return user


async def _verified(tx: Transaction, user: User) -> None:
    """Twice is as once."""
    if not user.email_verified_at:
        user.email_verified_at = clock.now()
        with sessions.acting(tx, user):
            await tell(tx, user.id, EmailVerified(user.id))


async def change(tx: Transaction, user: User, email: str) -> None:
    """Where a link for a new password went before, is nobody's who should have one. The old address is told."""
    before, user.email = user.email, email
    user.email_verified_at = None
    changes = edited(user)
    changes.pop("email_verified_at", None)
    async with tx.or_raise(AccountTaken("There is an account with this email already.", field="email")):
        await tx.flush()
    await tx.execute(delete(PasswordReset).where(PasswordReset.user_id == user.id))
    await tell(tx, user.id, EmailChanged(user.id, changes=changes))
    outbox.warn(tx, user.id, "email", to=before, email=email)
