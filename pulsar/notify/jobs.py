"""What the engine runs for notification."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pulsar.base.http import Pulsar
from pulsar.notify import actions, bundling, delivery, receipts, trouble


async def deliver(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    await delivery.deliver(pulsar, UUID(ids["org"]), UUID(ids["notification"]))


async def digest(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    async with pulsar.db.in_org(UUID(ids["org"])) as tx:
        await bundling.gather(tx, UUID(ids["channel"]), UUID(ids["recipient"]), ids["purpose"])


async def report_channel(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    async with pulsar.db.in_org(UUID(ids["org"])) as tx:
        await trouble.report(tx, UUID(ids["channel"]), datetime.fromisoformat(ids["since"]))


async def message_forgotten(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    async with pulsar.db.in_org(UUID(ids["org"])) as tx:
        await actions.resume(tx, UUID(ids["notification"]))


JOBS = {
    "deliver": deliver,
    "digest": digest,
    "report_channel": report_channel,
    "receipt": receipts.receive_later,
    "message_forgotten": message_forgotten,
}
