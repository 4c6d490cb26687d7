"""Is this their password? Guesses are counted, and each organization of whoever is guessed at can read of them."""

from uuid import UUID

from pulsar.base.db import Database
from pulsar.base.errors import Invalid
from pulsar.people import sessions
from pulsar.people.model import User
from pulsar.people.sessions import Client, InvalidCredentials, Session
from pulsar.signin import failures
from pulsar.signin.entering import Proof, come_in


async def sign_in(db: Database, email: str, password: str, organization_id: UUID | None, client: Client) -> Session:
    try:
        user = await sessions.authenticate(db, email, password, client.address)
    except InvalidCredentials:
        await _note(db, email, client)
        raise
    return await come_in(db, user, organization_id, Proof("password"), client)


class WrongPassword(Invalid):
    """This is not your password."""


async def confirm(db: Database, user: User, password: str, client: Client, *, field: str = "password") -> None:
    """That whoever is signed in knows it. Guesses count as at the login. Raises WrongPassword."""
    try:
        await sessions.authenticate(db, user.email, password, client.address)
    except InvalidCredentials:
        await _note(db, user.email, client)
        raise WrongPassword(field=field) from None


async def _note(db: Database, email: str, client: Client) -> None:
    async with db.without_org() as tx:
        failures.note(tx, email, "password", client)
