"""The world that tests live in: a real PostgreSQL made by the migrations, the whole application in this process, a
clock that a test moves, and a real SMTP server. Every test has organizations of its own, so none sees another's."""

import os
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from ipaddress import ip_network
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from hypothesis import settings as hypothesis_settings

from pulsar import app, schema
from pulsar.base import clock as base_clock
from pulsar.base import logs, outbound
from pulsar.base.crypto import Keys
from pulsar.base.db import Database
from pulsar.base.embedded import embedded
from pulsar.base.http import Pulsar
from pulsar.settings import Settings
from tests.world import Clock, Engine, Mailbox, People, Person

hypothesis_settings.register_profile("ci", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis_settings.load_profile("ci")

logs.configure("WARNING", as_json=True)
# The servers that stand in for the world are on this machine.
outbound.allow([ip_network("127.0.0.0/8")])
# A shell that runs the tests in the background has them ignore Ctrl-C, and so would the processes that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

SECRET_KEY = "a secret key for tests, long enough"


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="pulsar-tests-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def database_url(data_dir: Path) -> Iterator[str]:
    with embedded(data_dir) as url:
        yield url


@pytest_asyncio.fixture(scope="session")
async def pulsar(database_url: str, data_dir: Path) -> Pulsar:
    """The node, its database migrated, as the application and the engine of these tests have it."""
    settings = Settings(
        data_dir=data_dir,
        database_url=database_url,
        public_url="http://pulsar.test",
        # All tests come from one address, and some ask every route in every role.
        limit_per_caller=1_000_000,
        limit_per_address=1_000_000,
    )
    keys = Keys(SECRET_KEY)
    await schema.migrate(database_url, keys)
    return Pulsar(settings, keys, Database(database_url, keys, size=20))


@pytest_asyncio.fixture(scope="session")
async def http(pulsar: Pulsar) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client wired to the whole application, without a socket between them."""
    edge = app.build(pulsar)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(edge.api.router.lifespan_context(edge.api))
        transport = httpx.ASGITransport(edge, raise_app_exceptions=False)
        yield await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://pulsar.test"))


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Stands where the test puts it."""
    moved = Clock()
    base_clock.set_source(moved.now)
    yield moved
    base_clock.set_source(base_clock.system_time)


@pytest_asyncio.fixture(scope="session")
async def smtp() -> AsyncIterator[Mailbox]:
    """A real SMTP server on loopback, for the whole run."""
    mailbox = Mailbox()
    await mailbox.start()
    yield mailbox
    await mailbox.stop()


@pytest.fixture
def mail(smtp: Mailbox) -> Mailbox:
    smtp.empty()
    return smtp


@pytest.fixture
def people(http: httpx.AsyncClient, pulsar: Pulsar) -> People:
    return People(http, pulsar)


@pytest_asyncio.fixture
async def ana(people: People) -> Person:
    """On call; owner of the organization of this test."""
    return await people.founder("Ana")


@pytest_asyncio.fixture
async def bo(people: People, ana: Person) -> Person:
    """Her boss, an admin of the same organization."""
    return await people.colleague(ana, "Bo", "admin")


@pytest_asyncio.fixture
async def vic(people: People, ana: Person) -> Person:
    """May look at ana's organization and touch nothing."""
    return await people.colleague(ana, "Vic", "viewer")


@pytest_asyncio.fixture
async def eve(people: People) -> Person:
    """Owner of another organization."""
    return await people.founder("Eve")


@pytest.fixture
def engine(pulsar: Pulsar, clock: Clock, ana: Person) -> Engine:
    """Does the jobs of ana's organization, when the test lets time pass."""
    return Engine(pulsar, clock, ana.org_id)
