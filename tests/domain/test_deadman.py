"""The dead man's switch: somebody outside is told for as long as pages go out in time, and notices when they do not."""

from datetime import timedelta

import httpx
import pytest
import pytest_asyncio
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from pulsar.base.crypto import Keys
from pulsar.base.db import Database
from pulsar.base.http import Pulsar
from pulsar.engine import deadman
from pulsar.engine.model import Worker
from pulsar.settings import Settings
from tests.conftest import SECRET_KEY
from tests.domain.test_health import worker as worker_heard_of
from tests.e2e.processes import free_port
from tests.ladders import ladder, level
from tests.receiver import Receiver
from tests.world import Clock, Engine, Person

worker = worker_heard_of


@pytest_asyncio.fixture(autouse=True)
async def quiet(pulsar: Pulsar, worker: Worker, owner: AsyncConnection) -> None:
    """Nothing that other tests have left lying is late."""
    await owner.execute(text("UPDATE escalations SET status = 'stopped', next_at = NULL WHERE status = 'running'"))
    await owner.execute(text("UPDATE notifications SET status = 'failed' WHERE status IN ('pending', 'sending')"))
    await owner.commit()


@pytest.fixture
def watched(pulsar: Pulsar, receiver: Receiver) -> Pulsar:
    return Pulsar(pulsar.settings.model_copy(update={"deadman_url": receiver.url}), pulsar.keys, pulsar.db)


async def health(http: httpx.AsyncClient) -> tuple[int, list[str]]:
    answer = await http.get("/health/engine")
    return answer.status_code, answer.json()["troubles"]


async def test_it_is_told_while_all_is_well(watched: Pulsar, receiver: Receiver, http: httpx.AsyncClient) -> None:
    assert await health(http) == (200, [])
    await deadman.ping(watched)
    assert [(r.method, r.path) for r in receiver.received] == [("GET", "/hook")]
    assert deadman.interval(watched.settings) == timedelta(seconds=60)


@pytest.mark.parametrize(("seconds", "words"), [(13, "No worker is running"), (31, "late"), (51, "stuck")])
async def test_it_falls_silent_when_a_worker_or_a_part_of_it_stalls(
    watched: Pulsar, receiver: Receiver, http: httpx.AsyncClient, clock: Clock, worker: Worker, seconds: int, words: str
) -> None:
    """R14, F2: the auditor is watched as well. The heart of the worker goes on beating in the last two."""
    clock.pass_time(timedelta(seconds=seconds))
    if seconds > 13:
        async with watched.db.without_org() as tx:
            (await tx.get_one(Worker, worker.id)).seen_at = clock.now()
    status, troubles = await health(http)
    assert status == 503
    assert words in troubles[-1]
    await deadman.ping(watched)
    assert receiver.received == []


async def test_it_falls_silent_when_pages_run_late_and_speaks_again_when_they_do_not(
    ana: Person, engine: Engine, watched: Pulsar, receiver: Receiver, http: httpx.AsyncClient, worker: Worker
) -> None:
    await ladder(ana, level(0, ana))
    await ana.makes("/alerts", message="Disk full")
    await engine.stand_still(seconds=40)
    async with watched.db.without_org() as tx:
        row = await tx.get_one(Worker, worker.id)
        row.seen_at = row.swept_at = row.audited_at = engine.clock.now()
    status, troubles = await health(http)
    assert (status, len(troubles)) == (503, 1)
    assert "late by 4" in troubles[0]
    await deadman.ping(watched)
    assert receiver.received == []
    await engine.settle()
    assert await health(http) == (200, [])
    await deadman.ping(watched)
    assert len(receiver.received) == 1


async def test_it_falls_silent_with_the_database(watched: Pulsar, receiver: Receiver) -> None:
    url = f"postgresql://pulsar@127.0.0.1:{free_port()}/pulsar"
    keys = Keys(SECRET_KEY)
    await deadman.ping(Pulsar(watched.settings, keys, Database(url, keys, size=1)))
    assert receiver.received == []


@pytest.mark.parametrize("answer", ["500 Down", "404 Unknown", "302 Found\r\nLocation: http://localhost/"])
async def test_who_does_not_listen_disturbs_nobody(watched: Pulsar, receiver: Receiver, answer: str) -> None:
    receiver.answers.append(answer)
    await deadman.ping(watched)
    await deadman.ping(watched)
    assert len(receiver.received) == 2


async def test_without_an_address_nobody_is_told(pulsar: Pulsar) -> None:
    await deadman.ping(pulsar)


def test_an_address_that_is_none_is_refused_and_a_real_one_is_not_shown() -> None:
    with pytest.raises(ValidationError, match="https://"):
        Settings(deadman_url="hc-ping.example.org/secret")
    assert "secret" not in repr(Settings(deadman_url="https://hc-ping.example.org/secret"))
