"""What is slow and can wait stands in nobody's way: alerts come in and are acknowledged while reports take for ever."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from pulsar.base.db import Transaction
from pulsar.base.http import Pulsar
from pulsar.reports import noise
from tests.e2e.processes import until
from tests.ladders import integration
from tests.world import Person

# More than a node has connections.
READERS = 60


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    async def noisiest(tx: Transaction, *_: Any) -> list[Any]:
        await tx.execute(text("SELECT pg_sleep(60)"))
        return []

    monkeypatch.setattr(noise, "noisiest", noisiest)


@pytest.mark.usefixtures("endless")
async def test_an_alert_comes_in_and_is_acknowledged_while_reports_take_for_ever(pulsar: Pulsar, ana: Person) -> None:
    tool = await integration(ana)
    span = {"from": "2026-03-28", "to": "2026-03-30"}
    reading = [asyncio.create_task(ana.get("/reports/noise", **span)) for _ in range(READERS)]
    try:
        await until("reports on every turn", pulsar.slow_turns.locked)
        async with asyncio.timeout(20):
            alert = (await tool.tells(message="Disk full", alias="disk"))["alerts"][0]["id"]
            await ana.makes(f"/alerts/{alert}/acknowledge")
        assert not any(one.done() for one in reading), "the reports were not slow"
    finally:
        for one in reading:
            one.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
