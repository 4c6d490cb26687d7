"""What the engine runs for on-call."""

from typing import Any
from uuid import UUID

from pulsar.base.http import Pulsar
from pulsar.oncall import shift_notices


async def tell_of_shifts(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    async with pulsar.db.in_org(UUID(ids["org"])) as tx:
        await shift_notices.tell(tx, UUID(ids["schedule"]))


JOBS = {"tell_of_shifts": tell_of_shifts}
