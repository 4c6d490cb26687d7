"""Two nights of `python -m tests.faults`, with every test run: docs/faults.md has the account of many."""

from tests.faults.__main__ import all_nights


async def test_no_page_is_lost_or_planned_twice_however_processes_die() -> None:
    tally, killed = await all_nights(2, first=2)
    assert killed
    assert tally.faults == {}
    assert tally.alerts == 100
    assert tally.messages > 100
