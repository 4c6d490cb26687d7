"""What the engine sends by mail about accounts. Links are made when they are sent: no secret waits in the queue."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from pulsar.base import clock
from pulsar.base.http import Pulsar
from pulsar.signin import addresses, outbox, resets, warnings

# After that nobody waits for it any more.
_GIVEN_UP_AFTER = timedelta(hours=1)

_SENDERS: dict[str, Callable[[Pulsar, dict[str, Any]], Awaitable[None]]] = {
    resets.KIND: resets.mail_link,
    addresses.KIND: addresses.mail_link,
    warnings.KIND: warnings.tell,
}


async def sign_in_mail(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    if datetime.fromisoformat(ids["at"]) > clock.now() - _GIVEN_UP_AFTER:
        await _SENDERS[ids["kind"]](pulsar, ids)


JOBS = {outbox.NAME: sign_in_mail}
