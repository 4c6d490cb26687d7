"""Who is this here, whom the provider has vouched for? A member linked before, or linked now, or made."""

import re
import secrets
from dataclasses import dataclass

from sqlalchemy import select

from pulsar.base import clock, crypto
from pulsar.base.db import Transaction
from pulsar.base.errors import Forbidden
from pulsar.base.events import Actor
from pulsar.orgs import actions as orgs
from pulsar.orgs.model import Membership
from pulsar.orgs.roles import Role
from pulsar.orgs.rules import Standing as Rank
from pulsar.people import members, sessions
from pulsar.people.model import User
from pulsar.people.sessions import AccountTaken
from pulsar.sso.events import SsoLinked
from pulsar.sso.model import Connection, Identity
from pulsar.sso.rules import Comer, Refusal, Standing, first_time

PROVIDER = Actor("system", None, "Single sign-on")
"""By whose word somebody's role changes."""


class NotLetIn(Forbidden):
    """The provider has vouched for somebody who may not come into this organization."""

    def __init__(self, why: Refusal) -> None:
        self.why = why
        super().__init__(reason=why.value)


@dataclass(frozen=True)
class _Here:
    user: User | None
    membership: Membership | None

    @property
    def standing(self) -> Standing:
        if not self.user:
            return Standing.NOBODY
        if not self.membership:
            return Standing.STRANGER
        return Standing.ACTIVE if self.membership.active else Standing.INACTIVE


async def arrive(tx: Transaction, connection: Connection, who: Comer) -> User:
    """Raises NotLetIn. In the organization of the transaction and nowhere else: see docs/decisions/0015."""
    identity = await _known(tx, connection.issuer, who.subject)
    if identity:
        user = await tx.get_one(User, identity.user_id)
        membership = await tx.get_one(Membership, (tx.org, user.id), with_for_update=True)
        if not membership.active:
            raise NotLetIn(Refusal.DEACTIVATED)
        identity.last_used_at, identity.email = clock.now(), who.email or identity.email
        await _follow_role(tx, user, membership, who.role)
        return user
    return await _first_time(tx, connection, who)


async def _known(tx: Transaction, issuer: str, subject: str) -> Identity | None:
    query = select(Identity).where(Identity.issuer == issuer, Identity.subject == subject).with_for_update()
    found: Identity | None = await tx.scalar(query)
    return found


async def _first_time(tx: Transaction, connection: Connection, who: Comer) -> User:
    here = await _by_address(tx, who.email)
    linked = here.user is not None and bool(await _identities(tx, connection.issuer, here.user))
    why = first_time(who, here.standing, connection.domains, makes_members=connection.makes_members, linked=linked)
    if why:
        raise NotLetIn(why)
    if here.user and here.membership:
        user = here.user
        await _follow_role(tx, user, here.membership, who.role)
    else:
        user = await _made(tx, who, who.role or Role(connection.new_role))
    tx.add(
        Identity(
            issuer=connection.issuer,
            subject=who.subject,
            user_id=user.id,
            email=who.email,
            last_used_at=clock.now(),
        )
    )
    await tx.flush()
    tx.record(SsoLinked(user.id, email=who.email))
    return user


async def _by_address(tx: Transaction, email: str) -> _Here:
    user = await sessions.account_of(tx, email) if email else None
    membership = await tx.get(Membership, (tx.org, user.id), with_for_update=True) if user else None
    return _Here(user, membership)


async def _identities(tx: Transaction, issuer: str, user: User) -> Identity | None:
    found: Identity | None = await tx.scalar(
        select(Identity).where(Identity.issuer == issuer, Identity.user_id == user.id)
    )
    return found


async def _follow_role(tx: Transaction, user: User, membership: Membership, role: Role | None) -> None:
    """An owner stays one, whatever the provider says: else it could leave an organization without."""
    if role and membership.rank not in (role, Role.OWNER):
        tx.actor = PROVIDER
        await members.settle(tx, user, membership, Rank(role))


async def _made(tx: Transaction, who: Comer, role: Role) -> User:
    """With a password that nobody knows; a reset by mail gives it one."""
    password_hash = await crypto.hash_password(crypto.random_token())
    wanted = _username(who.username)
    try:
        user = await sessions.create_user(tx, who.email, wanted, password_hash, who.name)
    except AccountTaken as taken:
        if taken.errors[0]["field"] == "email":
            raise
        again = f"{wanted[:56]}-{secrets.token_hex(3)}"
        user = await sessions.create_user(tx, who.email, again, password_hash, who.name)
    tx.actor = PROVIDER
    await orgs.join(tx, user.id, role)
    return user


def _username(given: str) -> str:
    """As a username may be written (people/signed_in.py)."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", given.partition("@")[0]).strip("._-")[:64]
    return plain if len(plain) > 1 else f"user-{secrets.token_hex(4)}"
