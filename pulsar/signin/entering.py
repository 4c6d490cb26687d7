"""May somebody come in who has shown who they are? Here each session begins, however it was shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from pulsar.base.db import Database, Transaction
from pulsar.base.errors import NotSignedIn
from pulsar.people.model import User
from pulsar.people.sessions import Client, Session
from pulsar.signin import challenges, places
from pulsar.signin.model import Passkey, RecoveryCode, Totp

Factor = Literal["totp", "passkey", "recovery_code"]


class SecondFactorNeeded(NotSignedIn):
    """This account asks for a second factor. Send it with this challenge to /auth/second-factor."""


@dataclass(frozen=True)
class Proof:
    """How it was shown: `password`, `passkey`, `sso`. `suffices`: it is as good as two, such as a passkey that has seen
    a finger or a PIN; a second factor of the account is not asked for then."""

    method: str
    suffices: bool = False


async def come_in(db: Database, user: User, organization_id: UUID | None, proof: Proof, client: Client) -> Session:
    """A session in this organization of the user's, or the first. Raises NotFound, and SecondFactorNeeded with a
    challenge, where an account has one and the proof does not suffice."""
    async with db.without_org() as tx:
        factors = [] if proof.suffices else await factors_of(tx, user.id)
        if not factors:
            return await places.begin(tx, user, organization_id, proof.method, client)
        challenge = challenges.pose(tx, "second_factor", user.id, organization_id=organization_id, method=proof.method)
    raise SecondFactorNeeded(challenge=challenge, methods=factors)


async def factors_of(tx: Transaction, user_id: UUID) -> Sequence[Factor]:
    """Those that the account has; recovery codes are only there for who has another."""
    found: list[Factor] = []
    if await tx.scalar(select(Totp.user_id).where(Totp.user_id == user_id, Totp.confirmed_at.is_not(None))):
        found.append("totp")
    if await tx.scalar(select(Passkey.id).where(Passkey.user_id == user_id).limit(1)):
        found.append("passkey")
    unused = select(RecoveryCode.id).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)).limit(1)
    if found and await tx.scalar(unused):
        found.append("recovery_code")
    return found
