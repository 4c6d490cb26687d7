"""Where does the database look? For every filter of the alert list, for searches, counts and reports: which indexes it
uses among many alerts of several organizations, how many rows it touches, and that it never reads the table through."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from bench.crowd import write_crowd
from pulsar import schema
from pulsar.alerts import listing
from pulsar.alerts.listing import AlertFilter, alerts_page
from pulsar.base.crypto import Keys
from pulsar.base.db import Database, Transaction
from pulsar.base.http import Page, Paging
from pulsar.reports import figures
from pulsar.reports.asking import Question
from pulsar.reports.rules import Step
from tests.conftest import SECRET_KEY

ALERTS = 60_000
BIGGEST = 30_000
SMALL = 6000
NEWEST = 5000
"""How far the search goes back before it takes the index."""

STATUS, WORDS, NUMBER, KEY = "ix_alerts_status", "ix_alerts_search", "uq_alerts_number", "pk_alerts"
TODAY = datetime.now(UTC)


@dataclass(frozen=True)
class Crowd:
    db: Database
    biggest: UUID
    smallest: UUID
    team: UUID


@pytest_asyncio.fixture(scope="module")
async def crowd(database_url: str) -> AsyncIterator[Crowd]:
    """In a database of its own: elsewhere they would be a million alerts that nobody is paged for."""
    owner = await asyncpg.connect(database_url)
    await owner.execute("CREATE DATABASE crowd")
    url = urlunsplit(urlsplit(database_url)._replace(path="/crowd"))
    keys = Keys(SECRET_KEY)
    await schema.migrate(url, keys)
    writer = await asyncpg.connect(url)
    orgs = await write_crowd(writer, alerts=ALERTS, organizations=6, biggest=BIGGEST / ALERTS)
    team = await writer.fetchval("SELECT id FROM teams WHERE org_id = $1 AND name = 'Team 3'", orgs[0])
    await writer.close()
    db = Database(url, keys, size=2)
    yield Crowd(db, orgs[0], orgs[-1], team)
    await db.engine.dispose()
    await owner.execute("DROP DATABASE crowd WITH (FORCE)")
    await owner.close()


@dataclass
class Looked:
    """What one question cost: how often which index was asked, and rows of alerts and entries of their indexes."""

    page: Any = None
    indexes: frozenset[str] = frozenset()
    seq_scans: int = 0
    rows: int = 0
    entries: int = 0


_COUNTED = """
SELECT c.relname AS name, c.relkind::text AS kind, pg_stat_get_xact_numscans(c.oid) AS scans,
       pg_stat_get_xact_tuples_returned(c.oid) AS returned, pg_stat_get_xact_tuples_fetched(c.oid) AS fetched
FROM pg_class c WHERE c.oid = 'alerts'::regclass
   OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'alerts'::regclass)
