"""Is all well? For load balancers and for Prometheus."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest_asyncio
from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncConnection

from pulsar import app
from pulsar.base import clock as base_clock
from pulsar.base.crypto import Keys
from pulsar.base.db import Database
from pulsar.base.http import Pulsar
from pulsar.base.ids import new_id
from pulsar.engine.model import Worker
from pulsar.settings import Settings
from tests.conftest import SECRET_KEY
from tests.e2e.processes import free_port
from tests.ladders import ladder, level
from tests.world import Clock, Engine, Mailbox, Person


@pytest_asyncio.fixture
async def worker(pulsar: Pulsar, clock: Clock, owner: AsyncConnection) -> AsyncIterator[Worker]:
    """One that was heard of just now, the only one, and without what other tests have left undone."""
    for leftover in ("escalations SET status = 'stopped'", "notifications SET status = 'cancelled'"):
        await owner.execute(text(f"UPDATE {leftover} WHERE status IN ('running', 'pending', 'sending')"))
    await owner.commit()
    now = base_clock.now()
    row = Worker(
        id=new_id(), host="here", pid=1, version="0", started_at=now, seen_at=now, swept_at=now, audited_at=now
    )
    async with pulsar.db.without_org() as tx:
        await tx.execute(delete(Worker))
        tx.add(row)
    yield row
    async with pulsar.db.without_org() as tx:
        await tx.execute(delete(Worker))


@pytest_asyncio.fixture
async def away(http: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """A node whose database does not answer."""
    url = f"postgresql://pulsar@127.0.0.1:{free_port()}/pulsar"
    keys = Keys(SECRET_KEY)
    node = Pulsar(Settings(database_url=url), keys, Database(url, keys, size=1))
    transport = httpx.ASGITransport(app.build(node), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://pulsar.test") as client:
        yield client


async def metrics(http: httpx.AsyncClient) -> dict[str, float]:
    answer = await http.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    samples = (line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in samples}


async def test_it_is_ready_while_a_worker_is_heard_of(http: httpx.AsyncClient, clock: Clock, worker: Worker) -> None:
    answer = await http.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"database": True, "worker": True, "live": True, "detail": "ready"},
    )
    clock.pass_time(timedelta(seconds=15))
    silent = await http.get("/readyz")
    assert silent.status_code == 503
    assert (silent.json()["database"], silent.json()["worker"]) == (True, False)
    assert "nobody is paged" in silent.json()["detail"]


async def test_without_its_database_it_is_alive_and_not_ready(away: httpx.AsyncClient) -> None:
    assert (await away.get("/healthz")).status_code == 200
    answer = await away.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, False)
    assert (await metrics(away))["pulsar_database_up"] == 0


async def test_health_needs_no_token_and_gives_nothing_away(http: httpx.AsyncClient, worker: Worker) -> None:
    for path in ("/healthz", "/readyz", "/health/engine", "/metrics"):
        answer = await http.get(path)
        assert answer.status_code == 200
        assert "here" not in answer.text.split()
        assert (await http.post(path)).status_code == 405


async def test_metrics_say_what_is_waiting_and_what_went_wrong(
    http: httpx.AsyncClient, ana: Person, engine: Engine, mail: Mailbox, worker: Worker
) -> None:
    before = await metrics(http)
    assert (before["pulsar_database_up"], before["pulsar_workers"]) == (1, 1)
    await ladder(ana, level(0, ana), level(600, ana))
    alert = await ana.makes("/alerts", message="Disk full")
    faulty = await ana.makes("/alerts", message="Fan", escalation_policy_id=None)
    await engine.settle()
    running = await metrics(http)
    assert running["pulsar_escalations_running"] == before["pulsar_escalations_running"] + 2
    faults = "pulsar_escalations_faulty_last_hour"
    assert running[faults] == before[faults] + 2, "there is no channel"
    for made in (alert, faulty):
        await ana.makes(f"/alerts/{made['id']}/close")
    assert (await metrics(http))["pulsar_escalations_running"] == before["pulsar_escalations_running"]


async def test_metrics_count_what_came_in_and_what_was_refused(
    http: httpx.AsyncClient, ana: Person, worker: Worker
) -> None:
    token = (await ana.makes("/webhooks/incoming", name="Nagios"))["token"]
    taken = 'pulsar_signals_total{result="created",source="generic"}'
    refused = 'pulsar_ingest_refused_total{reason="malformed_json"}'
    before = await metrics(http)
    await http.post(f"/api/v1/webhook/{token}", json={"message": "Disk full"})
    await http.post(f"/api/v1/webhook/{token}", content=b"{")
    after = await metrics(http)
    assert after[taken] == before.get(taken, 0) + 1
    assert after[refused] == before.get(refused, 0) + 1
