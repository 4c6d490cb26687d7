"""Who sends, and how much at once? A worker's part that looks for what is due, beside and apart from paging.

Each endpoint has places of its own, so one that hangs holds up no other; one that only fails gets a single place until
it works again. What many deliveries have come to at one time is written down in one transaction.
"""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

import structlog

from pulsar.base.http import Pulsar
from pulsar.base.together import Asked, Together
from pulsar.webhooks import outcome
from pulsar.webhooks.claiming import Request, claim, due, takers
from pulsar.webhooks.sending import Sent, send

log = structlog.get_logger()

POLL_SECONDS = 1.0
"""How late a retry can be, and what another worker has planned."""

PLACES = 200
_PAUSE_SECONDS = 0.02
_CONCLUDED_AT_ONCE = 50
_CONCLUDING_AT_ONCE = 2
_LEAVING_SECONDS = 3


class Courier:
    """Of one worker."""

    def __init__(self, pulsar: Pulsar) -> None:
        self._pulsar = pulsar
        self._under_way: Counter[UUID] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._to_look_at: set[UUID] = set()
        self._outcomes: Together[Sent, None] = Together(self._conclude, most=_CONCLUDED_AT_ONCE)
        self._concluding = asyncio.Semaphore(_CONCLUDING_AT_ONCE)

    def wake(self, org: UUID) -> None:
        """There may be something to send."""
        self._to_look_at.add(org)
        self._woken.set()

    async def work(self, stopping: asyncio.Event) -> None:
        loop, polled_at = asyncio.get_running_loop(), 0.0
        try:
            while not stopping.is_set():
                if loop.time() - polled_at >= POLL_SECONDS:
                    polled_at = loop.time()
                    await self._look()
                self._woken.clear()
                await self._turn()
                await asyncio.sleep(_PAUSE_SECONDS)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), max(0.0, polled_at + POLL_SECONDS - loop.time()))
        finally:
            await self._leave()

    async def _look(self) -> None:
        """For what comes due by the clock, and what another worker has planned or left."""
        async with self._pulsar.db.without_org() as tx:
            self._to_look_at |= await due(tx)

    async def _turn(self) -> None:
        """One after the other, in no order: a worker has few connections, and paging comes first."""
        orgs, self._to_look_at = self._to_look_at, set()
        for org in random.sample(list(orgs), len(orgs)):
            await self.take(org)

    async def take(self, org: UUID) -> bool:
        """Begins to send what is due, as far as there are places; whether there was anything."""
        if self._under_way.total() >= PLACES:
            return False
        async with self._pulsar.db.in_org(org) as tx:
            free = self._free(await takers(tx))
            requests = await claim(tx, free) if free else []
        for request in requests:
            self._under_way[request.endpoint_id] += 1
            task = asyncio.create_task(self._deliver(org, request))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return bool(requests)

    def _free(self, takers: Mapping[UUID, int]) -> dict[UUID, int]:
        """Of each endpoint's places those that are free, and of the worker's."""
        found: dict[UUID, int] = {}
        left = PLACES - self._under_way.total()
        for endpoint, most in takers.items():
            if (places := min(most - self._under_way[endpoint], left)) > 0:
                found[endpoint] = places
                left -= places
        return found

    async def _deliver(self, org: UUID, request: Request) -> None:
        try:
            sent = await send(request)
            # Should this fail, another try is made when the claim has run out: twice rather than never.
            await self._outcomes.ask(self._pulsar, org, sent)
        except Exception as error:
            log.warning("webhook_outcome_lost", delivery=str(request.delivery_id), error=type(error).__name__)
        finally:
            self._under_way[request.endpoint_id] -= 1
            if not self._under_way[request.endpoint_id]:
                del self._under_way[request.endpoint_id]
            self.wake(org)

    async def _conclude(self, pulsar: Pulsar, org: UUID, group: Sequence[Asked[Sent, None]], /, *, alone: bool) -> None:
        async with self._concluding, pulsar.db.in_org(org) as tx:
            await outcome.conclude(tx, [asked.what for asked in group])
        for asked in group:
            asked.give(None)

    async def settled(self) -> None:
        """When nothing is under way any more."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _leave(self) -> None:
        """What is being sent gets a moment; what does not finish is sent again by another worker."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.settled(), _LEAVING_SECONDS)
        for task in set(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
