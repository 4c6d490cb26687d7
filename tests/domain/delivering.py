"""A page on its way: what tests of delivery begin with."""

import asyncio
from typing import Any
from uuid import UUID

from pulsar.base.http import Pulsar
from pulsar.notify import delivery
from tests.ladders import Json, fire, ladder, level, log_of
from tests.receiver import Receiver
from tests.world import Engine, Person


async def paged(ana: Person, **fields: Any) -> str:
    """The id of an alert that pages ana at once and nobody after."""
    await ladder(ana, level(0, ana))
    alert = await ana.makes("/alerts", **({"message": "Disk full", "priority": "P1"} | fields))
    return str(alert["id"])


async def entry(ana: Person, alert_id: str) -> Json:
    """The one line of its notification log."""
    lines = await log_of(ana, alert_id)
    assert len(lines) == 1
    return lines[0]


async def sending(pulsar: Pulsar, engine: Engine, ana: Person, alert_id: str) -> asyncio.Task[None]:
    """A worker of its own at the alert's one message, which the queue has forgotten."""
    await engine.lose_jobs()
    message = (await entry(ana, alert_id))["id"]
    return asyncio.create_task(delivery.deliver(pulsar, ana.org_id, UUID(message)))


async def on_its_way(ana: Person, engine: Engine, receiver: Receiver, **config: Any) -> str:
    """The id of an alert whose page waits to be sent to a receiver that holds its answers back."""
    await ana.makes("/notifications/channels", **receiver.channel(**config))
    receiver.answering.clear()
    alert = await paged(ana)
    await fire(engine)
    return alert
