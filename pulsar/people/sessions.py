"""Who are you? Registration, login, and the chain of refresh tokens behind a session."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from pulsar.base import clock, crypto
from pulsar.base.db import Database, Transaction
from pulsar.base.errors import Conflict, NotFound, NotSignedIn
from pulsar.base.events import Actor
from pulsar.base.http import ACCESS_TOKEN
from pulsar.base.ids import new_id
from pulsar.orgs import actions as orgs
from pulsar.orgs.roles import Role
from pulsar.people import throttle
from pulsar.people.model import RefreshToken, User

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=7)


class InvalidCredentials(NotSignedIn):
    """This e-mail address and this password do not belong together."""


class SessionEnded(NotSignedIn):
    """This session has ended; sign in again."""


class AlreadyRefreshed(Conflict):
    """Another request refreshed this session at the same moment; use what it got."""


class AccountTaken(Conflict):
    """There is an account with this already."""


@dataclass(frozen=True)
class OrganizationOf:
    """An organization as one of its members sees it."""

    id: UUID
    name: str
    slug: str
    role: Role
    created_at: datetime


@dataclass(frozen=True)
class Session:
    user: User
    organization: OrganizationOf
    access_token: str
    refresh_token: str


async def organizations_of(tx: Transaction, user_id: UUID) -> list[OrganizationOf]:
    """Crosses organizations, so it asks a function of the owner's that answers this one question."""
    rows = await tx.execute(text("SELECT * FROM organizations_of(:user_id)"), {"user_id": user_id})
    return [OrganizationOf(r.id, r.name, r.slug, Role(r.role), r.created_at) for r in rows]


async def create_user(tx: Transaction, email: str, username: str, password_hash: str, full_name: str) -> User:
    user = User(email=email, username=username, password_hash=password_hash, full_name=full_name)
    try:
        async with tx.begin_nested():
            tx.add(user)
    except IntegrityError as error:
        field = "email" if "uq_users_email" in str(error.orig) else "username"
        raise AccountTaken(f"There is an account with this {field} already.", field=field) from None
    return user


async def register(
    db: Database, email: str, username: str, password: str, full_name: str, organization_name: str
) -> Session:
    """The user and the organization, or neither."""
    password_hash = await crypto.hash_password(password)
    async with db.in_org(new_id()) as tx:
        user = await create_user(tx, email, username, password_hash, full_name)
        tx.actor = Actor("user", user.id, user.full_name)
        await orgs.found(tx, organization_name, user.id)
        organization = (await organizations_of(tx, user.id))[0]
        return _open(tx, user, organization, new_id())


async def login(db: Database, email: str, password: str, organization_id: UUID | None, address: str) -> Session:
    user = await authenticate(db, email, password, address)
    async with db.without_org() as tx:
        return await begin(tx, user, organization_id)


async def begin(tx: Transaction, user: User, organization_id: UUID | None) -> Session:
    """A new one, in this organization of the user's, or the first. Raises NotFound."""
    return _open(tx, user, await _choose(tx, user, organization_id), new_id())


async def authenticate(db: Database, email: str, password: str, address: str) -> User:
    """Raises TooManyAttempts, also when the count filled while the password was being hashed: of guesses that
    come all at once, no more get an answer than of those that come one by one."""
    await throttle.check(db, email, address)
    async with db.without_org() as tx:
        user = await account_of(tx, email)
    if not await crypto.password_matches(password, user.password_hash if user else None) or not user:
        await throttle.count_failure(db, email, address)
        raise InvalidCredentials
    await throttle.check(db, email, address)
    await throttle.forget(db, email)
    return user


async def account_of(tx: Transaction, email: str) -> User | None:
    """However it is written."""
    user: User | None = await tx.scalar(select(User).where(func.lower(User.email) == func.lower(email)))
    return user


async def _choose(tx: Transaction, user: User, organization_id: UUID | None) -> OrganizationOf:
    """The first that the user joined, if none is wanted. Raises NotFound."""
    organizations = await organizations_of(tx, user.id)
    chosen = [o for o in organizations if organization_id in (None, o.id)]
    if not chosen:
        raise NotFound("You do not belong to this organization." if organization_id else "You belong to none.")
    return chosen[0]


async def _same(tx: Transaction, user: User, organization_id: UUID) -> OrganizationOf:
    """A session ends when its user is removed from its organization."""
    try:
        return await _choose(tx, user, organization_id)
    except NotFound:
        raise SessionEnded from None


def _open(tx: Transaction, user: User, organization: OrganizationOf, family_id: UUID) -> Session:
    now = clock.now()
    refresh_token = crypto.random_token()
    tx.add(
        RefreshToken(
            family_id=family_id,
            user_id=user.id,
            organization_id=organization.id,
            token_hash=crypto.token_hash(refresh_token),
            expires_at=now + REFRESH_LIFETIME,
        )
    )
    claims = {"sub": str(user.id), "org": str(organization.id), "sid": str(family_id)}
    access_token = tx.keys.sign(ACCESS_TOKEN, claims, now, ACCESS_LIFETIME)
    return Session(user, organization, access_token, refresh_token)


async def refresh(
    db: Database, refresh_token: str, arrived_at: datetime, organization_id: UUID | None = None
) -> Session:
    """The next link of the chain, for the same organization or another of the user's.

    A link that was used before ends the session. Not so when it arrived before that use was over: then two
    tabs asked at the same moment, the loser is told so, and the winner's link stands.
    """
    async with db.without_org() as tx:
        link = await tx.scalar(
            select(RefreshToken).where(RefreshToken.token_hash == crypto.token_hash(refresh_token)).with_for_update()
        )
        now = clock.now()
        if link and link.rotated_at and not link.revoked_at and arrived_at <= link.rotated_at:
            raise AlreadyRefreshed
        usable = link and not link.rotated_at and not link.revoked_at and link.expires_at > now
        if link and usable:
            link.rotated_at = now
            user = await tx.get_one(User, link.user_id)
            if organization_id:
                return _open(tx, user, await _choose(tx, user, organization_id), link.family_id)
            return _open(tx, user, await _same(tx, user, link.organization_id), link.family_id)
        if link:
            await _end(tx, link.family_id)
    raise SessionEnded


async def _end(tx: Transaction, family_id: UUID) -> None:
    await tx.execute(
        update(RefreshToken)
        .where(RefreshToken.family_id == family_id, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )


async def living(tx: Transaction, session_ids: Collection[UUID]) -> set[UUID]:
    """Which of these have neither ended nor expired."""
    link = RefreshToken
    query = select(link.family_id).where(
        link.family_id.in_(session_ids), link.rotated_at.is_(None), link.revoked_at.is_(None)
    )
    return set(await tx.scalars(query.where(link.expires_at > clock.now())))


async def logout(tx: Transaction, refresh_token: str) -> None:
    """Says nothing of a token that it does not know: there is nothing left to end."""
    link = await tx.scalar(select(RefreshToken).where(RefreshToken.token_hash == crypto.token_hash(refresh_token)))
    if link:
        await _end(tx, link.family_id)


async def end_all(tx: Transaction, user_id: UUID, organization_id: UUID) -> None:
    """Whoever is deactivated there and comes back signs in anew, and so does whoever took the laptop."""
    await tx.execute(
        update(RefreshToken)
        .where(
            RefreshToken.user_id == user_id,
            RefreshToken.organization_id == organization_id,
            RefreshToken.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now())
    )
