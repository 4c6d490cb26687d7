"""Did it arrive? One delivery: claim it, send it, write down what came of it.

The claim is committed before anything is sent and the outcome after, so a crash between them can send twice and
never zero times. That two workers do not send the same try is the queue's doing: one job for each key (see Job).
"""

import asyncio
import time
from contextlib import ExitStack
from uuid import UUID

import structlog

from pulsar.base import clock
from pulsar.base.http import Pulsar
from pulsar.notify.channel import Reference, Undelivered, answered
from pulsar.notify.claiming import Claimed, claim
from pulsar.notify.model import Attempt
from pulsar.notify.outcome import conclude
from pulsar.notify.rules import kept_answer

log = structlog.get_logger()


async def deliver(pulsar: Pulsar, org: UUID, notification_id: UUID) -> None:
    with ExitStack() as lane:
        async with pulsar.db.in_org(org) as tx:
            claimed = await claim(tx, pulsar, notification_id, lane)
        if not claimed:
            return
        begun_at, started = clock.now(), time.monotonic()
        # When the worker is stopped here, the job goes back into the queue, and the next worker sends it again.
        answer, reference, failure = await _send(claimed)
    attempt = Attempt(
        notification_id=notification_id,
        at=begun_at,
        outcome="failed" if failure else "sent",
        answer=kept_answer(answer),
        duration_ms=int((time.monotonic() - started) * 1000),
    )
    async with pulsar.db.in_org(org) as tx:
        await conclude(tx, attempt, failure, reference)


async def _send(claimed: Claimed) -> tuple[str, Reference | None, Undelivered | None]:
    """What was answered, what the message is called there, and the failure if it is one."""
    try:
        async with asyncio.timeout(claimed.seconds_to_send):
            return *answered(await claimed.sent()), None
    except Undelivered as error:
        failure = error
    except TimeoutError:
        failure = Undelivered(f"It was not through after {claimed.seconds_to_send} seconds.")
    except Exception as error:
        # Whatever a channel's file did not foresee is a failed try like any other, and loud.
        log.exception("channel_broken", channel=claimed.channel.slug, notification=claimed.message.id)
        failure = Undelivered(f"{type(error).__name__}: {error}")
    return failure.answer, None, failure
