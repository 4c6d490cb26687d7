"""The verbs of an organization's connection to its provider: configure, remove, forget who is who."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Invalid, NotFound
from pulsar.base.events import edited, untold
from pulsar.orgs.model import Membership
from pulsar.orgs.roles import Role
from pulsar.people import sessions
from pulsar.people.model import SessionRow
from pulsar.people.sessions import SSO
from pulsar.sso.events import SsoConfigured, SsoRemoved, SsoUnlinked
from pulsar.sso.model import Connection, Identity
from pulsar.sso.provider import Client


class NotConfigured(NotFound):
    """This organization has no single sign-on."""


class NeverUsed(Conflict):
    """Nobody has come in by this single sign-on yet. Sign in by it once yourself, then require it of everybody."""


@dataclass(frozen=True)
class Terms:
    """How a connection is to be. `secret`: None for the one that is there."""

    issuer: str
    client_id: str
    secret: str | None
    fields: Mapping[str, Any]


async def connection_of(tx: Transaction, *, to_change: bool = False) -> Connection | None:
    found: Connection | None = await tx.get(Connection, tx.org, with_for_update=True if to_change else None)
    return found


async def standing(tx: Transaction, *, to_change: bool = False) -> Connection:
    connection = await connection_of(tx, to_change=to_change)
    if not connection:
        raise NotConfigured
    return connection


def client_of(tx: Transaction, connection: Connection) -> Client:
    return Client(connection.client_id, tx.keys.unseal(connection.sealed)["secret"])


async def client_by(tx: Transaction, terms: Terms) -> Client:
    """As it would be by these terms."""
    return Client(terms.client_id, _secret(tx, await connection_of(tx), terms))


def _secret(tx: Transaction, connection: Connection | None, terms: Terms) -> str:
    """The one that is there is never sent to another provider than it was entered for: whoever changes the issuer could
    have it delivered to themselves."""
    if terms.secret:
        return terms.secret
    if not connection:
        raise Invalid("Enter the secret that the provider gave to this client.", field="client_secret")
    if (connection.issuer, connection.client_id) != (terms.issuer, terms.client_id):
        raise Invalid("Enter the secret anew: it was for another issuer or client.", field="client_secret")
    secret: str = tx.keys.unseal(connection.sealed)["secret"]
    return secret


async def configure(tx: Transaction, connection: Connection | None, terms: Terms) -> Connection:
    """Sessions that another provider vouched for end, and so does everybody's else when it is required from now on,
    but owners'."""
    secret = _secret(tx, connection, terms)
    elsewhere = connection is not None and connection.issuer != terms.issuer
    was_required = connection is not None and connection.enabled and connection.required
    if not connection:
        connection = Connection(version=0, proven_domains=[])
        tx.add(connection)
    found = _written(tx, connection, terms, secret)
    if connection.enabled and connection.required and not was_required and not await _was_used(tx, terms.issuer):
        raise NeverUsed(field="required")
    await tx.flush()
    tx.record(SsoConfigured(_org(tx), issuer=connection.issuer, changes=found))
    if elsewhere or not connection.enabled:
        await _end(tx, by_sso=True)
    if connection.enabled and connection.required and not was_required:
        await _end(tx, by_sso=False)
    return connection


def _written(tx: Transaction, connection: Connection, terms: Terms, secret: str) -> dict[str, Any]:
    values = {"issuer": terms.issuer, "client_id": terms.client_id, **terms.fields}
    proven = [domain for domain in connection.proven_domains if domain in values["domains"]]
    if proven != connection.proven_domains:
        values["proven_domains"] = proven
    for field, value in values.items():
        setattr(connection, field, value)
    if terms.secret:
        connection.sealed = tx.keys.seal({"secret": secret})
    connection.version += 1
    return edited(connection) | (untold(["client_secret"]) if terms.secret else {})


def _org(tx: Transaction) -> UUID:
    assert tx.org
    return tx.org


async def _was_used(tx: Transaction, issuer: str) -> bool:
    return await tx.scalar(select(Identity.id).where(Identity.issuer == issuer).limit(1)) is not None


async def _end(tx: Transaction, *, by_sso: bool, of: UUID | None = None) -> None:
    """Sessions of this organization. Owners' own, without single sign-on, go on: they are the way back in."""
    members = select(Membership.user_id).where(Membership.role != Role.OWNER.value)
    which = [SessionRow.organization_id == _org(tx)]
    if by_sso:
        which.append(SessionRow.method == SSO)
    else:
        which += [SessionRow.method != SSO, SessionRow.user_id.in_(members)]
    if of:
        which.append(SessionRow.user_id == of)
    await sessions.end(tx, *which)


async def remove(tx: Transaction, connection: Connection) -> None:
    """Who is who there is kept: whoever configures the same provider again finds the same people."""
    tx.record(SsoRemoved(_org(tx), issuer=connection.issuer))
    await tx.delete(connection)
    await tx.flush()
    await _end(tx, by_sso=True)


async def unlink(tx: Transaction, identity_id: UUID) -> None:
    """The member stays; who comes from the provider with that subject is new again. Their sessions end."""
    identity = await tx.get(Identity, (tx.org, identity_id), with_for_update=True)
    if not identity:
        raise NotFound("There is no linked account with this id here.")
    tx.record(SsoUnlinked(identity.user_id, email=identity.email))
    await tx.delete(identity)
    await tx.flush()
    await _end(tx, by_sso=True, of=identity.user_id)
