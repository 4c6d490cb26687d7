"""What several tests of single domains need: the database as its owner sees it, a browser from somewhere else, and a
server for webhook channels."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest
import pytest_asyncio
import websockets
from sqlalchemy.ext.asyncio import AsyncConnection
from websockets.asyncio.client import ClientConnection

from pulsar import app
from pulsar.app import Edge
from pulsar.base.db import connect_to
from pulsar.base.http import Pulsar
from pulsar.webhooks.courier import Courier
from tests.domain import hearing
from tests.domain.hearing import Dial
from tests.domain.hooking import Carrier
from tests.domain.mailing import Post, with_mail
from tests.receiver import Receiver
from tests.world import API, Clock, Mailbox, Person


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


@pytest_asyncio.fixture(scope="session")
async def node(pulsar: Pulsar) -> AsyncIterator[str]:
    """A second node on the same database: its host and port."""
    async with hearing.node(pulsar) as place:
        yield place


@pytest.fixture
def dial(node: str) -> Dial:
    def connect(ticket: str, after: int | None = None, **options: Any) -> AbstractAsyncContextManager[ClientConnection]:
        query = f"?ticket={ticket}" + (f"&after={after}" if after is not None else "")
        return websockets.connect(f"ws://{node}{API}/ws{query}", **options)

    return connect


@pytest.fixture(scope="session")
def mailing_edge(http: httpx.AsyncClient, pulsar: Pulsar, smtp: Mailbox) -> tuple[Pulsar, Edge]:
    node = with_mail(pulsar, smtp)
    return node, app.build(node)


@pytest_asyncio.fixture
async def post(mailing_edge: tuple[Pulsar, Edge], mail: Mailbox) -> AsyncIterator[Post]:
    """Asked from an address of its own, which no other test has asked from."""
    node, edge = mailing_edge
    address = f"2001:db8::{secrets.token_hex(2)}:{secrets.token_hex(2)}"
    transport = httpx.ASGITransport(edge, raise_app_exceptions=False, client=(address, 443))
    async with httpx.AsyncClient(transport=transport, base_url="http://pulsar.test") as client:
        made = Post(node, client, mail)
        await made.waiting()
        yield made


@pytest.fixture
def carrier(pulsar: Pulsar, clock: Clock, ana: Person) -> Carrier:
    """Plans and sends the webhooks of ana's organization, when the test says so."""
    return Carrier(pulsar, clock, ana.org_id, Courier(pulsar))
