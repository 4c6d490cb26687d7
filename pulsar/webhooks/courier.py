"""Who sends, and how much at once? A worker's part that looks for what is due, beside and apart from paging.

Each endpoint has places of its own, so one that hangs holds up no other; one that only fails gets a single place until
it works again. What many deliveries have come to at one time is written down in one transaction.
"""

import asyncio
import contextlib
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from pulsar.base import clock
from pulsar.base.http import Pulsar
from pulsar.base.together import Asked, Together
from pulsar.webhooks import outcome, rules
from pulsar.webhooks.claiming import Request, claim, due
from pulsar.webhooks.sending import Sent, send

log = structlog.get_logger()

POLL = timedelta(seconds=1)
"""How late a retry can be, and what another worker has planned."""

PLACES, PLACES_OF_ONE = 200, 20
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
        self._outcomes: Together[Sent, None] = Together(self._conclude, most=_CONCLUDED_AT_ONCE)
        self._concluding = asyncio.Semaphore(_CONCLUDING_AT_ONCE)

    def wake(self) -> None:
        """There may be something to send."""
        self._woken.set()

    async def work(self, stopping: asyncio.Event) -> None:
        stop = asyncio.create_task(stopping.wait())
        try:
            while not stopping.is_set():
                self._woken.clear()
                await self.turn()
                await asyncio.sleep(_PAUSE_SECONDS)
                woken = asyncio.create_task(self._woken.wait())
                await asyncio.wait({stop, woken}, timeout=POLL.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
                woken.cancel()
        finally:
            stop.cancel()
            await self._leave()

    async def turn(self) -> None:
        """Begins to send what is due, of all organizations, as far as there are places."""
        async with self._pulsar.db.without_org() as tx:
            found = await due(tx, clock.now())
        organizations: defaultdict[UUID, dict[UUID, int]] = defaultdict(dict)
        for row in found:
            organizations[row.org_id][row.id] = rules.places(row.failures, PLACES_OF_ONE)
        # One after the other, in no order: a worker has few connections, and paging comes first.
        for org in random.sample(list(organizations), len(organizations)):
            await self.take(org, organizations[org])

    async def take(self, org: UUID, endpoints: Mapping[UUID, int]) -> None:
        """`endpoints`: how many may be under way to each."""
        free: dict[UUID, int] = {}
        left = PLACES - self._under_way.total()
        for endpoint, most in endpoints.items():
            if (places := min(most - self._under_way[endpoint], left)) > 0:
                free[endpoint] = places
                left -= places
        if not free:
            return
        async with self._pulsar.db.in_org(org) as tx:
            requests = await claim(tx, free)
        for request in requests:
            self._under_way[request.endpoint_id] += 1
            task = asyncio.create_task(self._deliver(org, request))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

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
            self.wake()

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
