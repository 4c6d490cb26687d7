"""What the engine runs for alerts."""

from typing import Any
from uuid import UUID

from pulsar.alerts import actions, endings
from pulsar.base.http import Pulsar


async def wake_alert(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    async with pulsar.db.in_org(UUID(ids["org"])) as tx:
        await actions.wake(tx, UUID(ids["alert"]))


async def follow_up(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    async with pulsar.db.in_org(UUID(ids["org"])) as tx:
        await endings.follow_up(tx, UUID(ids["alert"]), ids["ending"])


async def afterwards(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    async with pulsar.db.in_org(UUID(ids["org"])) as tx:
        await actions.settle_afterwards(tx, UUID(ids["alert"]))


async def page_forgotten(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    async with pulsar.db.in_org(UUID(ids["org"])) as tx:
        await actions.page_forgotten(tx, UUID(ids["alert"]))


JOBS = {
    "wake_alert": wake_alert,
    "follow_up": follow_up,
    "afterwards": afterwards,
    "page_forgotten": page_forgotten,
}
