"""Two nights of `python -m tests.faults`, with every test run: docs/faults.md has the account of many."""

import pytest

from tests.faults.__main__ import all_nights


@pytest.mark.timeout(300)  # the retries of what failed alone take a minute
async def test_no_page_is_lost_or_planned_twice_however_processes_die() -> None:
    tally, killed = await all_nights(2, first=2)
    assert killed
    assert tally.faults == {}
    assert tally.alerts == 100
    assert tally.messages > 100
