"""When a provider is left in peace, and how many of a worker's places one channel gets."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from pulsar.notify.breaker import OPENS_AFTER, PAUSE, Breaker
from pulsar.notify.lanes import Lanes, limit_of

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)


def after(failures: int) -> Breaker:
    breaker = Breaker()
    for _ in range(failures):
        breaker = breaker.failed(NOW)
    return breaker


def test_it_opens_at_the_fifth_failure_in_a_row() -> None:
    assert [after(n).is_open for n in range(OPENS_AFTER + 1)] == [False] * OPENS_AFTER + [True]
    assert after(OPENS_AFTER).retry_at == NOW + PAUSE


@given(st.integers(OPENS_AFTER, 1000))
def test_what_was_under_way_when_it_opened_does_not_make_the_pause_longer(failures: int) -> None:
    assert after(failures).retry_at == NOW + PAUSE


def test_after_the_pause_one_probe_keeps_the_others_out_for_another_pause() -> None:
    later = NOW + PAUSE
    assert after(OPENS_AFTER).refuses(later - timedelta(seconds=1))
    assert not after(OPENS_AFTER).refuses(later)
    probing = after(OPENS_AFTER).probing(later)
    assert probing.refuses(later + PAUSE / 2)
    assert not probing.refuses(later + PAUSE)


@given(st.integers(1, 1000))
def test_a_channel_never_takes_all_of_a_workers_places(places: int) -> None:
    assert limit_of(places) >= 1
    assert places < 2 or limit_of(places) < places


def test_a_full_lane_gives_each_message_a_turn_of_its_own_and_leaves_others_free() -> None:
    hanging, other = uuid4(), uuid4()
    lanes = Lanes(lambda: 1000.0)
    with ExitStack() as held:
        for _ in range(limit_of(30)):
            assert lanes.wait_for(hanging, 30) is None
            held.enter_context(lanes.taken(hanging))
        waits = [lanes.wait_for(hanging, 30) for _ in range(1000)]
        assert all(wait is not None and 0.5 <= wait <= 15 for wait in waits)
        assert waits == sorted(waits, key=lambda wait: wait or 0)
        assert lanes.wait_for(other, 30) is None
    assert lanes.wait_for(hanging, 30) is None


def test_a_lane_that_moves_slowly_is_given_slower_turns() -> None:
    seconds = iter(range(0, 1_000_000, 20))
    lanes, slow = Lanes(lambda: float(next(seconds))), uuid4()
    with lanes.taken(slow):
        for _ in range(50):
            with lanes.taken(slow):
                pass
        assert (lanes.wait_for(slow, 3) or 0) > 10


def test_where_a_provider_asks_for_a_pace_a_few_go_at_once_and_the_others_one_by_one() -> None:
    now = 1000.0
    lanes, slack, other = Lanes(lambda: now), uuid4(), uuid4()
    assert [lanes.slot(slack, 1.0) for _ in range(8)] == [0, 0, 0, 0, 0, 1, 2, 3]
    assert lanes.slot(other, 1.0) == 0
    now += 4
    assert lanes.slot(slack, 1.0) == 0
    now += 60
    assert [lanes.slot(slack, 1.0) for _ in range(6)] == [0, 0, 0, 0, 0, 1]
    assert [lanes.slot(other, 0.0) for _ in range(100)] == [0] * 100


def test_the_pace_is_kept_when_the_lane_is_empty_in_between() -> None:
    lanes, slack = Lanes(lambda: 1000.0), uuid4()
    waits = []
    for _ in range(7):
        with lanes.taken(slack):
            waits.append(lanes.slot(slack, 1.0))
    assert waits == [0, 0, 0, 0, 0, 1, 2]
