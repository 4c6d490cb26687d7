"""What does an account have besides its password? How a second factor comes, goes, and is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.people import sessions
from pulsar.people.model import SessionRow, User
from pulsar.signin import challenges, outbox, passkeys, recovery, totp
from pulsar.signin.audience import tell
from pulsar.signin.entering import Factor, factors_of
from pulsar.signin.events import SecondFactorAdded, SecondFactorRemoved
from pulsar.signin.passkeys import Site


@dataclass(frozen=True)
class Shown:
    """One of them: a code of the app's, a recovery code, or what a passkey has signed."""

    code: str | None = None
    recovery_code: str | None = None
    credential: dict[str, Any] | None = None

    @property
    def kind(self) -> Factor:
        if self.code is not None:
            return "totp"
        return "passkey" if self.credential is not None else "recovery_code"


async def matches(tx: Transaction, user_id: UUID, shown: Shown, site: Site, nonce: bytes | None) -> bool:
    """Spends what is good once."""
    if shown.code is not None:
        return await totp.matches(tx, user_id, shown.code)
    if shown.credential is not None:
        return bool(nonce and await passkeys.signed(tx, user_id, site, nonce, shown.credential))
    if not shown.recovery_code or not await recovery.spend(tx, user_id, shown.recovery_code):
        return False
    outbox.warn(tx, user_id, "code_used", left=await recovery.left(tx, user_id))
    return True


async def added(tx: Transaction, user: User, kind: str, name: str, *, keep: UUID) -> Sequence[str]:
    """Recovery codes, with the first. Then the other sessions end, too: they were begun without it."""
    codes: Sequence[str] = []
    if not user.second_factor_at:
        user.second_factor_at = clock.now()
        codes = await recovery.make(tx, user.id)
        await challenges.drop(tx, user.id)
        await sessions.end(tx, SessionRow.user_id == user.id, SessionRow.id != keep)
    await tell(tx, user.id, SecondFactorAdded(user.id, kind=kind, name=name))
    outbox.warn(tx, user.id, "factor_added", name=name)
    return codes


async def removed(tx: Transaction, user: User, kind: str, name: str) -> None:
    """With the last of them the recovery codes go."""
    if not await factors_of(tx, user.id):
        user.second_factor_at = None
        await recovery.drop(tx, user.id)
    await tell(tx, user.id, SecondFactorRemoved(user.id, kind=kind, name=name))
    outbox.warn(tx, user.id, "factor_removed", name=name)
