"""Who has shown the first factor, and now the second? Then the session begins that waited for it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from pulsar.base.db import Database
from pulsar.base.errors import Gone, NotSignedIn
from pulsar.people import throttle
from pulsar.people.model import LoginFailure, User
from pulsar.people.sessions import Client, Session
from pulsar.signin import challenges, factors, passkeys, places
from pulsar.signin.audience import tell
from pulsar.signin.entering import Proof, come_in
from pulsar.signin.events import SignInFailed
from pulsar.signin.factors import Shown
from pulsar.signin.passkeys import Site

# A code of six digits, three of which are good at any time: ten guesses hit one in 33,000.
_TRIES, _WINDOW = 10, timedelta(minutes=15)


class ChallengeGone(Gone):
    """This sign-in took too long, or went on already. Begin it anew."""


class WrongSecondFactor(NotSignedIn):
    """This is not right, or was used already."""


async def admit_try(db: Database, user_id: UUID) -> None:
    """Raises TooManyAttempts. Whatever is tried counts, until something was right."""
    await throttle.admit(db, (f"second-factor:{user_id}", _TRIES, _WINDOW))


async def forget_tries(db: Database, user_id: UUID) -> None:
    async with db.without_org() as tx:
        await tx.execute(delete(LoginFailure).where(LoginFailure.bucket == f"second-factor:{user_id}"))


async def ask_passkey(db: Database, challenge: str, site: Site) -> dict[str, Any]:
    """What a passkey of theirs is to sign, as the second factor of this sign-in."""
    async with db.without_org() as tx:
        waiting = await challenges.find(tx, "second_factor", challenge)
        if not waiting:
            raise ChallengeGone
        waiting.nonce = passkeys.new_nonce()
        return await passkeys.options_to_sign(tx, waiting.user_id, site, waiting.nonce)


async def finish(db: Database, challenge: str, shown: Shown, site: Site, client: Client) -> Session:
    async with db.without_org() as tx:
        waiting = await challenges.find(tx, "second_factor", challenge)
    if not waiting or not waiting.user_id:
        raise ChallengeGone
    await admit_try(db, waiting.user_id)
    async with db.without_org() as tx:
        waiting = await challenges.find(tx, "second_factor", challenge)
        if not waiting or not waiting.user_id:
            raise ChallengeGone
        # What a passkey has signed is good for one try.
        nonce, waiting.nonce = waiting.nonce, None
        right = await factors.matches(tx, waiting.user_id, shown, site, nonce)
        user = await tx.get_one(User, waiting.user_id)
        if right:
            await tx.delete(waiting)
            await tx.flush()
            method = f"{waiting.method}+{shown.kind}"
            session = await places.begin(tx, user, waiting.organization_id, method, client)
        else:
            await tell(tx, user.id, SignInFailed(user.id, method=shown.kind, **client.__dict__))
    if not right:
        raise WrongSecondFactor
    await forget_tries(db, user.id)
    return session


async def ask_anybody(db: Database, site: Site, address: str) -> tuple[str, dict[str, Any]]:
    """What a passkey is to sign that signs in by itself, and the challenge to send it with."""
    await throttle.admit(db, (f"passkey:{address}", throttle.ADDRESS_LIMIT, throttle.ADDRESS_WINDOW))
    nonce = passkeys.new_nonce()
    async with db.without_org() as tx:
        challenge = challenges.pose(tx, "passkey", None, nonce=nonce)
        return challenge, await passkeys.options_to_sign(tx, None, site, nonce)


async def by_passkey(
    db: Database, challenge: str, credential: dict[str, Any], organization_id: UUID | None, site: Site, client: Client
) -> Session:
    """Without name or password. The challenge is spent, whatever comes of it."""
    async with db.without_org() as tx:
        waiting = await challenges.find(tx, "passkey", challenge)
        if not waiting or not waiting.nonce:
            raise ChallengeGone
        await tx.delete(waiting)
        passkey = await passkeys.signed(tx, None, site, waiting.nonce, credential)
        user = await tx.get_one(User, passkey.user_id) if passkey else None
    if not user:
        raise WrongSecondFactor("This passkey opens no account here.")
    return await come_in(db, user, organization_id, Proof("passkey", suffices=True), client)
