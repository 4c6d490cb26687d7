"""Who is signed in? Sessions, the chain of refresh tokens behind each, and what ends one.

Whether somebody may begin one is for `pulsar.signin` to say."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text, true

from pulsar.base import clock, crypto
from pulsar.base.db import Database, Transaction
from pulsar.base.errors import Conflict, Forbidden, NotFound, NotSignedIn
from pulsar.base.events import Actor
from pulsar.base.http import ACCESS_TOKEN
from pulsar.orgs.model import Organization
from pulsar.orgs.roles import Role
from pulsar.people import throttle
from pulsar.people.events import SessionsEnded, SignedIn, SignedOut
from pulsar.people.model import RefreshToken, SessionRow, User

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=7)
SSO = "sso"
"""The method of a session that an organization's identity provider vouches for. It is good in that organization only:
whoever runs the provider can say of anybody that they are anybody (docs/decisions/0015)."""
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
INVITATION = "invitation"
# A provider's word counts in one organization, and an invitation is accepted with a session that may have stood open on
# a desk. The account itself they have yet to prove.
_NO_PROOF = {SSO, INVITATION}
SESSION_LIFETIME = timedelta(days=30)
"""However much it is used (ASVS 7.3.2)."""

Which = ColumnElement[bool]


class InvalidCredentials(NotSignedIn):
    """This e-mail address and this password do not belong together."""


class SessionEnded(NotSignedIn):
    """This session has ended; sign in again."""


class SingleSignOnNeeded(Forbidden):
    """This organization is entered by its single sign-on."""


class BoundToOrganization(Forbidden):
    """You came in by an organization's single sign-on, whose word counts there and nowhere else. Sign in with a
    password or a passkey of your own."""


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
class Client:
    """What a request comes from: an address, and the program that says what it is."""

    address: str
    device: str


@dataclass(frozen=True)
class Session:
    """As it is given to whoever has signed in."""

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
    async with tx.or_raise(_taken):
        tx.add(user)
    return user


def _taken(violated: str) -> AccountTaken:
    field = "email" if "uq_users_email" in violated else "username"
    return AccountTaken(f"There is an account with this {field} already.", field=field)


async def begin(tx: Transaction, user: User, organization_id: UUID | None, method: str, client: Client) -> Session:
    """A new one, in this organization of the user's, or the first. Raises NotFound. Whoever calls this has seen every
    proof that the account asks for."""
    organization = await _choose(tx, user, organization_id, method)
    now = clock.now()
    row = SessionRow(
        user_id=user.id,
        organization_id=organization.id,
        method=method,
        address=client.address,
        device=client.device,
        created_at=now,
        proved_at=now if method not in _NO_PROOF else _NEVER,
        last_used_at=now,
        ends_at=now + SESSION_LIFETIME,
    )
    tx.add(row)
    await tx.flush()
    with acting(tx, user):
        tx.record_in({organization.id}, SignedIn(user.id, method=method, **client.__dict__))
    return _open(tx, user, organization, row)


@contextmanager
def acting(tx: Transaction, user: User) -> Iterator[None]:
    """What is recorded meanwhile, the user has done: before there is a session no transaction knows who that is."""
    before, tx.actor = tx.actor, Actor("user", user.id, user.full_name)
    yield
    tx.actor = before


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


async def _choose(tx: Transaction, user: User, organization_id: UUID | None, method: str) -> OrganizationOf:
    """The first that the user joined and that is entered by this method, if none is wanted. Raises NotFound, and
    SingleSignOnNeeded with the slug."""
    organizations = await organizations_of(tx, user.id)
    chosen = [o for o in organizations if organization_id in (None, o.id)]
    if not chosen:
        raise NotFound("You do not belong to this organization." if organization_id else "You belong to none.")
    closed = set() if method == SSO else await closed_to(tx, user.id)
    for one in chosen:
        if one.id not in closed:
            return one
    raise SingleSignOnNeeded(organization=chosen[0].slug)


async def closed_to(tx: Transaction, user_id: UUID) -> set[UUID]:
    """Of the user's organizations those that they enter by single sign-on alone. Never one that they own."""
    return set(await tx.scalars(text("SELECT sso_only(:user_id)"), {"user_id": user_id}))


async def is_bound(tx: Transaction, session_id: UUID) -> bool:
    """To its organization: by single sign-on."""
    return await tx.scalar(select(SessionRow.method).where(SessionRow.id == session_id)) == SSO


async def in_reach(tx: Transaction, session_id: UUID) -> Which:
    """Of a user's sessions those that this one may see and end: a bound one none in another organization."""
    row = await tx.get_one(SessionRow, session_id)
    return SessionRow.organization_id == row.organization_id if row.method == SSO else true()


