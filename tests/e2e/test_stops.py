"""However Pulsar ends, it ends in order where it can, leaves nothing running, and loses nothing."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.e2e.paging import LATEST_SECONDS, paged_by_mail, pages
from tests.e2e.processes import Running, Starter, until, workers_of
from tests.ladders import integration, ladder, level
from tests.receiver import Receiver
from tests.world import Mailbox, register

STOPS_WITHIN_SECONDS = 5.0


def ctrl_c(running: Running) -> None:
    """As a terminal does it: to all in the foreground."""
    os.killpg(running.process.pid, signal.SIGINT)


def terminate(running: Running) -> None:
    running.process.send_signal(signal.SIGTERM)


@pytest.mark.parametrize("stop", [ctrl_c, terminate], ids=lambda stop: stop.__name__)
async def test_a_signal_stops_worker_server_and_database_in_order(
    stop: Callable[[Running], None], start: Starter, data_dir: Path
) -> None:
    running = await start(data_dir).ready()
    assert len(running.leftovers()) == 2

    stop(running)

    assert await running.ends(STOPS_WITHIN_SECONDS) == 0
    assert running.leftovers() == []
    assert "Traceback" not in running.stderr
    assert "error" not in running.stderr
    assert "worker_stopped" in running.stderr  # it said goodbye to a database that was still there
    assert "database system is shut down" in (data_dir / "postgres.log").read_text().splitlines()[-1]


@pytest.mark.parametrize("stop", [ctrl_c, terminate], ids=lambda stop: stop.__name__)
async def test_a_signal_while_it_starts_leaves_nothing_running(
    stop: Callable[[Running], None], start: Starter, data_dir: Path
) -> None:
    running = start(data_dir)
    await until("the database", (data_dir / "postgres" / "postmaster.pid").exists)

    stop(running)

    assert await running.ends(STOPS_WITHIN_SECONDS) in (0, 1)
    assert running.leftovers() == []
    assert "Traceback" not in running.stderr


async def test_a_message_that_a_stop_cut_short_is_sent_after_the_next_start(
    start: Starter, data_dir: Path, slow: Receiver
) -> None:
    running = await start(data_dir).ready()
    async with httpx.AsyncClient(base_url=running.url, timeout=20) as http:
        ana = await register(http, "Ana")
        await ana.makes("/notifications/channels", **slow.channel(timeout_seconds=100))
        await ladder(ana, level(0, ana))
        alert = (await (await integration(ana)).tells(message="Disk full"))["alerts"][0]["id"]
        await until("the message on its way", slow.reached.is_set)
        ticket = (await ana.makes("/ws/ticket"))["ticket"]
        async with connect(f"ws://127.0.0.1:{running.port}/api/v1/ws?ticket={ticket}"):
            running.process.send_signal(signal.SIGINT)
            assert await running.ends(STOPS_WITHIN_SECONDS) == 0
    assert running.leftovers() == []

    slow.answering.set()
    running = await start(data_dir).ready()
    await until("the message again", lambda: len(slow.received) == 2, LATEST_SECONDS)
    async with httpx.AsyncClient(base_url=running.url, timeout=20) as ana.http:

        async def sent() -> bool:
            return [status for status, _ in await pages(ana, alert)] == ["sent"]

        await until("its end", sent)


async def test_nothing_is_lost_when_all_of_it_is_killed(start: Starter, data_dir: Path, mail: Mailbox) -> None:
    running = await start(data_dir).ready()
    async with httpx.AsyncClient(base_url=running.url, timeout=20) as http:
        ana = await register(http, "Ana")
        monitoring = await paged_by_mail(ana, mail, 0, 2)
        taken = [(await monitoring.tells(message=f"Disk {n}"))["alerts"][0]["id"] for n in range(10)]
        running.process.kill()  # at once after the last answer
        running.process.wait()

    await until("the end of its worker", lambda: workers_of(data_dir) == [], STOPS_WITHIN_SECONDS)
    assert "Traceback" not in running.stderr

    running = await start(data_dir).ready()
    async with httpx.AsyncClient(base_url=running.url, timeout=20) as ana.http:
        alerts = (await ana.has("/alerts"))["items"]
        assert {alert["id"] for alert in alerts} == set(taken)
        assert [alert["number"] for alert in alerts] == list(range(10, 0, -1))

        async def all_paged() -> bool:
            return [await pages(ana, alert) for alert in taken] == [[("sent", 1), ("sent", 1)]] * 10

        await until("both levels for each", all_paged, LATEST_SECONDS)
