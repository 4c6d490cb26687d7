"""The ladder of a policy, walked step by step."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pulsar.escalation.rules import NO_POLICY, Condition, Ladder, Level, Step, Target, held, planned

T0 = datetime(2026, 11, 23, 20, tzinfo=UTC)

delays = st.integers(0, 7 * 24 * 3600).map(lambda seconds: timedelta(seconds=seconds))
targets = st.builds(Target, type=st.sampled_from(["user", "team"]), id=st.uuids())
levels = st.builds(
    Level,
    delay=delays,
    targets=st.lists(targets, max_size=2).map(tuple),
    condition=st.sampled_from(["not_acknowledged", "not_closed"]),
)
ladders = st.builds(
    Ladder,
    levels=st.lists(levels, min_size=1, max_size=4).map(tuple),
    repeat_count=st.integers(0, 3),
    repeat_delay=delays,
)
emptied = st.sets(st.integers(0, 3))


def walked(ladder: Ladder) -> list[Step]:
    steps = []
    step: Step | None = ladder.first()
    while step:
        steps.append(step)
        step = ladder.after(step.cycle, step.position)
    return steps


def plan(ladder: Ladder, empty: set[int] | None = None) -> list[tuple[Step, datetime]]:
    return list(planned(ladder, 0, 0, T0 + ladder.first().wait, empty or set()))


def ladder_of(*seconds: int, repeat_count: int = 0, repeat_delay: int = 0) -> Ladder:
    made = tuple(Level(timedelta(seconds=s), (Target("user", UUID(int=s)),)) for s in seconds)
    return Ladder(made, repeat_count, timedelta(seconds=repeat_delay))


@given(ladders)
def test_every_level_comes_once_in_every_round(ladder: Ladder) -> None:
    steps = walked(ladder)
    assert len(steps) == len(ladder.levels) * (ladder.repeat_count + 1)
    assert [(s.cycle, s.position) for s in steps] == [
        (cycle, position) for cycle in range(ladder.repeat_count + 1) for position in range(len(ladder.levels))
    ]


@given(ladders)
def test_no_step_comes_before_its_delay_has_passed_since_the_one_before(ladder: Ladder) -> None:
    before = T0
    for step, at in plan(ladder):
        assert at - before >= ladder.levels[step.position].delay
        before = at


@given(ladders)
def test_the_plan_is_the_walk_with_its_waits_added_up(ladder: Ladder) -> None:
    at = T0
    for step, (shown, when) in zip(walked(ladder), plan(ladder), strict=True):
        at += step.wait
        assert (shown.cycle, shown.position, when) == (step.cycle, step.position, at)


@given(ladders, emptied)
def test_an_empty_level_hands_over_at_once_and_a_new_round_waits_in_any_case(ladder: Ladder, empty: set[int]) -> None:
    steps = plan(ladder, empty)
    assert [(s.cycle, s.position) for s, _ in steps] == [(s.cycle, s.position) for s in walked(ladder)]
    for (one, at), (other, then) in pairwise(steps):
        delay = ladder.levels[other.position].delay
        if other.cycle != one.cycle:
            assert then - at == ladder.repeat_delay + delay
        else:
            assert then - at == (timedelta() if one.position in empty else delay)


@given(ladders)
def test_a_plan_can_be_taken_up_at_any_step(ladder: Ladder) -> None:
    whole = plan(ladder)
    middle, at = whole[len(whole) // 2]
    rest = list(planned(ladder, middle.cycle, middle.position, at))
    assert [(s.cycle, s.position, t) for s, t in rest] == [
        (s.cycle, s.position, t) for s, t in whole[len(whole) // 2 :]
    ]


@given(ladders)
def test_what_a_run_keeps_is_the_ladder_it_was_given(ladder: Ladder) -> None:
    assert Ladder.from_json(ladder.to_json()) == ladder


def test_the_ladder_without_a_policy_has_one_step_that_finds_nobody() -> None:
    assert walked(NO_POLICY) == [Step(0, 0, timedelta())]
    assert NO_POLICY.level(0).targets == ()
    assert Ladder.from_json(NO_POLICY.to_json()) == NO_POLICY


def test_rounds_of_a_ladder_without_levels_are_not_walked() -> None:
    assert walked(Ladder((), repeat_count=100)) == [Step(0, 0, timedelta())]


def test_a_round_waits_the_repeat_delay_and_then_its_first_level_s_own() -> None:
    ladder = ladder_of(10, 300, repeat_count=1, repeat_delay=600)
    assert [(at - T0).total_seconds() for _, at in plan(ladder)] == [10, 310, 920, 1220]


def test_only_a_level_until_acknowledged_keeps_silent_afterwards() -> None:
    def level(condition: Condition) -> Level:
        return Level(timedelta(), (), condition)

    assert held(level("not_acknowledged"), acknowledged=True)
    assert not held(level("not_acknowledged"), acknowledged=False)
    assert not held(level("not_closed"), acknowledged=True)
    assert not Ladder((level("not_acknowledged"),)).pages_acknowledged()
    assert Ladder((level("not_acknowledged"), level("not_closed"))).pages_acknowledged()
