"""Does any page begin after an acknowledgement or a close was answered? Alerts open, and somebody presses at a random
moment around their page, while others do the same."""

import asyncio
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from bench import sink
from bench.server import Customer, Server
from pulsar.base.cluster import Cluster

_AT_ONCE = 24
_LATEST_SECONDS = 0.15
_RENEW_EVERY = 500


@dataclass
class Races:
    pressed_at: dict[UUID, datetime] = field(default_factory=dict)
    """By alert, when the answer to whoever pressed was there."""
    arrived_after: int = 0
    """Had begun before the answer, and arrived after it."""
    paged: int = 0
    begun_after: list[UUID] = field(default_factory=list)


async def press(server: Server, data_dir: Path, races: int, seed: int = 1) -> Races:
    found, dice = Races(), random.Random(seed)

    def seen(_: float, message: dict[str, Any]) -> None:
        found.arrived_after += message["kind"] == "page" and UUID(message["alert_id"]) in found.pressed_at

    endpoint, url = await sink.listening(seen)
    customer = await asyncio.to_thread(Customer, server)
    await asyncio.to_thread(customer.policy)
    await asyncio.to_thread(customer.webhook_channel, "Room", url)
    left = iter(range(races))
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as http:
        http.headers["Authorization"] = f"Bearer {customer.access_token}"

        async def runner() -> None:
            for number in left:
                if number % _RENEW_EVERY == 0:
                    http.headers["Authorization"] = f"Bearer {await asyncio.to_thread(customer.renew)}"
                made = await http.post("/api/v1/alerts", json={"message": f"race {number}", "priority": "P2"})
                alert_id = UUID(made.raise_for_status().json()["id"])
                await asyncio.sleep(dice.random() * _LATEST_SECONDS)
                verb = dice.choice(("acknowledge", "close"))
                (await http.post(f"/api/v1/alerts/{alert_id}/{verb}", json={})).raise_for_status()
                found.pressed_at[alert_id] = datetime.now(UTC)

        await asyncio.gather(*(runner() for _ in range(_AT_ONCE)))
    customer.close()
    await _account(data_dir, found)
    endpoint.close()
    return found


# As the owner of the tables, whom no policy binds. An attempt's time is when it began, by the worker's own clock, which
# is ours.
_BEGUN = """
SELECT n.subject_id, a.at FROM notification_attempts a JOIN notifications n ON n.id = a.notification_id
WHERE n.purpose = 'page'
"""
_LEFT = "SELECT count(*) FROM notifications WHERE purpose = 'page' AND status IN ('pending', 'sending')"


async def _account(data_dir: Path, found: Races) -> None:
    database = await asyncpg.connect(Cluster(data_dir).url)
    until = time.monotonic() + 60
    while await database.fetchval(_LEFT) and time.monotonic() < until:
        await asyncio.sleep(0.1)
    for row in await database.fetch(_BEGUN):
        if pressed := found.pressed_at.get(row["subject_id"]):
            found.paged += 1
            if row["at"] > pressed:
                found.begun_after.append(row["subject_id"])
    await database.close()
