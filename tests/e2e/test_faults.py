"""Two nights of `python -m tests.faults`, with every test run: docs/faults.md has the account of many."""

import pytest

from tests.faults.__main__ import all_nights, table, together


@pytest.mark.timeout(300)  # the retries of what failed alone take a minute
async def test_no_page_is_lost_or_planned_twice_however_processes_die() -> None:
    tallies, hits = await all_nights(2, first=2)
    assert all(hits[seed] for seed in tallies), "each has a death of its own"
    tally = together(list(tallies.values()))
    assert tally.faults == {}, table(tallies, hits)
    assert tally.alerts == 100
    assert tally.messages > 100
