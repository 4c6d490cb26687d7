"""What the engine runs for escalation."""

from typing import Any
from uuid import UUID

from pulsar.base.http import Pulsar
from pulsar.escalation import actions


async def escalate(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    async with pulsar.db.in_org(UUID(ids["org"])) as tx:
        await actions.fire(tx, UUID(ids["run"]), ids["generation"], ids["cycle"], ids["position"])


JOBS = {"escalate": escalate}
