"""Webhooks in tests: the post of one organization, and what its endpoints are set up with."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pulsar.base.http import Pulsar
from pulsar.webhooks import planning
from pulsar.webhooks.claiming import due
from pulsar.webhooks.courier import Courier
from pulsar.webhooks.model import Endpoint
from tests.receiver import Received, Receiver
from tests.world import Clock, Person


@dataclass
class Carrier:
    """Plans and sends for one organization, when the test says so."""

    pulsar: Pulsar
    clock: Clock
    org_id: UUID
    courier: Courier

    async def plan(self) -> int:
        planned = 0
        more = True
        while more:
            async with self.pulsar.db.in_org(self.org_id) as tx:
                batch = await planning.plan(tx, self.pulsar.settings.base_url)
            planned, more = planned + batch.deliveries, batch.more
        return planned

    async def begin(self) -> bool:
        """Whether anything was due."""
        async with self.pulsar.db.without_org() as tx:
            if self.org_id not in await due(tx):
                return False
        return await self.courier.take(self.org_id)

    async def settle(self) -> None:
        """Plans what has happened, and sends what is due until nothing is."""
        await self.plan()
        while await self.begin():
            await self.courier.settled()

    async def advance(self, **span: float) -> None:
        self.clock.pass_time(timedelta(**span))
        await self.settle()

    async def endpoint(self, endpoint_id: str) -> Endpoint:
        async with self.pulsar.db.in_org(self.org_id) as tx:
            return (await tx.scalars(select(Endpoint).where(Endpoint.id == UUID(endpoint_id)))).one()


ALERTS = {"alert_created": True, "alert_acknowledged": True, "alert_closed": True}


async def hook(person: Person, receiver: Receiver, **more: Any) -> dict[str, Any]:
    body = {"name": "Chat", "url": receiver.url} | (more or ALERTS)
    made: dict[str, Any] = await person.makes("/webhooks/endpoints", **body)
    return made


def types(receiver: Receiver) -> list[str]:
    return [received.headers["x-pulsar-event"] for received in receiver.received]


def of_alert(received: Received) -> str:
    return str(received.json["alert"]["message"])
