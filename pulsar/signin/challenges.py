"""What goes on with the next request? A token for what is under way, good for minutes, and spent by what it was for."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import delete

from pulsar.base import clock, crypto
from pulsar.base.db import Transaction
from pulsar.signin.model import Challenge

LIFETIME = timedelta(minutes=5)

Purpose = Literal["second_factor", "passkey", "new_passkey"]


def pose(
    tx: Transaction,
    purpose: Purpose,
    user_id: UUID | None,
    *,
    organization_id: UUID | None = None,
    method: str = "",
    nonce: bytes | None = None,
) -> str:
    token = crypto.random_token()
    tx.add(
        Challenge(
            token_hash=crypto.token_hash(token),
            purpose=purpose,
            user_id=user_id,
            organization_id=organization_id,
            method=method,
            nonce=nonce,
            expires_at=clock.now() + LIFETIME,
        )
    )
    return token


async def find(tx: Transaction, purpose: Purpose, token: str) -> Challenge | None:
    """Locked: of two who answer it at once the second finds it spent."""
    found = await tx.get(Challenge, crypto.token_hash(token), with_for_update=True)
    return found if found and found.purpose == purpose and found.expires_at > clock.now() else None


async def drop(tx: Transaction, user_id: UUID) -> None:
    """Whatever of the user's is under way began before, and does not go on."""
    await tx.execute(delete(Challenge).where(Challenge.user_id == user_id))
