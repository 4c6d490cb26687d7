"""The arithmetic of rate limits, on a clock of its own."""

from hypothesis import given
from hypothesis import strategies as st

from pulsar.door.rules import WINDOW_SECONDS, Limit

waits = st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=200)


@given(per_minute=st.integers(1, 50), waits=waits)
def test_in_no_minute_are_there_more_than_what_was_saved_up_and_what_came_meanwhile(
    per_minute: int, waits: list[float]
) -> None:
    limit, full_at, now = Limit("key", per_minute), 0.0, 1000.0
    let_through: list[float] = []
    for wait in waits:
        now += wait
        becomes = limit.take(full_at, now)
        if becomes is not None:
            full_at = becomes
            let_through.append(now)
    for begin in let_through:
        within = [at for at in let_through if begin <= at < begin + WINDOW_SECONDS]
        assert len(within) <= 2 * per_minute


@given(per_minute=st.integers(1, 10_000))
def test_a_full_bucket_has_exactly_the_limit_in_it_and_says_when_there_is_one_more(per_minute: int) -> None:
    limit, full_at, now, times = Limit("key", per_minute), 0.0, 1000.0, 0
    while (becomes := limit.take(full_at, now)) is not None:
        full_at, times = becomes, times + 1
        assert limit.left(full_at, now) == per_minute - times
    assert times == per_minute
    wait = limit.wait(full_at, now)
    assert 0 < wait <= limit.seconds_each * 1.001
    assert limit.take(full_at, now + wait * 1.001) is not None
    assert limit.spent(full_at, now) == per_minute