"""


async def looked(tx: Transaction, question: Any) -> Looked:
    connection = tx.driver
    before = {row["name"]: row for row in await connection.fetch(_COUNTED)}
    found = Looked(page=await question)
    for row in await connection.fetch(_COUNTED):
        scans, returned, fetched = (row[what] - before[row["name"]][what] for what in ("scans", "returned", "fetched"))
        if row["kind"] == "r":
            found.seq_scans, found.rows = scans, returned + fetched
        elif scans:
            found.indexes |= {row["name"]}
            found.entries += returned
    return found


async def asked(crowd: Crowd, org: UUID, **filters: Any) -> Looked:
    async with crowd.db.in_org(org) as tx:
        return await looked(tx, alerts_page(tx, AlertFilter(**filters), Paging(1, 20, None)))


@pytest.mark.parametrize(
    ("filters", "indexes"),
    [
        ({}, {STATUS}),
        ({"status": ["open"]}, {STATUS}),
        ({"status": ["open", "acknowledged", "snoozed"]}, {STATUS}),
        ({"status": ["closed"], "priority": ["P1"]}, {STATUS}),
        ({"priority": ["P5"]}, {STATUS}),
        ({"source": "zabbix"}, {STATUS}),
        ({"source": "nobody"}, {STATUS}),
        ({"integration_id": uuid4()}, {STATUS}),
        ({"assigned_to_user_id": uuid4()}, {STATUS}),
        ({"assigned_to_team_id": "theirs"}, {STATUS}),
        ({"created_after": TODAY - timedelta(days=200), "created_before": TODAY - timedelta(days=190)}, {STATUS}),
        ({"tag": ["nothing"]}, {KEY, WORDS}),
        ({"tag": ["billing", "region-3"], "status": ["open"]}, None),
        ({"entity": "host-77"}, {KEY, WORDS}),
        ({"alias": "queue/host-9/1"}, {KEY, WORDS}),
        ({"search": "qwertz"}, {KEY, WORDS}),
        ({"search": "#4711"}, {NUMBER}),
        ({"search": "4711"}, {KEY, WORDS, NUMBER}),
        ({"search": "kafka", "status": ["open"]}, None),
        ({"search": "over limit"}, {KEY}),
        ({"search": "m"}, {KEY}),
    ],
)  # fmt: skip
async def test_a_first_page_comes_by_these_indexes(
    crowd: Crowd, filters: dict[str, Any], indexes: set[str] | None
) -> None:
    if "assigned_to_team_id" in filters:
        filters = {"assigned_to_team_id": crowd.team}
    cost = await asked(crowd, crowd.biggest, **filters)
    assert cost.seq_scans == 0
    # The rows of the page come by their keys.
    assert indexes is None or cost.indexes - {KEY} == indexes - {KEY}


async def test_what_the_index_by_status_knows_is_answered_without_a_look_at_the_rows(crowd: Crowd) -> None:
    for filters in ({"source": "nobody"}, {"priority": ["P1"], "status": ["open", "closed"]}, {"priority": ["P5"]}):
        cost = await asked(crowd, crowd.biggest, **filters)
        assert cost.rows <= 21, filters
    assert cost.entries <= BIGGEST + 1000


async def test_what_is_frequent_is_found_among_the_newest_and_what_is_not_by_the_index(crowd: Crowd) -> None:
    frequent = await asked(crowd, crowd.biggest, search="over limit")
    assert len(frequent.page.items) == 20
    assert frequent.rows <= NEWEST + 100
    assert not frequent.page.total_is_exact
    rare = await asked(crowd, crowd.biggest, search="qwertz")
    assert (rare.page.total, rare.page.total_is_exact) == (0, True)
    assert rare.rows <= NEWEST + 100


async def test_a_frequent_word_beside_something_rare_is_looked_for_where_the_rare_is(crowd: Crowd) -> None:
    for filters in ({"priority": ["P5"]}, {"source": "nobody"}, {"status": ["snoozed"], "priority": ["P1"]}):
        cost = await asked(crowd, crowd.biggest, search="over", **filters)
        assert cost.page.total_is_exact, filters
        assert cost.rows <= 1000, filters
    snoozed = await asked(crowd, crowd.biggest, status=["snoozed"])
    assert (await asked(crowd, crowd.biggest, search="over", status=["snoozed"])).page.total == snoozed.page.total > 0


async def test_a_word_that_others_have_often_costs_nothing_here(crowd: Crowd) -> None:
    """Three thousand alerts of the biggest organization speak of kafka."""
    assert (await asked(crowd, crowd.biggest, search="kafka")).page.total >= 1000
    cost = await asked(crowd, crowd.smallest, search="kafka")
    assert cost.page.total == 0
    # All of its own at most, and none of the others'.
    assert cost.rows <= SMALL + 100


async def test_a_storm_of_long_ago_is_found_to_its_last_alert(crowd: Crowd) -> None:
    first = await asked(crowd, crowd.biggest, search="kafka")
    assert first.page.next_cursor
    assert all("kafka" in alert.message for alert in first.page.items)


async def test_counts_and_reports_ask_the_index_alone(crowd: Crowd) -> None:
    question = Question(TODAY - timedelta(days=400), TODAY + timedelta(days=1), "Europe/Berlin", None, ())
    async with crowd.db.in_org(crowd.biggest) as tx:
        for asking in (
            listing.counts(tx),
            figures.by_step(tx, question, Step.DAY),
            figures.by_priority(tx, question),
            figures.by_source(tx, question),
            figures.by_team(tx, question),
            figures.by_hour_of_week(tx, question),
        ):
            cost = await looked(tx, asking)
            assert (set(cost.indexes), cost.seq_scans, cost.rows) == ({STATUS}, 0, 0), asking


async def test_pages_by_number_and_by_cursor_agree_whichever_way_was_looked(crowd: Crowd) -> None:
    async with crowd.db.in_org(crowd.biggest) as tx:
        for filters in ({}, {"search": "kafka"}, {"search": "over"}, {"tag": ["team-4"]}, {"entity": "host-77"}):
            chosen, cursor, walked = AlertFilter(**filters), None, []
            for number in range(1, 4):
                by_cursor: Page[Any] = await alerts_page(tx, chosen, Paging(number, 20, cursor))
                by_number: Page[Any] = await alerts_page(tx, chosen, Paging(number, 20, None))
                assert [one.id for one in by_cursor.items] == [one.id for one in by_number.items]
                walked += [one.id for one in by_cursor.items]
                cursor = by_cursor.next_cursor
                if not cursor:
                    break
            assert walked == sorted(set(walked), reverse=True)
