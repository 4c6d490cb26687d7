"""One change is one transaction: whole, or not at all, whatever comes between."""

import asyncio
from collections.abc import AsyncIterator

import psutil
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from pulsar.base.db import Database, Transaction
from pulsar.base.http import Pulsar
from pulsar.orgs.model import Organization
from tests.world import Person

OPEN_ONES = text("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'")


@pytest_asyncio.fixture
async def lone(pulsar: Pulsar) -> AsyncIterator[Database]:
    """With one connection, so that whatever one transaction leaves behind the next one finds."""
    database = Database(pulsar.db.url, pulsar.keys, size=1)
    yield database
    await database.engine.dispose()


async def rename(tx: Transaction, name: str) -> None:
    organization = (await tx.scalars(text("SELECT id FROM organizations"))).one()
    (await tx.get_one(Organization, organization)).name = name
    await tx.flush()


async def name_of(db: Database, of: Person) -> str:
    async with db.in_org(of.org_id) as tx:
        name: str = (await tx.scalars(text("SELECT name FROM organizations"))).one()
        return name


async def test_a_change_that_fails_leaves_nothing_and_the_connection_serves_the_next(
    lone: Database, ana: Person, eve: Person
) -> None:
    async def fail() -> None:
        async with lone.in_org(ana.org_id) as tx:
            await rename(tx, "half")
            await tx.execute(text("SELECT 1 / 0"))

    with pytest.raises(DBAPIError):
        await fail()
    assert await name_of(lone, eve) == "Eve's"
    assert await name_of(lone, ana) == "Ana's"


async def test_who_hangs_up_in_the_middle_of_a_statement_leaves_nothing_either(
    lone: Database, ana: Person, owner: AsyncConnection
) -> None:
    begun = asyncio.Event()

    async def slow() -> None:
        async with lone.in_org(ana.org_id) as tx:
            await rename(tx, "half")
            begun.set()
            await tx.execute(text("SELECT pg_sleep(60)"))

    task = asyncio.create_task(slow())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await name_of(lone, ana) == "Ana's"
    assert await owner.scalar(OPEN_ONES) == 0


async def test_who_hangs_up_while_the_transaction_begins_leaves_none_open(
    lone: Database, ana: Person, owner: AsyncConnection
) -> None:
    """The driver does not know of it yet. Its server process stands still, so that the answer comes after."""
    async with lone.in_org(ana.org_id) as tx:
        backend = psutil.Process(await tx.scalar(text("SELECT pg_backend_pid()")))
    backend.suspend()
    task = asyncio.create_task(name_of(lone, ana))
    for _ in range(50):
        await asyncio.sleep(0)
    task.cancel()
    backend.resume()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await owner.scalar(OPEN_ONES) == 0
    assert await name_of(lone, ana) == "Ana's"


async def test_what_belongs_to_one_organization_is_forgotten_with_its_transaction(lone: Database, ana: Person) -> None:
    assert await name_of(lone, ana) == "Ana's"
    async with lone.without_org() as tx:
        assert await tx.scalar(text("SELECT current_setting('pulsar.org')")) == ""


async def test_an_event_may_say_anything_that_people_write(ana: Person) -> None:
    """It travels inside of the statement that writes it."""
    words = "'); DROP TABLE events; -- \\ $1 $$ % 🔥 \u2028 \"'"
    alert = await ana.makes("/alerts", message=words)
    events = (await ana.has(f"/alerts/{alert['id']}/activity"))["items"]
    assert [event["data"]["message"] for event in events if event["type"] == "alert.created"] == [words]
