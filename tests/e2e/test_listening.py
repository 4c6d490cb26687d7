"""The database ends the connections that Pulsar listens on, as a fail-over does, and nobody notices."""

import asyncio
import json

import asyncpg
from websockets.asyncio.client import connect

from tests.e2e.paging import paged_by_mail
from tests.e2e.processes import Running, until
from tests.ladders import integration
from tests.world import Mailbox, Person


async def end_listener(server: Running, who: str) -> None:
    """Ends the connection of which this is true, as soon as there is one."""
    query = f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {who}"
    connection = await asyncpg.connect(server.database_url)

    async def ended() -> bool:
        return bool(await connection.fetchval(query))

    try:
        await until(f"a listener: {who}", ended)
    finally:
        await connection.close()


async def test_a_page_goes_out_in_time_though_the_queue_lost_its_connection(
    ana: Person, server: Running, mail: Mailbox
) -> None:
    monitoring = await paged_by_mail(ana, mail, 0)

    await end_listener(server, "application_name = 'pulsar queue' AND query ILIKE 'listen%'")
    await monitoring.tells(message="Disk full")
    await until("the page", lambda: mail.to(ana), 3)


async def test_the_live_feed_goes_on_though_it_lost_its_connection(ana: Person, server: Running) -> None:
    monitoring = await integration(ana)
    ticket = (await ana.makes("/ws/ticket"))["ticket"]
    async with connect(f"ws://127.0.0.1:{server.port}/api/v1/ws?ticket={ticket}") as socket:
        hello = json.loads(await asyncio.wait_for(socket.recv(), 5))
        assert hello["type"] == "connection.connected"

        await end_listener(server, "application_name = 'pulsar follower'")
        await monitoring.tells(message="Disk full")

        async def heard() -> None:
            async for message in socket:
                if json.loads(message)["type"] == "alert.created":
                    return

        await asyncio.wait_for(heard(), 4)
