"""What the engine runs for notification."""

from typing import Any
from uuid import UUID

from pulsar.base.http import Pulsar
from pulsar.notify import delivery, receipts


async def deliver(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    await delivery.deliver(pulsar, UUID(ids["org"]), UUID(ids["notification"]))


JOBS = {"deliver": deliver, "receipt": receipts.receive_later}
