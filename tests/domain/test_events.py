"""The stream of events: numbered without holes, in the order of the commits, however many write at once."""

import asyncio
import random
from uuid import UUID

import asyncpg
import httpx
from sqlalchemy import select

from pulsar.base.db import Database
from pulsar.base.events import EventRow
from pulsar.base.http import Pulsar
from pulsar.orgs.events import OrganizationCreated
from tests.world import Person


async def numbers(pulsar: Pulsar, org: UUID) -> list[int]:
    async with pulsar.db.in_org(org) as tx:
        return list(await tx.scalars(select(EventRow.number).order_by(EventRow.number)))


class Changed(Exception):
    """Somebody changed their mind."""


async def write(db: Database, org: UUID, times: int, *, fails: bool = False) -> None:
    async with db.in_org(org) as tx:
        for i in range(times):
            tx.record(OrganizationCreated(org, name=f"{i}"))
            await asyncio.sleep(random.random() / 500)
        if fails:
            raise Changed


async def test_a_reader_never_sees_a_number_before_all_below_it(ana: Person, pulsar: Pulsar) -> None:
    """Who has seen n has seen everything up to n: that is what a client resumes by."""
    org, done = ana.org_id, asyncio.Event()
    before = len(await numbers(pulsar, org))

    async def watch() -> int:
        reader = await asyncpg.connect(pulsar.db.url)
        looks = 0
        while not done.is_set():
            rows = await reader.fetch("SELECT number FROM events WHERE org_id = $1 ORDER BY number", org)
            assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
            looks += 1
        await reader.close()
        return looks

    watching = [asyncio.create_task(watch()) for _ in range(2)]
    nodes = (pulsar.db, Database(pulsar.db.url, pulsar.keys, size=10))
    writers = [write(nodes[i % 2], org, 1 + i % 3, fails=i % 5 == 0) for i in range(150)]
    outcomes = await asyncio.gather(*writers, return_exceptions=True)
    done.set()
    assert all(looks > 10 for looks in await asyncio.gather(*watching))
    await nodes[1].engine.dispose()
    assert [type(outcome) for outcome in outcomes if outcome] == [Changed] * 30
    written = sum(1 + i % 3 for i in range(150) if i % 5)
    assert await numbers(pulsar, org) == list(range(1, before + written + 1))


async def test_each_organization_counts_for_itself(ana: Person, eve: Person, pulsar: Pulsar) -> None:
    counted = [len(await numbers(pulsar, person.org_id)) for person in (ana, eve)]
    await asyncio.gather(*(write(pulsar.db, person.org_id, 2) for person in (ana, eve) for _ in range(10)))
    for person, before in zip((ana, eve), counted, strict=True):
        assert await numbers(pulsar, person.org_id) == list(range(1, before + 21))


async def test_an_event_is_there_with_its_change_or_not_at_all(ana: Person, pulsar: Pulsar) -> None:
    before = await numbers(pulsar, ana.org_id)
    assert (await ana.post("/teams", name="Database")).status_code == 201
    after = await numbers(pulsar, ana.org_id)
    assert len(after) == len(before) + 1
    refused: list[httpx.Response] = [await ana.post("/teams", name="Database"), await ana.post("/teams", name="\0")]
    assert [answer.status_code for answer in refused] == [409, 422]
    assert await numbers(pulsar, ana.org_id) == after
