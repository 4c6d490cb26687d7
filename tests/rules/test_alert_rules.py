"""What may happen to an alert, and what many signals come to."""

import time
from collections import defaultdict
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsar.alerts.rules import ALLOWED, LONGEST_SNOOZE, Action, Fold, Priority, Signal, Status, rounds

actions: st.SearchStrategy[Action] = st.sampled_from(["create", "close", "acknowledge"])
signals = st.lists(
    st.builds(Signal, action=actions, alias=st.sampled_from("abcdef"), priority=st.sampled_from(Priority)), max_size=25
)


def by_alias(batch: list[Signal]) -> dict[str, list[Fold]]:
    folds = defaultdict(list)
    for each in rounds(batch):
        for fold in each:
            folds[fold.alias].append(fold)
    return folds


@given(signals)
def test_the_rounds_keep_the_order_of_every_alias(batch: list[Signal]) -> None:
    for alias, folds in by_alias(batch).items():
        places = [place for fold in folds for place in fold.members]
        assert places == [place for place, signal in enumerate(batch) if signal.alias == alias]


@given(signals)
def test_every_signal_is_in_one_round_and_once(batch: list[Signal]) -> None:
    places = [place for each in rounds(batch) for fold in each for place in fold.members]
    assert sorted(places) == list(range(len(batch)))


@given(signals)
def test_an_alias_stands_once_in_a_round(batch: list[Signal]) -> None:
    for each in rounds(batch):
        aliases = [fold.alias for fold in each]
        assert len(aliases) == len(set(aliases))


@given(signals)
def test_a_fold_is_of_one_action_and_as_urgent_as_its_most_urgent_signal(batch: list[Signal]) -> None:
    for each in rounds(batch):
        for fold in each:
            members = [batch[place] for place in fold.members]
            assert {member.action for member in members} == {fold.action}
            assert fold.first is members[0]
            assert fold.priority == min(member.priority for member in members)


@given(signals)
def test_neighbouring_folds_of_an_alias_differ_in_their_action(batch: list[Signal]) -> None:
    """Else the second could have been part of the first, and a storm of repetitions would be many rounds."""
    for folds in by_alias(batch).values():
        assert all(one.action != other.action for one, other in pairwise(folds))


def test_a_storm_of_creations_is_one_round() -> None:
    batch = [Signal("create", f"disk-{i % 700}") for i in range(2000)]
    assert len(rounds(batch)) == 1
    assert len(rounds(batch)[0]) == 700


def test_no_signals_make_no_rounds() -> None:
    assert rounds([]) == []


@pytest.mark.parametrize("aliases", [1, 100, 20_000])
def test_folding_takes_time_in_proportion_to_the_signals(aliases: int) -> None:
    """The largest body has some 60,000 signals; quadratic work on them would hold the intake up for minutes."""
    batch = [Signal("create" if i // aliases % 2 else "close", str(i % aliases)) for i in range(20_000)]
    started = time.process_time()
    rounds(batch)
    assert time.process_time() - started < 2


MAY = {
    "acknowledge": {"open", "snoozed"},
    "unacknowledge": {"acknowledged"},
    "snooze": {"open", "acknowledged"},
    "close": {"open", "acknowledged", "snoozed"},
}


@pytest.mark.parametrize("verb", MAY)
def test_what_may_be_done_is_a_matter_of_the_status(verb: str) -> None:
    assert {status.value for status in ALLOWED[verb]} == MAY[verb]


def test_nothing_is_done_to_a_closed_alert() -> None:
    assert not [verb for verb, statuses in ALLOWED.items() if Status.CLOSED in statuses]


def test_priorities_sort_by_urgency() -> None:
    assert sorted(Priority, reverse=True) == [Priority.P5, Priority.P4, Priority.P3, Priority.P2, Priority.P1]


def test_a_snooze_is_no_way_to_switch_an_alert_off() -> None:
    assert LONGEST_SNOOZE.total_seconds() == 24 * 3600
