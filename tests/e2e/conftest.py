"""Real processes: one Pulsar that most tests share, and as many of their own as a test starts and kills."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.e2e.postgresql import DEBIAN, External, debians, newest
from tests.e2e.processes import Running, Starter, copy, free_port, remove, run
from tests.receiver import Receiver
from tests.world import Person, register


@pytest.fixture(scope="session")
def workshop() -> Iterator[Path]:
    """Where the data directories lie. Not pytest's own place, which only its owner may enter."""
    with tempfile.TemporaryDirectory(prefix="pulsar-e2e-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest_asyncio.fixture(scope="session")
async def migrated_dir(workshop: Path) -> Path:
    """A stopped data directory with a database at the newest version: making one takes seconds, copying none."""
    data_dir = workshop / "migrated"
    done = await run(data_dir, "migrate")
    assert done.code == 0, done.stderr
    return data_dir


@pytest.fixture
def data_dir(migrated_dir: Path, tmp_path: Path) -> Iterator[Path]:
    """A test's own, at the newest version."""
    path = copy(migrated_dir, tmp_path / "data")
    yield path
    remove(path)


@pytest.fixture
def empty_dir(tmp_path: Path) -> Iterator[Path]:
    """Not there yet."""
    path = tmp_path / "data"
    yield path
    remove(path)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starter]:
    """`start(data_dir)` is `pulsar serve`; ended with the test."""
    starter = Starter(tmp_path)
    yield starter
    starter.end_all()


@pytest.fixture(scope="session")
def mail_place() -> str:
    """Where the shared one takes mails."""
    return f"127.0.0.1:{free_port()}"


@pytest_asyncio.fixture(scope="session")
async def server(migrated_dir: Path, workshop: Path, mail_place: str) -> AsyncIterator[Running]:
    """The one that tests share which do it no harm."""
    starter = Starter(workshop)
    yield await starter(copy(migrated_dir, workshop / "shared"), smtp_listen=mail_place).ready()
    starter.end_all()


@pytest.fixture(scope="session")
def postgresql_15(workshop: Path) -> Iterator[External]:
    if not (DEBIAN / "initdb").exists():
        pytest.skip("Debian's postgresql-15 is not installed")
    with debians(workshop) as external:
        yield external


@pytest.fixture(scope="session")
def postgresql_18(workshop: Path) -> Iterator[External]:
    with newest(workshop) as external:
        yield external


@pytest_asyncio.fixture(scope="session")
async def http(server: Running) -> AsyncIterator[httpx.AsyncClient]:
    """Over a socket to the shared one."""
    async with httpx.AsyncClient(base_url=server.url, timeout=20) as client:
        yield client


@pytest_asyncio.fixture
async def ana(http: httpx.AsyncClient) -> Person:
    """On call, in an organization of her own on the shared one."""
    return await register(http, "Ana")


@pytest_asyncio.fixture
async def slow() -> AsyncIterator[Receiver]:
    """Takes what a webhook channel sends, and does not answer."""
    receiver = Receiver()
    await receiver.start()
    receiver.answering.clear()
    yield receiver
    await receiver.stop()


@pytest_asyncio.fixture
async def outside() -> AsyncIterator[Receiver]:
    """Somebody who only listens, and answers."""
    receiver = Receiver()
    await receiver.start()
    yield receiver
    await receiver.stop()
