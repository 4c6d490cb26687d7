"""What does a worker do for webhooks? It plans and it sends, each in a part of its own."""

import asyncio

from pulsar.base.http import Pulsar
from pulsar.webhooks.courier import Courier
from pulsar.webhooks.planner import Planner


async def work(pulsar: Pulsar, stopping: asyncio.Event) -> None:
    """Until `stopping` is set. When one of them fails both end, and whoever runs them begins anew."""
    courier = Courier(pulsar)
    async with asyncio.TaskGroup() as parts:
        parts.create_task(Planner(pulsar, courier.wake).work(stopping))
        parts.create_task(courier.work(stopping))
