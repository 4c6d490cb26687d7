"""What several tests of single domains need: the database as its owner sees it, a browser from somewhere else, and a
server for webhook channels."""

import secrets
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncConnection

from pulsar import app
from pulsar.app import Edge
from pulsar.base.db import connect_to
from pulsar.base.http import Pulsar
from tests.receiver import Receiver


@pytest_asyncio.fixture
async def owner(pulsar: Pulsar) -> AsyncIterator[AsyncConnection]:
    """As the owner of the tables, whom no policy binds."""
    engine = connect_to(pulsar.db.url)
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


@pytest.fixture(scope="session")
def edge(http: httpx.AsyncClient, pulsar: Pulsar) -> Edge:
    """The whole application once more, for clients that are not `http`; which opens the node, so it comes first."""
    return app.build(pulsar)


@pytest_asyncio.fixture
async def browser(edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    """A client with cookies and an address of its own, over TLS."""
    address = f"2001:db8::{secrets.token_hex(2)}:{secrets.token_hex(2)}"
    transport = httpx.ASGITransport(edge, raise_app_exceptions=False, client=(address, 443))
    async with httpx.AsyncClient(transport=transport, base_url="https://pulsar.test") as client:
        yield client


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    running = Receiver()
    await running.start()
    yield running
    await running.stop()
