"""Does PostgreSQL itself keep organizations apart? Every table, every verb of SQL, with no filter of ours."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from pulsar import schema
from pulsar.base.db import Transaction, connect_to
from pulsar.base.http import Pulsar
from tests.architecture.conftest import Household

# Each with the column that says whose a row is.
OWNED = {"organizations": "id"} | {t.name: "org_id" for t in schema.metadata().sorted_tables if "org_id" in t.columns}
# What happened stays: on these tables nobody may do it, whoever's rows they are.
APPEND_ONLY = {"events"}

tables = pytest.mark.parametrize("table", sorted(OWNED))


@pytest_asyncio.fixture(scope="session")
async def owner(pulsar: Pulsar) -> AsyncIterator[AsyncConnection]:
    engine = connect_to(pulsar.db.url)
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


async def row_of(owner: AsyncConnection, table: str, of: Household) -> Any:
    query = text(f"SELECT to_jsonb(t)::text FROM {table} t WHERE {OWNED[table]} = :org LIMIT 1")
    row = await owner.scalar(query, {"org": of.owner.org_id})
    await owner.rollback()
    assert row, f"give the household of these tests a row in {table}"
    return row


async def refused(tx: Transaction, statement: str, **values: Any) -> str:
    """What PostgreSQL says against it."""
    with pytest.raises(DBAPIError) as error:
        async with tx.begin_nested():
            await tx.execute(text(statement), values)
    return str(error.value.orig)


@tables
async def test_a_strangers_rows_cannot_be_seen(table: str, pulsar: Pulsar, anas: Household, eves: Household) -> None:
    query = text(f"SELECT DISTINCT {OWNED[table]} FROM {table}")
    async with pulsar.db.in_org(eves.owner.org_id) as tx:
        assert (await tx.scalars(query)).all() == [eves.owner.org_id]
    async with pulsar.db.in_org(anas.owner.org_id) as tx:
        assert (await tx.scalars(query)).all() == [anas.owner.org_id]


@tables
async def test_a_strangers_rows_can_be_neither_changed_nor_deleted(
    table: str, pulsar: Pulsar, owner: AsyncConnection, anas: Household, eves: Household
) -> None:
    mine, before = OWNED[table], await row_of(owner, table, anas)
    anas_org = anas.owner.org_id
    async with pulsar.db.in_org(eves.owner.org_id) as tx:
        for statement in (
            f"UPDATE {table} SET {mine} = {mine} WHERE {mine} = :org",
            f"DELETE FROM {table} WHERE {mine} = :org",
        ):
            if table in APPEND_ONLY:
                assert "permission denied" in await refused(tx, statement, org=anas_org)
            else:
                result: Any = await tx.execute(text(statement), {"org": anas_org})
                assert result.rowcount == 0
    assert await row_of(owner, table, anas) == before


@tables
async def test_a_row_can_be_put_into_a_strangers_organization_neither_new_nor_old(
    table: str, pulsar: Pulsar, owner: AsyncConnection, anas: Household, eves: Household
) -> None:
    mine, anas_org = OWNED[table], anas.owner.org_id
    columns = ", ".join(c.name for c in schema.metadata().tables[table].columns if c.computed is None)
    given = f"jsonb_populate_record(NULL::{table}, cast(:row AS jsonb))"
    copy = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {given}"
    move = f"UPDATE {table} SET {mine} = :org"
    async with pulsar.db.in_org(eves.owner.org_id) as tx:
        said = await refused(tx, copy, row=await row_of(owner, table, anas))
        assert "violates row-level security" in said
        expected = "permission denied" if table in APPEND_ONLY else "violates row-level security"
        assert expected in await refused(tx, move, org=anas_org)


@tables
async def test_without_an_organization_a_query_is_an_error_and_not_an_empty_answer(
    table: str, pulsar: Pulsar, anas: Household
) -> None:
    async with pulsar.db.without_org() as tx:
        for statement in ("SELECT count(*) FROM {}", "DELETE FROM {}", "INSERT INTO {} DEFAULT VALUES"):
            said = await refused(tx, statement.format(table))
            assert "invalid input syntax for type uuid" in said or (table in APPEND_ONLY and "permission" in said), said


async def test_a_connection_that_never_heard_of_an_organization_gets_an_error(pulsar: Pulsar, anas: Household) -> None:
    async with pulsar.db.engine.connect() as connection:
        await connection.execute(text("RESET ALL"))
        await connection.execute(text("SET ROLE pulsar_app"))
        with pytest.raises(DBAPIError, match=r"pulsar\.org|type uuid"):
            await connection.execute(text("SELECT count(*) FROM alerts"))
        await connection.invalidate()


async def test_the_organization_of_a_transaction_ends_with_it(pulsar: Pulsar, anas: Household) -> None:
    """The connection goes back to the pool and serves another organization next."""
    for _ in range(3):
        async with pulsar.db.in_org(anas.owner.org_id) as tx:
            assert await tx.scalar(text("SELECT count(*) FROM alerts"))
        async with pulsar.db.engine.connect() as connection:
            assert await connection.scalar(text("SELECT current_setting('pulsar.org', true)")) in ("", None)


async def test_a_reference_to_a_strangers_row_is_refused_by_the_database(
    pulsar: Pulsar, anas: Household, eves: Household
) -> None:
    """Foreign-key checks see every organization's rows, so their columns have to name the organization."""
    values = {"policy": anas.ids["policy_id"], "team": eves.ids["team_id"]}
    async with pulsar.db.in_org(eves.owner.org_id) as tx:
        statement = "UPDATE teams SET escalation_policy_id = :policy WHERE id = :team"
        assert "foreign key" in await refused(tx, statement, **values)


async def test_search_finds_nothing_of_a_stranger(pulsar: Pulsar, anas: Household, eves: Household) -> None:
    """The function that searches runs past row-level security, with a clause of its own wherever it looks: in the index
    by status, among the newest alerts, in the index of words, and in that of numbers."""
    alls = "most => 1000, needed => 1000"
    nothing = ", ".join(
        f"{name} => NULL"
        for name in ("below", "statuses", "priorities", "assigned_user", "assigned_team", "of_source", "of_integration",
                     "since", "until", "about", "known_as", "has_tags")
    )  # fmt: skip
    everything = [
        f"SELECT ids FROM find_alerts({alls}, {nothing}, words => {words}, of_number => {number})"
        for words, number in (("NULL", "NULL"), ("'disk:*'", "NULL"), ("NULL", "1"), ("'disk:*'", "1"))
    ]
    async with pulsar.db.in_org(eves.owner.org_id) as tx:
        found = [one for query in everything for one in await tx.scalar(text(query))]
        mine = (await tx.scalars(text("SELECT id FROM alerts"))).all()
    assert set(found) == set(mine) != set()
    async with pulsar.db.without_org() as tx:
        for query in everything:
            assert "type uuid" in await refused(tx, query)
