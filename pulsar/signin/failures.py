"""Who was guessed at? Each organization of theirs can read of it.

Written by a job: an account that exists must not take longer to refuse than one that does not.
"""

from typing import Any

from pulsar.base.db import Transaction
from pulsar.base.http import Pulsar
from pulsar.people import sessions
from pulsar.people.sessions import Client
from pulsar.signin import outbox
from pulsar.signin.audience import tell
from pulsar.signin.events import SignInFailed

KIND = "failure"


def note(tx: Transaction, email: str, method: str, client: Client) -> None:
    outbox.enqueue(tx, KIND, outbox.each(), email=email, method=method, **client.__dict__)


async def record(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    """Pulsar tells it: who it was is what nobody knows."""
    async with pulsar.db.without_org() as tx:
        user = await sessions.account_of(tx, ids["email"])
        if user:
            await tell(tx, user.id, SignInFailed(user.id, ids["method"], ids["address"], ids["device"]))
