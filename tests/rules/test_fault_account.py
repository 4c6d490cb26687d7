"""Would the account of a night see it if a page were lost? What `python -m tests.faults` counts, on made-up nights."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.account import Message, Paged, account

T0 = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
STEPS = ((0, 0, 0.0, frozenset({"ana"})), (0, 1, 2.0, frozenset({"ana", "bo"})))


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def message(level: int, person: str | None, second: float) -> Message:
    name = f"{level}-{person}"
    channel = "mail" if person else "room"
    return Message(name, name, "alert", "run:1", 0, level, person, channel, "sent", None, (at(second),))


MESSAGES = [
    message(0, "ana", 0.1),
    message(0, None, 0.1),
    message(1, "ana", 2.2),
    message(1, "bo", 2.2),
    message(1, None, 2.2),
]
ALL_ARRIVED = Counter(one.id for one in MESSAGES)
ALERT = Paged(
    alert="alert",
    accepted=True,
    found=True,
    created_at=T0,
    acknowledged_at=None,
    running=False,
    steps=STEPS,
    fired=((0, 0, at(0.0)), (0, 1, at(2.5))),
)


def test_a_night_in_which_all_went_well_has_no_fault_and_its_lateness() -> None:
    tally = account([ALERT], MESSAGES, ALL_ARRIVED)
    assert (tally.faults, tally.alerts, tally.messages, tally.sent_twice) == ({}, 1, 5, 0)
    assert tally.lateness == [0.0, 0.5]


def test_an_alert_that_was_accepted_and_is_gone_is_lost() -> None:
    gone = replace(ALERT, found=False, created_at=None, fired=())
    assert account([gone], [], Counter()).faults == {"lost_alerts": 1}


def test_a_level_that_was_never_fired_is_missing_unless_somebody_acknowledged() -> None:
    short = replace(ALERT, fired=ALERT.fired[:1])
    assert account([short], MESSAGES[:2], ALL_ARRIVED).faults == {"missing_levels": 1}
    acknowledged = replace(short, acknowledged_at=at(1))
    assert account([acknowledged], MESSAGES[:2], ALL_ARRIVED).faults == {}


@pytest.mark.parametrize("lost", range(5))
def test_a_message_that_never_arrived_is_missing(lost: int) -> None:
    arrived = ALL_ARRIVED - Counter([MESSAGES[lost].id])
    assert account([ALERT], MESSAGES, arrived).faults == {"missing_pages": 1}


@pytest.mark.parametrize("lost", range(5))
def test_a_message_that_was_never_written_is_missing(lost: int) -> None:
    written = [one for i, one in enumerate(MESSAGES) if i != lost]
    assert account([ALERT], written, ALL_ARRIVED).faults == {"missing_pages": 1}


def test_a_message_that_was_given_up_is_missing() -> None:
    failed = [replace(one, status="failed") if one.person == "bo" else one for one in MESSAGES]
    assert account([ALERT], failed, ALL_ARRIVED).faults == {"missing_pages": 1}


def test_a_message_that_was_withdrawn_is_missing_only_if_nobody_acknowledged() -> None:
    withdrawn = [replace(one, status="cancelled") if one.person == "bo" else one for one in MESSAGES]
    arrived = ALL_ARRIVED - Counter(["1-bo"])
    assert account([ALERT], withdrawn, arrived).faults == {"missing_pages": 1}
    assert account([replace(ALERT, acknowledged_at=at(2.4))], withdrawn, arrived).faults == {}


def test_a_message_that_went_out_with_a_digest_arrived_if_the_digest_did() -> None:
    carried = [replace(one, travelled_as="digest") if one.person == "bo" else one for one in MESSAGES]
    arrived = ALL_ARRIVED - Counter(["1-bo"])
    assert account([ALERT], carried, arrived).faults == {"missing_pages": 1}
    assert account([ALERT], carried, arrived + Counter(["digest"])).faults == {}


def test_a_message_that_was_held_back_as_a_duplicate_is_missing_unless_the_other_arrived() -> None:
    held_back = replace(MESSAGES[2], status="suppressed", reason="duplicate")
    messages = [*MESSAGES[:2], held_back, *MESSAGES[3:]]
    arrived = ALL_ARRIVED - Counter(["1-ana"])
    assert account([ALERT], messages, arrived).faults == {}
    assert account([ALERT], messages, arrived - Counter(["0-ana"])).faults == {"missing_pages": 2}


def test_the_same_level_planned_twice_for_somebody_is_seen() -> None:
    twice = [*MESSAGES, replace(MESSAGES[0], id="another", travelled_as="another")]
    assert account([ALERT], twice, ALL_ARRIVED + Counter(["another"])).faults == {"planned_twice": 1}


def test_a_page_that_began_after_the_acknowledgement_is_seen() -> None:
    acknowledged = replace(ALERT, acknowledged_at=at(1))
    assert account([acknowledged], MESSAGES, ALL_ARRIVED).faults == {"after_acknowledgement": 3}


def test_a_message_that_arrived_twice_is_counted_and_is_no_fault() -> None:
    tally = account([ALERT], MESSAGES, ALL_ARRIVED + Counter(["0-ana"]))
    assert (tally.faults, tally.sent_twice) == ({}, 1)


def test_paging_that_does_not_come_to_an_end_is_seen() -> None:
    assert account([replace(ALERT, running=True)], MESSAGES, ALL_ARRIVED).faults == {"unfinished": 1}
