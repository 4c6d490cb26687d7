"""How quick are lists and searches among a million alerts of fifty organizations, and reports of a year of a million?

`python -m bench.lists` measures the lists, in SQL and over HTTP, as the biggest organization has them;
`python -m bench.lists year` the reports. Filling the tables takes a minute or two.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import psutil
import uvloop

from bench.crowd import write_crowd
from bench.server import Server, serving
from pulsar.alerts.listing import AlertFilter, alerts_page
from pulsar.base.cluster import Cluster
from pulsar.base.crypto import Keys
from pulsar.base.db import Database
from pulsar.base.http import Paging

ROUNDS = 20
NOW = datetime.now(UTC)
PASSWORD = "a password for the bench"

FILTERS: dict[str, dict[str, Any]] = {
    "no filter": {},
    "open": {"status": ["open"]},
    "not closed": {"status": ["open", "acknowledged", "snoozed"]},
    "P1": {"priority": ["P1"]},
    "no such priority": {"priority": ["P5"]},
    "open and P1": {"status": ["open"], "priority": ["P1"]},
    "a source": {"source": "zabbix"},
    "no such source": {"source": "nobody"},
    "nobody's": {"assigned_to_user_id": str(uuid4())},
    "an entity": {"entity": "host-77"},
    "no such alias": {"alias": "not/there"},
    "a tag": {"tag": ["billing"]},
    "three tags": {"tag": ["billing", "region-3", "team-4"]},
    "a week last spring": {
        "created_after": (NOW - timedelta(days=240)).isoformat(),
        "created_before": (NOW - timedelta(days=233)).isoformat(),
    },
}
SEARCHES: dict[str, dict[str, Any]] = {
    "search: in every alert": {"search": "over limit"},
    "search: one letter": {"search": "m"},
    "search: a host": {"search": "host-77"},
    "search: half a word": {"search": "certif"},
    "search: a storm long ago": {"search": "kafka"},
    "search: nothing": {"search": "qwertz"},
    "search: a number": {"search": "#4711"},
    "search: frequent, and rare": {"search": "over", "priority": ["P5"]},
    "search: long ago, and open": {"search": "kafka", "status": ["open"]},
}
REPORTS = (
    "response?step=day",
    "response?step=week",
    *(f"alerts?by={one}" for one in ("priority", "source", "team", "hour_of_week")),
    "noise",
    "load",
    "delivery",
)


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1] * 1000


async def timed(ask: Callable[[], Awaitable[Any]], rounds: int = ROUNDS) -> list[float]:
    await ask()
    found = []
    for _ in range(rounds):
        started = time.perf_counter()
        await ask()
        found.append(time.perf_counter() - started)
    return found


async def customer(server: Server, owner: asyncpg.Connection, org: UUID) -> httpx.AsyncClient:
    """Signed in, in the organization that was written by SQL."""
    http = httpx.AsyncClient(base_url=f"{server.url}/api/v1", timeout=60)
    login = {"email": "bench@example.org", "username": "bench", "password": PASSWORD}
    body = {**login, "full_name": "Bench", "organization_name": "Bench"}
    session = (await http.post("/auth/register", json=body)).raise_for_status().json()
    await owner.execute(
        "INSERT INTO memberships (org_id, user_id, role, active, joined_at) VALUES ($1, $2, 'owner', true, now())",
        org,
        UUID(session["user"]["id"]),
    )
    switch = {"organization_id": str(org), "refresh_token": session["refresh_token"]}
    session = (await http.post("/auth/switch", json=switch)).raise_for_status().json()
    http.headers["Authorization"] = f"Bearer {session['access_token']}"
    return http


async def measure_lists(server: Server, url: str) -> None:
    owner = await asyncpg.connect(url)
    org = (await write_crowd(owner))[0]
    http = await customer(server, owner, org)
    db = Database(url, Keys("only to open it"), size=1)
    async with db.in_org(org) as tx:
        backend = psutil.Process(await tx.driver.fetchval("SELECT pg_backend_pid()"))
    # The last says the same when the machine has other things to do.
    print(f"\n{'first page of':28}{'SQL p95':>12}{'HTTP p95':>12}{'processor':>12}")
    every: dict[str, list[list[float]]] = {"a filter": [[], []], "a search": [[], []]}
    for name, asked in (FILTERS | SEARCHES).items():

        async def by_sql(asked: dict[str, Any] = asked) -> None:
            async with db.in_org(org) as tx:
                await alerts_page(tx, AlertFilter.model_validate(asked), Paging(1, 20, None))

        async def by_http(asked: dict[str, Any] = asked) -> None:
            (await http.get("/alerts", params=asked)).raise_for_status()

        before = sum(backend.cpu_times()[:2])
        sql = await timed(by_sql)
        processor = 1000 * (sum(backend.cpu_times()[:2]) - before) / (ROUNDS + 1)
        web = await timed(by_http)
        for all_of, own in zip(every["a search" if name in SEARCHES else "a filter"], (sql, web), strict=True):
            all_of += own
        print(f"{name:28}{p95(sql):>9.1f} ms{p95(web):>9.1f} ms{processor:>9.1f} ms", flush=True)
    for name, (sql, web) in every.items():
        print(f"{'any: ' + name:28}{p95(sql):>9.1f} ms{p95(web):>9.1f} ms")
    scans = "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'alerts'"
    scanned = await owner.fetchval(scans)
    for asked in (FILTERS | SEARCHES).values():
        (await http.get("/alerts", params=asked)).raise_for_status()
    await asyncio.sleep(2)
    print(f"sequential scans of alerts    {await owner.fetchval(scans) - scanned}")
    await db.engine.dispose()
    await http.aclose()
    await owner.close()


async def measure_reports(server: Server, url: str) -> None:
    owner = await asyncpg.connect(url)
    org = (await write_crowd(owner, organizations=2, biggest=1.0, aliases=2500))[0]
    http = await customer(server, owner, org)
    span = {"from": str((NOW - timedelta(days=365)).date()), "time_zone": "Europe/Berlin"}
    print(f"\n{'a year of a million alerts':28}{'median':>12}{'worst':>12}")
    for report in REPORTS:
        path, _, more = report.partition("?")
        params = span | dict(part.split("=") for part in more.split("&") if part)

        async def ask(path: str = path, params: dict[str, str] = params) -> None:
            (await http.get(f"/reports/{path}", params=params)).raise_for_status()

        took = await timed(ask, rounds=5)
        print(f"{report:28}{statistics.median(took):>10.2f} s{max(took):>10.2f} s", flush=True)
    await http.aclose()
    await owner.close()


def main() -> None:
    measured = measure_reports if sys.argv[1:] == ["year"] else measure_lists
    with tempfile.TemporaryDirectory(prefix="pulsar-bench-") as folder, serving(Path(folder)) as server:
        uvloop.run(measured(server, Cluster(Path(folder)).url))


if __name__ == "__main__":
    main()
