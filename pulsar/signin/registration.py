"""Who may make an account? Anybody, where registration is open; else whoever is the first, and who is invited."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from pulsar.base import crypto
from pulsar.base.db import Database, Transaction
from pulsar.base.errors import Forbidden
from pulsar.base.events import Actor
from pulsar.base.ids import new_id
from pulsar.orgs import actions as orgs
from pulsar.people import sessions
from pulsar.people.model import User
from pulsar.people.sessions import Client, Session


class RegistrationClosed(Forbidden):
    """Nobody can register here. Ask somebody who is here already for an invitation."""


@dataclass(frozen=True)
class Applicant:
    email: str
    username: str
    full_name: str
    organization_name: str


async def may_register(tx: Transaction, *, is_open: bool) -> bool:
    return is_open or not await tx.scalar(select(User.id).limit(1))


async def register(db: Database, who: Applicant, password: str, client: Client, *, is_open: bool) -> Session:
    """The user and the organization, or neither. Where registration is closed, one at a time: of two who would be the
    first, one is second."""
    password_hash = await crypto.hash_password(password)
    async with db.in_org(new_id()) as tx:
        if not is_open:
            await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("registration", 0))))
        if not await may_register(tx, is_open=is_open):
            raise RegistrationClosed
        user = await sessions.create_user(tx, who.email, who.username, password_hash, who.full_name)
        tx.actor = Actor("user", user.id, user.full_name)
        await orgs.found(tx, who.organization_name, user.id)
        return await sessions.begin(tx, user, tx.org, "password", client)


async def create(db: Database, who: Applicant, password: str) -> UUID:
    """By an operator, whether registration is open or not: the id of the organization. Signs nobody in."""
    password_hash = await crypto.hash_password(password)
    org_id = new_id()
    async with db.in_org(org_id) as tx:
        user = await sessions.create_user(tx, who.email, who.username, password_hash, who.full_name)
        await orgs.found(tx, who.organization_name, user.id)
    return org_id
