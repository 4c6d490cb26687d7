"""When a delivery is tried again, and when it is given up."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsar.alerts.rules import ALLOWED, Status
from pulsar.notify.actions import urgency_of
from pulsar.notify.rules import LONGEST_ANSWER, TRIES, Standing, Subject, kept_answer, retry_delay

jitters = st.floats(0, 1, exclude_max=True)
failures = st.integers(1, TRIES - 1)
asked = st.none() | st.floats(0, allow_nan=False)


def wait(failures: int, jitter: float = 0, asked_seconds: float | None = None) -> timedelta:
    found = retry_delay(failures, jitter, asked_seconds)
    assert found is not None
    return found


def test_the_distances_double_from_five_seconds_up_to_ten_minutes() -> None:
    assert [wait(n).total_seconds() for n in range(1, TRIES)] == [5, 10, 20, 40, 80, 160, 320]


def test_after_eight_tries_it_is_over() -> None:
    assert TRIES == 8
    assert [retry_delay(n, 0) for n in range(TRIES, TRIES + 5)] == [None] * 5


@given(failures, jitters)
def test_jitter_takes_off_a_quarter_at_most_and_adds_nothing(failures: int, jitter: float) -> None:
    whole = wait(failures)
    assert whole * 0.75 <= wait(failures, jitter) <= whole


@given(failures, jitters, asked)
def test_no_wait_is_longer_than_ten_minutes_nor_shorter_than_a_jittered_first(
    failures: int, jitter: float, asked_seconds: float | None
) -> None:
    assert timedelta(seconds=3.75) <= wait(failures, jitter, asked_seconds) <= timedelta(minutes=10)


@given(failures, jitters, st.floats(0, 600))
def test_who_asks_for_patience_gets_it(failures: int, jitter: float, asked_seconds: float) -> None:
    assert wait(failures, jitter, asked_seconds) >= timedelta(seconds=asked_seconds)
    assert wait(failures, jitter, asked_seconds) >= wait(failures, jitter)


@given(jitters, jitters)
def test_every_wait_is_longer_than_the_one_before(one: float, other: float) -> None:
    for before, after in pairwise(range(1, TRIES)):
        assert wait(after, one) > wait(before, other)


@given(st.text(st.characters()), st.integers(0, 3))
def test_any_answer_can_be_written_down(answer: str, times: int) -> None:
    kept = kept_answer(answer * 10**times)
    assert len(kept) <= LONGEST_ANSWER
    assert "\0" not in kept
    kept.encode()


def test_an_answer_in_utf8_is_kept_as_it_is() -> None:
    assert kept_answer("250 übernommen ✓") == "250 übernommen ✓"


@pytest.mark.parametrize(("priority", "urgency"), [("P1", 5), ("P2", 4), ("P3", 3), ("P4", 2), ("P5", 1)])
def test_in_a_queue_the_more_urgent_goes_first(priority: str, urgency: int) -> None:
    assert urgency_of({"subject": {"priority": priority}}) == urgency


def test_what_is_about_no_alert_goes_in_the_middle() -> None:
    assert urgency_of({"title": "Hello"}) == urgency_of({"subject": {"priority": "P3"}})


@given(st.builds(Subject, st.uuids(), st.integers(), st.just("P1"), st.text(), st.just(""), st.just("/")))
def test_a_subject_comes_back_from_its_row_as_it_was(subject: Subject) -> None:
    assert Subject.from_json(subject.to_json()) == subject
    assert isinstance(Subject.from_json(subject.to_json()).id, UUID)


def test_what_is_offered_beside_a_message_is_what_an_alert_allows() -> None:
    verbs = ("acknowledge", "snooze", "close")
    for status in Status:
        assert Standing(status.value).possible == tuple(verb for verb in verbs if status in ALLOWED[verb])
    assert Standing("deleted").possible == ()


def test_a_standing_comes_back_from_the_row_as_it_was() -> None:
    standing = Standing("snoozed", "Ana", datetime(2026, 11, 24, 22, tzinfo=UTC), None)
    assert Standing.from_json(standing.to_json()) == standing
    assert Standing.from_json(Standing().to_json()) == Standing()
