"""May this caller do this? A handler's transaction, opened for the caller's organization, and for a person's role or an
API key's scopes."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import Depends, Request
from sqlalchemy import text

from pulsar.base import crypto
from pulsar.base.db import Transaction
from pulsar.base.errors import Forbidden, NotSignedIn
from pulsar.base.events import Actor
from pulsar.base.http import API, Principal, Pulsar, PulsarNode, bearer, principal_from
from pulsar.door.limits import limits_of, of_address, of_caller
from pulsar.orgs.model import Membership
from pulsar.orgs.roles import Role
from pulsar.people import keys, sessions, team_keys, team_roles, within_teams
from pulsar.people.permissions import Scope, opened_by, role_with
from pulsar.people.team_keys import Asked

_MOST_KNOWN_KEYS = 10_000


class NeedsPerson(Forbidden):
    """This is about the person who asks, and an API key is none."""


class SecondFactorMissing(Forbidden):
    """Your organization asks everybody for a second factor. Add one under Security first."""


@dataclass(frozen=True)
class KeyHolder:
    """A script that sends an API key. `asked`: what it asks for, which its scopes and its team are about."""

    org_id: UUID
    key_id: UUID
    secret: str
    asked: Asked
    user_id: None = None
    session_id: None = None


Anybody = Principal | KeyHolder


def _key_in(request: Request) -> str | None:
    """An API key, from either header that it may come in."""
    found = request.headers.get("x-api-key") or bearer(request)
    return found if found.startswith(keys.PREFIX) else None


def principal(request: Request, pulsar: PulsarNode) -> Principal:
    if _key_in(request):
        raise NeedsPerson
    token = bearer(request)
    if not token:
        raise NotSignedIn
    found = principal_from(token, pulsar.keys)
    limits_of(request).admit(request.scope, *of_caller(found.org_id, user_id=found.user_id))
    return found


async def anybody(request: Request, pulsar: PulsarNode) -> Anybody:
    secret = _key_in(request)
    if not secret:
        return principal(request, pulsar)
    org_id, key_id = await _whose(request, pulsar, secret)
    limits_of(request).admit(request.scope, *of_caller(org_id, key_id=key_id))
    return KeyHolder(org_id, key_id, secret, await _asked(request))


async def _asked(request: Request) -> Asked:
    path = request.scope["path"].removeprefix(f"{API}/")
    return Asked(request.method, path, request.query_params.multi_items(), await request.body())


async def _whose(request: Request, pulsar: Pulsar, secret: str) -> tuple[UUID, UUID]:
    """The organization and the key, which never change for a secret, so they are remembered; whether it is good is
    looked up in the transaction of the request. Guesses are counted by where they come from. Raises NotSignedIn."""
    known: dict[bytes, tuple[UUID, UUID]] = request.app.state.known_keys
    of_secret = crypto.token_hash(secret)
    if found := known.get(of_secret):
        return found
    limits_of(request).take(of_address(request.scope))
    async with pulsar.db.without_org() as tx:
        row = (await tx.execute(text("SELECT org_id, id FROM api_key(:hash)"), {"hash": of_secret})).one_or_none()
    if not row:
        raise NotSignedIn("There is no such API key, or it was revoked.")
    if len(known) >= _MOST_KNOWN_KEYS:
        known.clear()
    found = known[of_secret] = (row.org_id, row.id)
    return found


Caller = Annotated[Principal, Depends(principal)]
"""A person. Routes that need none, because all they do is the organization's, take AnyCaller or only a transaction."""


async def account_holder(caller: Caller, pulsar: PulsarNode) -> Principal:
    async with pulsar.db.without_org() as tx:
        if await sessions.is_bound(tx, caller.session_id):
            raise sessions.BoundToOrganization
    return caller


AccountHolder = Annotated[Principal, Depends(account_holder)]
"""A person who has shown to Pulsar itself whose account it is, not only to an organization's identity provider.
For what concerns the account everywhere: how one signs in, and what else it is a member of."""

AnyCaller = Annotated[Anybody, Depends(anybody)]


@asynccontextmanager
async def entered(
    pulsar: Pulsar, caller: Anybody, needed: Role, *, request: Request | None = None, enrolling: bool = False
) -> AsyncIterator[Transaction]:
    """Looks the role or the scopes up at every request: who was removed or demoted is so at once, not when a token
    expires. Raises NotSignedIn for a member or a key that is none (any more), and for a session that has ended;
    Forbidden for one that may not. `enrolling`: also for who has yet to add the second factor that is asked for.
    `request`: what is asked, which may be about a team that a member leads."""
    structlog.contextvars.bind_contextvars(org=str(caller.org_id))
    async with pulsar.db.in_org(caller.org_id) as tx:
        if isinstance(caller, KeyHolder):
            tx.actor = await _script(tx, caller, needed)
        else:
            tx.actor = await _member(tx, caller, needed, request, enrolling)
        yield tx