async def _next(tx: Transaction, user: User, row: SessionRow, wanted: UUID | None) -> OrganizationOf:
    """Where a session goes on. It ends when its user is removed from its organization."""
    if wanted and row.method == SSO and wanted != row.organization_id:
        raise BoundToOrganization
    try:
        return await _choose(tx, user, wanted or row.organization_id, row.method)
    except NotFound:
        if wanted:
            raise
        raise SessionEnded from None


def _open(tx: Transaction, user: User, organization: OrganizationOf, row: SessionRow) -> Session:
    now = clock.now()
    refresh_token = crypto.random_token()
    tx.add(
        RefreshToken(
            family_id=row.id,
            user_id=user.id,
            organization_id=organization.id,
            token_hash=crypto.token_hash(refresh_token),
            expires_at=min(now + REFRESH_LIFETIME, row.ends_at),
        )
    )
    claims = {"sub": str(user.id), "org": str(organization.id), "sid": str(row.id)}
    access_token = tx.keys.sign(ACCESS_TOKEN, claims, now, ACCESS_LIFETIME)
    return Session(user, organization, access_token, refresh_token)


async def refresh(
    db: Database, refresh_token: str, arrived_at: datetime, client: Client, organization_id: UUID | None = None
) -> Session:
    """The next link of the chain, for the same organization or another of the user's.

    A link that was used before ends the session. Not so when it arrived before that use was over: then two
    tabs asked at the same moment, the loser is told so, and the winner's link stands.
    """
    async with db.without_org() as tx:
        link = await tx.scalar(
            select(RefreshToken).where(RefreshToken.token_hash == crypto.token_hash(refresh_token)).with_for_update()
        )
        row = await tx.get(SessionRow, link.family_id, with_for_update=True) if link else None
        if link and row and not row.ended_at:
            if link.rotated_at and arrived_at <= link.rotated_at:
                raise AlreadyRefreshed
            if not link.rotated_at and min(link.expires_at, row.ends_at) > clock.now():
                return await _renew(tx, link, row, client, organization_id)
            await _end_copied(tx, row, spent=link.rotated_at is not None)
    raise SessionEnded


async def _renew(
    tx: Transaction, link: RefreshToken, row: SessionRow, client: Client, organization_id: UUID | None
) -> Session:
    user = await tx.get_one(User, link.user_id)
    organization = await _next(tx, user, row, organization_id)
    link.rotated_at = row.last_used_at = clock.now()
    row.organization_id, row.address, row.device = organization.id, client.address, client.device
    return _open(tx, user, organization, row)


async def _end_copied(tx: Transaction, row: SessionRow, *, spent: bool) -> None:
    row.ended_at = clock.now()
    if spent:
        tx.record_in({row.organization_id}, SessionsEnded(row.user_id, reason="copied", count=1))


def lives() -> Which:
    now = clock.now()
    return (
        SessionRow.ended_at.is_(None) & (SessionRow.ends_at > now) & (SessionRow.last_used_at > now - REFRESH_LIFETIME)
    )


async def living(tx: Transaction, session_ids: Collection[UUID]) -> set[UUID]:
    """Which of these have neither ended nor expired."""
    return set(await tx.scalars(select(SessionRow.id).where(SessionRow.id.in_(session_ids), lives())))


async def shut_out(tx: Transaction, session_ids: Collection[UUID]) -> set[UUID]:
    """Those of somebody who has yet to add the second factor that the transaction's organization asks for."""
    query = (
        select(SessionRow.id)
        .join(User, User.id == SessionRow.user_id)
        .join(Organization, Organization.id == SessionRow.organization_id)
        .where(SessionRow.id.in_(session_ids), SessionRow.method != SSO, User.second_factor_at.is_(None))
    )
    return set(await tx.scalars(query.where(Organization.second_factor_required)))


async def logout(tx: Transaction, refresh_token: str) -> None:
    """Says nothing of a token that it does not know: there is nothing left to end."""
    query = select(RefreshToken.family_id).where(RefreshToken.token_hash == crypto.token_hash(refresh_token))
    family_id = await tx.scalar(query)
    row = await tx.get(SessionRow, family_id, with_for_update=True) if family_id else None
    if row and not row.ended_at:
        row.ended_at = clock.now()
        with acting(tx, await tx.get_one(User, row.user_id)):
            tx.record_in({row.organization_id}, SignedOut(row.user_id))


async def end(tx: Transaction, *which: Which) -> int:
    """Of those that live, at once: who asks with an access token of one is refused. Answers how many these were."""
    found = (await tx.scalars(select(SessionRow).where(lives(), *which).with_for_update())).all()
    for row in found:
        row.ended_at = clock.now()
    return len(found)


async def end_all(tx: Transaction, user_id: UUID, organization_id: UUID) -> None:
    """Whoever is deactivated there and comes back signs in anew, and so does whoever took the laptop."""
    await end(tx, SessionRow.user_id == user_id, SessionRow.organization_id == organization_id)
