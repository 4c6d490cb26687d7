"""The database ends the connections that Pulsar listens on, as a fail-over does, and nobody notices."""

import asyncio
import json

import asyncpg
from websockets.asyncio.client import connect

from tests.e2e.paging import paged_by_mail
from tests.e2e.processes import Running, until
from tests.ladders import integration
from tests.world import Mailbox, Person


async def end_listeners(server: Running, of: str) -> int:
    """How many connections there were that had this in their LISTEN."""
    connection = await asyncpg.connect(server.database_url)
    try:
        query = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query ILIKE 'listen%' || $1 || '%'"
        return int(await connection.fetchval(query, of))
    finally:
        await connection.close()


async def test_a_page_goes_out_in_time_though_the_queue_lost_its_connection(
    ana: Person, server: Running, mail: Mailbox
) -> None:
    monitoring = await paged_by_mail(ana, mail, 0)

    assert await end_listeners(server, "pgqueuer") == 1
    await monitoring.tells(message="Disk full")
    await until("the page", lambda: mail.to(ana), 3)


async def test_the_live_feed_goes_on_though_it_lost_its_connection(ana: Person, server: Running) -> None:
    monitoring = await integration(ana)
    ticket = (await ana.makes("/ws/ticket"))["ticket"]
    async with connect(f"ws://127.0.0.1:{server.port}/api/v1/ws?ticket={ticket}") as socket:
        hello = json.loads(await asyncio.wait_for(socket.recv(), 5))
        assert hello["type"] == "connection.connected"

        assert await end_listeners(server, "pulsar_events") == 1
        await monitoring.tells(message="Disk full")

        async def heard() -> None:
            async for message in socket:
                if json.loads(message)["type"] == "alert.created":
                    return

        await asyncio.wait_for(heard(), 4)
