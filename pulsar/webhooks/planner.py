"""When is the stream looked at? At once when the bell rings for an organization with endpoints, and every two seconds
for what was not heard. Of organizations without endpoints it is known here that they have none; they cost nothing."""

import asyncio
import contextlib
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import text

from pulsar.base.follower import POLL_SECONDS, Follower
from pulsar.base.http import Pulsar
from pulsar.webhooks import planning

# So that what comes in a storm is planned by the hundred, and not one by one.
_PAUSE_SECONDS = 0.05


class Planner:
    """Of one worker. `planned` is called with each organization in which there is something to send."""

    def __init__(self, pulsar: Pulsar, planned: Callable[[UUID], None]) -> None:
        self._pulsar, self._planned = pulsar, planned
        self.with_endpoints: set[UUID] = set()
        self._to_look_at: set[UUID] = set()
        self._woken = asyncio.Event()

    def _rung(self, org: UUID) -> None:
        if org in self.with_endpoints:
            self._to_look_at.add(org)
            self._woken.set()

    async def work(self, stopping: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        async with Follower(self._pulsar.db.url, self._rung).running():
            looked_at = 0.0
            while not stopping.is_set():
                if loop.time() - looked_at >= POLL_SECONDS:
                    await self._look()
                    looked_at = loop.time()
                self._woken.clear()
                await self._plan()
                await asyncio.sleep(_PAUSE_SECONDS)
                if not self._to_look_at:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._woken.wait(), max(0.0, looked_at + POLL_SECONDS - loop.time()))

    async def _look(self) -> None:
        """Who has endpoints, and of whom there is something that was not heard."""
        async with self._pulsar.db.without_org() as tx:
            rows = (await tx.execute(text("SELECT * FROM webhook_organizations()"))).all()
        self.with_endpoints = {row.org_id for row in rows}
        self._to_look_at |= {row.org_id for row in rows if row.behind}

    async def _plan(self) -> None:
        """One batch of each; who has more comes again, after the others."""
        orgs, self._to_look_at = self._to_look_at, set()
        for org in orgs:
            async with self._pulsar.db.in_org(org) as tx:
                planned = await planning.plan(tx, self._pulsar.settings.base_url)
            if planned.more:
                self._to_look_at.add(org)
            if planned.deliveries:
                self._planned(org)
