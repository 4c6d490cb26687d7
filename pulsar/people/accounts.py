"""Whose account at Slack or Telegram is that? The member's who has linked it: what is pressed there, they have pressed.

An account is linked by an offer: who presses a button there and is not known is given a signed link, which only they
see, and opens it signed in here. That shows that both are theirs.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from pulsar.base import clock
from pulsar.base.crypto import BadSignature, Keys
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Gone, NotFound
from pulsar.base.ids import new_id
from pulsar.orgs.model import Membership
from pulsar.people.events import AccountLinked, AccountUnlinked
from pulsar.people.model import LinkedAccount, User

OFFER = "account"
OFFER_LIFETIME = timedelta(minutes=30)

Provider = Literal["slack", "telegram"]


class OfferGone(Gone):
    """This link has expired, or was not copied whole. Press a button there once more to get a new one."""


class OfferElsewhere(Conflict):
    """This link is for another organization. Switch to that one, and open it again."""


@dataclass(frozen=True)
class Account:
    """Somebody at a provider. `name` is what people call them there."""

    provider: Provider
    workspace: str
    account: str
    name: str


def offer_path(keys: Keys, org: UUID, account: Account) -> str:
    """Where the console links it to whoever opens it."""
    token = keys.sign(OFFER, {"org": str(org), **account.__dict__}, clock.now(), OFFER_LIFETIME)
    return f"/me/link?offer={quote(token)}"


def offered(tx: Transaction, token: str) -> Account:
    try:
        claims = tx.keys.verify(OFFER, token, clock.now())
    except BadSignature:
        raise OfferGone from None
    if claims["org"] != str(tx.org):
        raise OfferElsewhere
    return Account(claims["provider"], claims["workspace"], claims["account"], claims["name"])


async def link(tx: Transaction, user_id: UUID, account: Account) -> LinkedAccount:
    """From now on it is theirs, whosever it was before: the last who has shown that it is."""
    values = {"user_id": user_id, "name": account.name, "created_at": clock.now()}
    statement = insert(LinkedAccount).values(id=new_id(), **{**account.__dict__, **values})
    key = ["org_id", "provider", "workspace", "account"]
    linked: LinkedAccount = (
        await tx.scalars(statement.on_conflict_do_update(index_elements=key, set_=values).returning(LinkedAccount))
    ).one()
    tx.record(AccountLinked(user_id, provider=account.provider, name=account.name))
    return linked


async def unlink(tx: Transaction, account_id: UUID, user_id: UUID) -> None:
    """One's own. Somebody else's is not there."""
    linked = await tx.get(LinkedAccount, (tx.org, account_id), with_for_update=True)
    if not linked or linked.user_id != user_id:
        raise NotFound("There is no linked account with this id here.")
    tx.record(AccountUnlinked(user_id, provider=linked.provider, name=linked.name))
    await tx.delete(linked)


async def owner_of(tx: Transaction, provider: Provider, workspace: str, account: str) -> UUID | None:
    """Whoever has linked it, a member still or not."""
    query = select(LinkedAccount.user_id).where(
        LinkedAccount.provider == provider, LinkedAccount.workspace == workspace, LinkedAccount.account == account
    )
    owner: UUID | None = await tx.scalar(query)
    return owner


async def member_with_email(tx: Transaction, email: str) -> UUID | None:
    query = (
        select(User.id)
        .join(Membership, Membership.user_id == User.id)
        .where(func.lower(User.email) == email.lower(), Membership.active)
    )
    found: UUID | None = await tx.scalar(query)
    return found


async def known(tx: Transaction, provider: str, workspace: str, users: Collection[UUID]) -> dict[UUID, str]:
    """By user, what they are called there; of several accounts the one linked last."""
    query = (
        select(LinkedAccount.user_id, LinkedAccount.account)
        .where(
            LinkedAccount.provider == provider,
            LinkedAccount.workspace == workspace,
            LinkedAccount.user_id.in_(users),
        )
        .order_by(LinkedAccount.created_at)
    )
    return {row.user_id: row.account for row in await tx.execute(query)}
