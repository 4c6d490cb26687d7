"""The verbs of API keys: create, change, rotate, revoke; and who stands behind one that a script sends.

A key belongs to the organization and outlives whoever made it. Only its hash is kept.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from pulsar.base import clock, crypto
from pulsar.base.db import Transaction
from pulsar.base.errors import Forbidden, Invalid, NotFound
from pulsar.base.events import edited
from pulsar.orgs.roles import Role
from pulsar.people.events import ApiKeyCreated, ApiKeyRevoked, ApiKeyRotated, ApiKeyUpdated
from pulsar.people.model import ApiKey, Team
from pulsar.people.permissions import GRANTED_BY, Scope

PREFIX = "pulsar_"
"""What every key begins with, so that scanners for leaked secrets know one when they see it."""

_SHOWN = len(PREFIX) + 8
# Often enough to see whether a key is in use, without a write for every request.
_USE_NOTED_EVERY = timedelta(minutes=1)


async def get(tx: Transaction, key_id: UUID, *, to_change: bool = False) -> ApiKey:
    key = await tx.get(ApiKey, (tx.org, key_id), with_for_update=True if to_change else None)
    if not key:
        raise NotFound("There is no API key with this id here.")
    return key


def _check(scopes: Collection[Scope], expires_at: datetime | None, giver: Role) -> None:
    for scope in scopes:
        if not giver.includes(GRANTED_BY[scope]):
            raise Forbidden(f"Only an {GRANTED_BY[scope].value} can give a key the scope {scope.value}.")
    if expires_at and expires_at <= clock.now():
        raise Invalid("This is in the past.", field="expires_at")


def _check_team(scopes: Collection[Scope], team_id: UUID | None, team: Team | None) -> None:
    if team_id and not team:
        raise Invalid("There is no team with this id here.", field="team_id")
    if team_id and Scope.ADMIN in scopes:
        raise Invalid("A key that is bound to a team administers nothing.", field="scopes")


def _new_secret() -> str:
    return PREFIX + crypto.random_token()


async def create(
    tx: Transaction,
    giver: Role,
    name: str,
    scopes: Collection[Scope],
    expires_at: datetime | None,
    team_id: UUID | None = None,
) -> tuple[ApiKey, str]:
    """The key and its secret, which cannot be read again. Raises Forbidden for a scope that is more than the giver's
    own role."""
    _check(scopes, expires_at, giver)
    team = await tx.get(Team, (tx.org, team_id)) if team_id else None
    _check_team(scopes, team_id, team)
    secret = _new_secret()
    key = ApiKey(
        team_id=team_id,
        name=name,
        scopes=[scope.value for scope in Scope if scope in scopes],
        expires_at=expires_at,
        key_hash=crypto.token_hash(secret),
        key_prefix=secret[:_SHOWN],
        created_by=tx.actor.person,
    )
    tx.add(key)
    await tx.flush()
    named = team.name if team else None
    tx.record(ApiKeyCreated(key.id, name=name, scopes=key.scopes, expires_at=expires_at, team=named))
    return key, secret


async def change(tx: Transaction, giver: Role, key: ApiKey, values: dict[str, Any]) -> None:
    """Raises Forbidden also for a key that can already do more than the caller."""
    scopes = [Scope(scope) for scope in values.get("scopes", key.scopes)]
    _check({*scopes, *map(Scope, key.scopes)}, values.get("expires_at"), giver)
    if key.team_id and Scope.ADMIN in scopes:
        raise Invalid("A key that is bound to a team administers nothing.", field="scopes")
    values |= {"scopes": [scope.value for scope in Scope if scope in scopes]}
    for field, value in values.items():
        setattr(key, field, value)
    key.version += 1
    found = edited(key)
    await tx.flush()
    tx.record(ApiKeyUpdated(key.id, name=key.name, changes=found))


async def rotate(tx: Transaction, giver: Role, key: ApiKey, overlap: timedelta) -> str:
    """A new secret. The old one stays good for `overlap`, so that whoever uses it can be given the new one first."""
    _check(list(map(Scope, key.scopes)), None, giver)
    secret = _new_secret()
    key.old_key_hash, key.old_key_until = (key.key_hash, clock.now() + overlap) if overlap else (None, None)
    key.key_hash, key.key_prefix = crypto.token_hash(secret), secret[:_SHOWN]
    key.version += 1
    await tx.flush()
    tx.record(ApiKeyRotated(key.id, name=key.name, old_until=key.old_key_until))
    return secret


async def revoke(tx: Transaction, key: ApiKey) -> None:
    tx.record(ApiKeyRevoked(key.id, name=key.name))
    await tx.delete(key)
    await tx.flush()


async def standing(tx: Transaction, key_ids: Collection[UUID]) -> set[UUID]:
    """Those of them that are neither revoked nor expired."""
    good = or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > clock.now())
    return set(await tx.scalars(select(ApiKey.id).where(ApiKey.id.in_(key_ids), good)))


@dataclass(frozen=True)
class Behind:
    """Who sends a key: what every request has to know of it."""

    id: UUID
    name: str
    scopes: Sequence[str]
    team_id: UUID | None


# Asked at every request, so the driver is asked itself.
_BEHIND = """
SELECT id, name, scopes, team_id, coalesce(last_used_at < $3, true) AS to_note FROM api_keys
WHERE (key_hash = $1 OR old_key_hash = $1 AND old_key_until > $2) AND (expires_at IS NULL OR expires_at > $2)
"""
_NOTE_USE = "UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND coalesce(last_used_at < $3, true)"


async def behind(tx: Transaction, secret: str) -> Behind | None:
    """The key with this secret in the transaction's organization, if it is good, with its use noted."""
    now = clock.now()
    connection = tx.driver
    row = await connection.fetchrow(_BEHIND, crypto.token_hash(secret), now, now - _USE_NOTED_EVERY)
    if not row:
        return None
    key_id, name, scopes, team_id, to_note = row
    if to_note:
        await connection.execute(_NOTE_USE, key_id, now, now - _USE_NOTED_EVERY)
    return Behind(key_id, name, scopes, team_id)
