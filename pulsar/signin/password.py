"""Is this their password? Guesses are counted, and each organization of whoever is guessed at can read of them."""

from uuid import UUID

from pulsar.base.db import Database
from pulsar.base.errors import Invalid
from pulsar.people import sessions
from pulsar.people.model import User
from pulsar.people.sessions import Client, InvalidCredentials, Session
from pulsar.signin.entering import Proof, come_in
from pulsar.signin.events import SignInFailed


async def sign_in(db: Database, email: str, password: str, organization_id: UUID | None, client: Client) -> Session:
    try:
        user = await sessions.authenticate(db, email, password, client.address)
    except InvalidCredentials:
        await tell_of_failure(db, email, "password", client)
        raise
    return await come_in(db, user, organization_id, Proof("password"), client)


async def tell_of_failure(db: Database, email: str, method: str, client: Client) -> None:
    """Pulsar tells it: who it was is what nobody knows."""
    async with db.without_org() as tx:
        user = await sessions.account_of(tx, email)
        if user:
            here = [one.id for one in await sessions.organizations_of(tx, user.id)]
            tx.record_in(here, SignInFailed(user.id, method=method, **client.__dict__))


class WrongPassword(Invalid):
    """This is not your password."""


async def confirm(db: Database, user: User, password: str, client: Client, *, field: str = "password") -> None:
    """That whoever is signed in knows it. Guesses count as at the login. Raises WrongPassword."""
    try:
        await sessions.authenticate(db, user.email, password, client.address)
    except InvalidCredentials:
        await tell_of_failure(db, user.email, "password", client)
        raise WrongPassword(field=field) from None