# Asked at every request, so the driver is asked itself. Whom a provider has vouched for it has asked for what the
# organization wants.
_MEMBER = f"""
SELECT m.role, u.full_name, o.second_factor_required, o.members_within_teams,
       s.method <> '{sessions.SSO}' AND u.second_factor_at IS NULL AS one_factor
FROM memberships m
JOIN users u ON u.id = m.user_id
JOIN organizations o ON o.id = m.org_id
JOIN sessions s ON s.id = $2 AND s.user_id = m.user_id AND s.ended_at IS NULL
WHERE m.user_id = $1 AND m.active
"""  # noqa: S608 - a constant of ours


async def _member(tx: Transaction, caller: Principal, needed: Role, request: Request | None, enrolling: bool) -> Actor:
    connection = tx.driver
    row = await connection.fetchrow(_MEMBER, caller.user_id, caller.session_id)
    if not row:
        raise NotSignedIn
    if row["second_factor_required"] and row["one_factor"] and not enrolling:
        raise SecondFactorMissing
    role = Role(row["role"])
    if not role.includes(needed) and not await _may_as_lead(tx, caller, role, needed, request):
        raise Forbidden(f"This needs the role {needed.value}; yours is {role.value}.")
    if row["members_within_teams"] and role is needed is Role.MEMBER and request:
        await within_teams.check(tx, caller.user_id, await _asked(request))
    return Actor("user", caller.user_id, row["full_name"])


async def _may_as_lead(tx: Transaction, caller: Principal, role: Role, needed: Role, request: Request | None) -> bool:
    if role is not Role.MEMBER or needed is not Role.ADMIN or not request:
        return False
    return await team_roles.leads(tx, caller.user_id, await _asked(request))


async def _script(tx: Transaction, caller: KeyHolder, needed: Role) -> Actor:
    key = await keys.behind(tx, caller.secret)
    if not key:
        raise NotSignedIn("This API key was revoked or has expired.")
    scopes = opened_by(caller.asked.path, needed)
    if scopes.isdisjoint(key.scopes):
        wanted = " or ".join(scope.value for scope in Scope if scope in scopes)
        raise Forbidden(f"This needs a key with the scope {wanted}; this one has {', '.join(key.scopes)}.")
    if key.team_id:
        await team_keys.check(tx, key.team_id, caller.asked)
    return Actor("key", key.id, key.name)


def _as(needed: Role, *, enrolling: bool = False) -> Callable[[Request, Anybody, Pulsar], AsyncIterator[Transaction]]:
    async def transaction(request: Request, caller: AnyCaller, pulsar: PulsarNode) -> AsyncIterator[Transaction]:
        opened: AbstractAsyncContextManager[Transaction] = entered(
            pulsar, caller, needed, request=request, enrolling=enrolling
        )
        async with opened as tx:
            yield tx

    return transaction


async def role_of(tx: Transaction) -> Role:
    """Of who acts: a person's own, or the one that a key's scopes amount to."""
    assert tx.actor.id
    if tx.actor.type == "key":
        return role_with((await keys.get(tx, tx.actor.id)).scopes)
    membership = await tx.get_one(Membership, (tx.org, tx.actor.id))
    return membership.rank


# scope="function": committed before the answer leaves, so a 2xx is never ahead of its change.
AsEnrolling = Annotated[Transaction, Depends(_as(Role.VIEWER, enrolling=True), scope="function")]
AsViewer = Annotated[Transaction, Depends(_as(Role.VIEWER), scope="function")]
AsMember = Annotated[Transaction, Depends(_as(Role.MEMBER), scope="function")]
AsAdmin = Annotated[Transaction, Depends(_as(Role.ADMIN), scope="function")]
AsOwner = Annotated[Transaction, Depends(_as(Role.OWNER), scope="function")]


async def _owner(caller: AnyCaller, pulsar: PulsarNode) -> Anybody:
    async with entered(pulsar, caller, Role.OWNER):
        return caller


AnOwner = Annotated[Anybody, Depends(_owner)]
"""Of a route that asks somebody outside, which no transaction is to wait for."""
