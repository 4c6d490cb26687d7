"""A small part of `python -m tests.races`, with every test run."""

import asyncio
from pathlib import Path

import pytest

from bench import storm
from bench.server import serving
from tests.races.pressing import press
from tests.races.workers import shared


@pytest.mark.timeout(180)
async def test_no_page_begins_after_an_acknowledgement_or_a_close_was_answered(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        races = await press(server, tmp_path, 150)
    assert len(races.pressed_at) == 150
    assert races.paged
    assert races.begun_after == []


@pytest.mark.timeout(180)
async def test_three_workers_send_every_message_once(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        found = await asyncio.to_thread(shared, server, tmp_path, 100)
    assert len(found.messages) == storm.CHANNELS * 100
    assert set(found.messages.values()) == {1}
