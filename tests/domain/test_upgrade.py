"""The newest migration, over a database in which people worked with the version before."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import pytest_asyncio
from alembic import command
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from pulsar import app, schema
from pulsar.base.crypto import Keys, hash_password
from pulsar.base.db import Database, connect_to
from pulsar.base.http import Pulsar
from pulsar.base.ids import new_id
from pulsar.settings import Settings
from tests.conftest import SECRET_KEY
from tests.world import API, PASSWORD, person_of

KEYS = Keys(SECRET_KEY)


@pytest_asyncio.fixture
async def earlier(pulsar: Pulsar) -> AsyncIterator[str]:
    """The URL of a database of its own, one migration behind."""
    owner = await asyncpg.connect(pulsar.db.url)
    await owner.execute("CREATE DATABASE upgraded")
    url = pulsar.db.url.replace("/pulsar?", "/upgraded?")
    engine = connect_to(url)
    async with engine.connect() as connection:
        await connection.run_sync(_migrate_to_the_one_before)
    await engine.dispose()
    yield url
    await owner.execute("DROP DATABASE upgraded WITH (FORCE)")
    await owner.close()


def _migrate_to_the_one_before(connection: Connection) -> None:
    command.upgrade(schema._config(connection), schema._versions()[-2])
    connection.commit()


async def write(connection: AsyncConnection, table: str, **values: Any) -> None:
    """As far as the table has these columns already."""
    there = await connection.run_sync(lambda sync: {column["name"] for column in inspect(sync).get_columns(table)})
    kept = {name: value for name, value in values.items() if name in there}
    names, places = ", ".join(kept), ", ".join(f":{name}" for name in kept)
    await connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), kept)


async def write_what_people_had(url: str) -> None:
    org, ana, now = new_id(), new_id(), datetime.now(UTC)
    engine = connect_to(url)
    async with engine.begin() as connection:
        times = {"created_at": now, "updated_at": now}
        await write(connection, "organizations", id=org, name="Ana's", slug="anas", settings="{}", **times)
        names = {"email": "ana@example.org", "username": "ana", "full_name": "Ana"}
        await write(connection, "users", id=ana, password_hash=await hash_password(PASSWORD), **names, **times)
        await write(connection, "memberships", org_id=org, user_id=ana, role="owner", active=True, joined_at=now)
        for counter in ("alerts", "events"):
            await write(connection, "counters", org_id=org, name=counter, value=0)
        await write(connection, "teams", org_id=org, id=new_id(), name="Database", description="", version=1, **times)
        await write(connection, "installation", key_fingerprint=KEYS.fingerprint)
    await engine.dispose()


# What the statements of a node of the version before can meet: a column that is gone, or one that they leave out.
_RELIED_ON = """
SELECT table_name || '.' || column_name || ' ' || data_type FROM information_schema.columns
WHERE table_schema = 'public'
UNION ALL SELECT oid::regprocedure || ' ' || pg_get_function_result(oid) FROM pg_proc
WHERE pronamespace = 'public'::regnamespace
"""
_DEMANDED = """
SELECT table_name || '.' || column_name FROM information_schema.columns
WHERE table_schema = 'public' AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'
AND table_name = ANY($1)
"""
_TABLES = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"


async def asked(url: str, query: str, *values: Any) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        return {row[0] for row in await connection.fetch(query, *values)}
    finally:
        await connection.close()


async def test_a_node_of_the_version_before_can_go_on_beside_the_newest_migration(earlier: str) -> None:
    """The rule of docs/upgrading.md, as far as a catalogue can tell."""
    tables, before = await asked(earlier, _TABLES), await asked(earlier, _RELIED_ON)
    demanded = await asked(earlier, _DEMANDED, list(tables))
    await schema.migrate(earlier, KEYS)
    assert before - await asked(earlier, _RELIED_ON) == set(), "it reads and calls this"
    assert await asked(earlier, _DEMANDED, list(tables)) - demanded == set(), "it does not write this"


async def test_the_newest_migration_keeps_what_the_version_before_wrote(earlier: str) -> None:
    await write_what_people_had(earlier)
    await schema.migrate(earlier, KEYS)
    node = Pulsar(Settings(database_url=earlier), KEYS, Database(earlier, KEYS, size=3))
    edge = app.build(node)
    async with (
        edge.api.router.lifespan_context(edge.api),
        httpx.AsyncClient(transport=httpx.ASGITransport(edge), base_url="http://pulsar.test") as http,
    ):
        answer = await http.post(f"{API}/auth/login", json={"email": "ana@example.org", "password": PASSWORD})
        ana = person_of(http, answer.json())
        assert [team["name"] for team in (await ana.has("/teams"))["items"]] == ["Database"]
        await ana.makes("/alerts", message="Disk full")
        seen = await ana.has("/system")
        assert seen["database"]["migrations_pending"] == 0
        assert seen["organizations"] == 1, "and whoever owns the only one is an operator"
