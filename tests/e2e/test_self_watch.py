"""A worker that stands still, without being dead: whoever watches from outside notices within a minute."""

import signal
from pathlib import Path

import httpx

from tests.e2e.processes import Running, Starter, until
from tests.receiver import Receiver

RED_WITHIN_SECONDS = 60.0


async def is_well(running: Running) -> bool:
    async with httpx.AsyncClient(base_url=running.url, timeout=10) as http:
        return (await http.get("/health/engine")).status_code == 200


async def test_a_worker_that_is_stopped_turns_health_red_and_the_dead_mans_switch_silent(
    start: Starter, data_dir: Path, outside: Receiver
) -> None:
    """R14, F2, F28."""
    running = await start(data_dir, deadman_url=outside.url, deadman_seconds=1).ready()
    await until("health", lambda: is_well(running))
    await until("a sign of life", lambda: outside.received)

    running.worker().send_signal(signal.SIGSTOP)

    async def red() -> bool:
        return not await is_well(running)

    await until("red", red, RED_WITHIN_SECONDS)
    heard = len(outside.received)
    running.worker().send_signal(signal.SIGCONT)
    await until("health again", lambda: is_well(running))
    await until("another sign of life", lambda: len(outside.received) > heard)
