"""What the engine does about accounts: mostly it sends mails. Links are made when they are sent, so that no secret
waits in the queue."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from pulsar.base import clock
from pulsar.base.http import Pulsar
from pulsar.signin import addresses, failures, outbox, resets, warnings

# After that nobody waits for it any more.
_GIVEN_UP_AFTER = timedelta(hours=1)

_KINDS: dict[str, Callable[[Pulsar, dict[str, Any]], Awaitable[None]]] = {
    resets.KIND: resets.mail_link,
    addresses.KIND: addresses.mail_link,
    warnings.KIND: warnings.tell,
    failures.KIND: failures.record,
}


async def sign_in(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    if datetime.fromisoformat(ids["at"]) > clock.now() - _GIVEN_UP_AFTER:
        await _KINDS[ids["kind"]](pulsar, ids)


JOBS = {outbox.NAME: sign_in}
