"""How does somebody come in who has lost the phone? By a code that was written down, once. Only hashes are kept."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, select, update

from pulsar.base import clock, crypto
from pulsar.base.db import Transaction
from pulsar.signin.model import RecoveryCode
from pulsar.signin.rules import new_recovery_codes, plain


async def make(tx: Transaction, user_id: UUID) -> Sequence[str]:
    """Ten, in the place of those there were. Nobody sees them again."""
    await drop(tx, user_id)
    codes = new_recovery_codes()
    tx.add_all(RecoveryCode(user_id=user_id, code_hash=_hash(code)) for code in codes)
    return codes


async def spend(tx: Transaction, user_id: UUID, code: str) -> bool:
    mine = (RecoveryCode.user_id == user_id) & (RecoveryCode.code_hash == _hash(code))
    spending = update(RecoveryCode).where(mine, RecoveryCode.used_at.is_(None)).values(used_at=clock.now())
    return bool((await tx.scalars(spending.returning(RecoveryCode.id))).all())


async def left(tx: Transaction, user_id: UUID) -> int:
    query = select(func.count()).select_from(RecoveryCode)
    return await tx.scalar(query.where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))) or 0


async def drop(tx: Transaction, user_id: UUID) -> None:
    await tx.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def _hash(code: str) -> bytes:
    return crypto.token_hash(plain(code))
