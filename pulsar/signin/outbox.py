"""What is to be mailed about an account, or written of it later? A job, in the transaction from which it follows."""

from typing import Any
from uuid import UUID

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.ids import new_id
from pulsar.base.jobs import Job

NAME = "sign_in"


def enqueue(tx: Transaction, kind: str, key: str | UUID, **ids: Any) -> None:
    """`key`: of two with the same that wait, one is sent."""
    tx.enqueue(Job(NAME, f"{NAME}:{kind}:{key}", {"kind": kind, "at": clock.now().isoformat(), **ids}))


def each() -> UUID:
    """The key of what is never the same as another."""
    return new_id()


def warn(tx: Transaction, user_id: UUID, what: str, **ids: Any) -> None:
    """The user is told by mail, of what somebody else would have done in silence."""
    enqueue(tx, "warning", each(), user=str(user_id), what=what, **ids)
