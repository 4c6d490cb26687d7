"""What the engine runs for alerts."""

from typing import Any
from uuid import UUID

from pulsar.alerts import actions
from pulsar.base.http import Pulsar


async def wake_alert(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    async with pulsar.db.in_org(UUID(ids["org"])) as tx:
        await actions.wake(tx, UUID(ids["alert"]))


JOBS = {"wake_alert": wake_alert}
