"""When is a heartbeat late, and when is something to be done about it?"""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pulsar.heartbeats.rules import due_after, standing, turn

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
INSTANTS = st.integers(-1000, 1000).map(lambda seconds: NOON + timedelta(seconds=seconds))
MAYBE = st.none() | INSTANTS


def test_it_is_late_from_the_instant_on_that_it_is_due() -> None:
    due = due_after(NOON, timedelta(minutes=5), timedelta(seconds=30))
    assert standing(True, due, due - timedelta(microseconds=1)) == "alive"
    assert standing(True, due, due) == "late"


def test_before_the_first_ping_nothing_is_due() -> None:
    assert standing(True, None, NOON) == "waiting"
    assert turn(True, None, None, NOON) is None


@given(st.booleans(), MAYBE, MAYBE, INSTANTS)
def test_a_turn_leads_to_where_there_is_nothing_more_to_do(
    enabled: bool, due_at: datetime | None, late_since: datetime | None, now: datetime
) -> None:
    match turn(enabled, due_at, late_since, now):
        case "late":
            assert turn(enabled, due_at, due_at, now) is None
        case "returned":
            assert turn(enabled, due_at, None, now) is None


@given(MAYBE, MAYBE, INSTANTS)
def test_one_that_is_off_is_never_late(due_at: datetime | None, late_since: datetime | None, now: datetime) -> None:
    assert turn(False, due_at, late_since, now) != "late"
