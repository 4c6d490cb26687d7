"""How does the installation do? For operators, and for nobody else."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx
from sqlalchemy import text

from pulsar import schema
from pulsar.base.follower import Follower
from pulsar.base.http import Pulsar
from pulsar.base.ids import new_id
from pulsar.engine.model import Node
from pulsar.people.operators import appoint
from pulsar.system.presence import SILENT_AFTER, present, say
from tests.domain.test_health import metrics, worker  # noqa: F401 - a fixture
from tests.e2e.processes import until
from tests.world import Clock, Person


def started_since(began: datetime, seen: dict[str, Any]) -> list[Any]:
    return [node for node in seen["nodes"] if datetime.fromisoformat(node["started_at"]) >= began]


async def test_an_operator_sees_nodes_workers_queue_and_database(
    pulsar: Pulsar,
    http: httpx.AsyncClient,
    ana: Person,
    eve: Person,
    clock: Clock,
    worker: object,  # noqa: F811
) -> None:
    assert (await ana.get("/system")).status_code == 403
    assert not (await ana.has("/auth/me"))["operator"]
    await appoint(pulsar.db, ana.email.upper(), operator=True)
    assert (await ana.has("/auth/me"))["operator"]
    began = clock.now()
    async with present(pulsar.db, lambda: True):
        while not (mine := started_since(began, seen := await ana.has("/system"))):
            await asyncio.sleep(0)
        assert mine[0]["heard"]
    assert (seen["well"], seen["troubles"]) == (True, [])
    assert [one["heard"] for one in seen["workers"]] == [True]
    assert seen["queue"]["jobs_waiting"] >= 0
    assert seen["database"]["schema_version"] == seen["database"]["schema_newest"] == schema.newest()
    assert seen["database"]["size_bytes"] > 1_000_000
    assert (seen["organizations"] > 0, seen["users"] > 0) == (True, True)
    assert started_since(began, await ana.has("/system")) == [], "it said goodbye"
    await appoint(pulsar.db, ana.email, operator=False)
    assert (await ana.get("/system")).json()["code"] == "not_an_operator"


async def test_who_is_silent_is_shown_as_such(
    pulsar: Pulsar,
    ana: Person,
    clock: Clock,
    worker: object,  # noqa: F811
) -> None:
    await appoint(pulsar.db, ana.email, operator=True)
    node = Node(id=new_id(), host="silent.example.org", pid=1, version="0.0.9", started_at=clock.now())
    await say(pulsar.db, node, listening=True)
    clock.pass_time(SILENT_AFTER + timedelta(seconds=1))
    seen = await ana.has("/system")
    (silent,) = (one for one in seen["nodes"] if one["host"] == "silent.example.org")
    assert not silent["heard"]
    assert [one["heard"] for one in seen["workers"]] == [False]
    assert seen["troubles"] == ["No worker is running: nobody is paged."]


async def test_as_long_as_there_is_one_organization_its_owners_are_operators(pulsar: Pulsar) -> None:
    async with pulsar.db.without_org() as tx:
        assert await tx.scalar(text("SELECT only_organization() = (organizations < 2) FROM system_state()"))


async def test_a_node_says_whether_it_hears_of_news_at_once(http: httpx.AsyncClient, worker: object) -> None:  # noqa: F811
    ready = (await http.get("/readyz")).json()
    assert ready["live"] == bool((await metrics(http))["pulsar_live_listener_up"])


async def test_a_lost_connection_for_news_shows_and_is_made_anew_at_once(pulsar: Pulsar) -> None:
    async def ended() -> int:
        connection = await asyncpg.connect(pulsar.db.url)
        query = (
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'pulsar follower'"
        )
        count: int = await connection.fetchval(query)
        await connection.close()
        return count

    async with Follower(pulsar.db.url).running() as follower:
        await until("it hears", lambda: follower.up)
        assert await ended() > 0
        await until("it does not", lambda: not follower.up)
        await until("it does again, long before it would have asked", lambda: follower.up, 5)
    assert not follower.up
