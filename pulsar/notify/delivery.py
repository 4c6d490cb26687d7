"""Did it arrive? One delivery: claim it, begin to send it, write down what came of it.

The claim is committed before anything is sent and the outcome after, so a crash between them can send twice and
never zero times. That two workers do not send the same try is the queue's doing: one job for each key (see Job).

What many deliveries want of the database at one time, they do in one transaction: see `together`.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from uuid import UUID

import structlog

from pulsar.base import clock
from pulsar.base.http import Pulsar
from pulsar.base.together import Asked, Together
from pulsar.notify.channel import Reference, Undelivered, answered
from pulsar.notify.claiming import Claimed, claim_all
from pulsar.notify.model import Attempt
from pulsar.notify.outcome import conclude, conclude_sent, still_wanted
from pulsar.notify.rules import kept_answer

log = structlog.get_logger()

# In one transaction. It holds them for as long as that takes, and who acknowledges waits for it.
_MOST = 50


@dataclass(frozen=True)
class Ours:
    """A message that we have claimed, and its place in its channel's lane."""

    id: UUID
    claimed: Claimed
    lane: ExitStack


@dataclass
class Sending:
    """One that is being sent, and when it is through, what came of it."""

    attempt: Attempt
    reference: Reference | None = None
    """What the message is called there."""
    failure: Undelivered | None = None


async def deliver(pulsar: Pulsar, org: UUID, notification_id: UUID) -> None:
    ours = await _CLAIMS.ask(pulsar, org, notification_id)
    if not ours:
        return
    with ours.lane:
        if ours.claimed.wait_seconds:
            # Before it is looked at once more: who acknowledges meanwhile is heard.
            await asyncio.sleep(ours.claimed.wait_seconds)
        sending = await _BEGINNINGS.ask(pulsar, org, ours)
        if not sending:
            return
        # When the worker is stopped here, the job goes back into the queue, and the next worker sends it again.
        sent = await sending
    if sent.failure:
        async with pulsar.db.in_org(org) as tx:
            await conclude(tx, sent.attempt, sent.failure)
    else:
        await _OUTCOMES.ask(pulsar, org, sent)


async def _claim(pulsar: Pulsar, org: UUID, group: Sequence[Asked[UUID, Ours | None]], /, *, alone: bool) -> None:
    with ExitStack() as if_it_fails:
        lanes = {message: if_it_fails.enter_context(ExitStack()) for message in {asked.what for asked in group}}
        async with pulsar.db.in_org(org) as tx:
            found = await claim_all(tx, pulsar, lanes, wait=alone)
        if_it_fails.pop_all()
    # Should one be asked for twice, the second is left, and claimed after this.
    for asked in {asked.what: asked for asked in reversed(group)}.values():
        claimed, lane = found.get(asked.what), lanes[asked.what]
        if claimed and asked.waits:
            asked.give(Ours(asked.what, claimed, lane))
            continue
        lane.close()
        if asked.what in found or alone:
            asked.give(None)


async def _begin(
    pulsar: Pulsar, org: UUID, group: Sequence[Asked[Ours, asyncio.Task[Sending] | None]], /, *, alone: bool
) -> None:
    """Looks once more, right before sending, with the rows locked until all of them have begun: whoever acknowledges
    commits before that, and nothing is sent, or after it. So no page begins after an acknowledgement was answered."""
    async with pulsar.db.in_org(org) as tx:
        found = await still_wanted(tx, [asked.what.id for asked in group], wait=alone)
        for asked in group:
            wanted = found.get(asked.what.id)
            if wanted and asked.waits:
                attempt = Attempt(notification_id=asked.what.id, at=clock.now(), answer="", duration_ms=0)
                asked.give(asyncio.create_task(_send(asked.what.claimed, Sending(attempt))))
            elif wanted is not None or alone:
                asked.give(None)
        # They take their first steps before anybody is let in.
        await asyncio.sleep(0)


async def _send(claimed: Claimed, sending: Sending) -> Sending:
    started = time.monotonic()
    try:
        async with asyncio.timeout(claimed.seconds_to_send):
            answer, sending.reference = answered(await claimed.sent())
    except Undelivered as error:
        sending.failure = error
    except TimeoutError:
        sending.failure = Undelivered(f"It was not through after {claimed.seconds_to_send} seconds.")
    except Exception as error:
        # Whatever a channel's file did not foresee is a failed try like any other, and loud.
        log.exception("channel_broken", channel=claimed.channel.slug, notification=claimed.message.id)
        sending.failure = Undelivered(f"{type(error).__name__}: {error}")
    attempt = sending.attempt
    attempt.outcome = "failed" if sending.failure else "sent"
    attempt.answer = kept_answer(sending.failure.answer if sending.failure else answer)
    attempt.duration_ms = int((time.monotonic() - started) * 1000)
    return sending


async def _conclude(pulsar: Pulsar, org: UUID, group: Sequence[Asked[Sending, None]], /, *, alone: bool) -> None:
    async with pulsar.db.in_org(org) as tx:
        if alone:
            sent = group[0].what
            await conclude(tx, sent.attempt, None, sent.reference)
            done = {sent.attempt.notification_id}
        else:
            done = await conclude_sent(tx, [(asked.what.attempt, asked.what.reference) for asked in group])
    for asked in group:
        if asked.what.attempt.notification_id in done:
            asked.give(None)


_CLAIMS: Together[UUID, Ours | None] = Together(_claim, most=_MOST)
_BEGINNINGS: Together[Ours, asyncio.Task[Sending] | None] = Together(_begin, most=_MOST)
_OUTCOMES: Together[Sending, None] = Together(_conclude, most=_MOST)
