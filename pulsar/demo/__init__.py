"""What does Pulsar look like with something in it? An organization with a week behind it, made over the API."""

import asyncpg
import httpx

from pulsar import app
from pulsar.base import clock
from pulsar.base.http import Pulsar
from pulsar.demo.people import founded
from pulsar.demo.week import live

__all__ = ["fill", "is_empty"]


async def is_empty(url: str) -> bool:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        return not await connection.fetchval("SELECT EXISTS (SELECT FROM organizations)")
    finally:
        await connection.close()


async def fill(pulsar: Pulsar) -> tuple[str, str]:
    """The owner's e-mail address and password. The program runs here, in this process and in the past: no worker of
    it delivers anything, and no channel is set up over which a worker elsewhere could."""
    edge = app.build(pulsar)
    transport = httpx.ASGITransport(edge)
    try:
        async with (
            edge.api.router.lifespan_context(edge.api),
            httpx.AsyncClient(transport=transport, base_url="http://demo.invalid", timeout=60) as http,
        ):
            owner = await founded(http, pulsar.keys)
            await live(owner)
            return owner.email, owner.password
    finally:
        clock.set_source(clock.system_time)
