"""What somebody can be covered for: exactly their own shifts in the span."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from pulsar.oncall.calendar import shifts
from pulsar.oncall.cover_rules import Stretch, answers, status_at, stretches
from pulsar.oncall.rules import Override, Plan, Revision, Rotation, Schedule
from pulsar.oncall.wording import span_in_words

ID = UUID("0193a5b0-0000-7000-8000-000000000000")
ANA, BO, VIC = (uuid5(ID, name) for name in ("ana", "bo", "vic"))
FIRST, SECOND = uuid5(ID, "first"), uuid5(ID, "second")
MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def daily(rotation_id: UUID, *people: UUID) -> Rotation:
    plan = Plan(zone="UTC", unit="days", length=1, starts=MONDAY.replace(tzinfo=None), participants=people)
    return Rotation(rotation_id, (Revision(None, plan),))


def test_turn_after_turn_is_one_stretch_in_each_rotation() -> None:
    schedule = Schedule((daily(FIRST, ANA), daily(SECOND, BO, ANA)))
    assert stretches(schedule, ANA, MONDAY, MONDAY + 3 * DAY) == [
        Stretch(FIRST, MONDAY, MONDAY + 3 * DAY),
        Stretch(SECOND, MONDAY + DAY, MONDAY + 2 * DAY),
    ]
    assert stretches(schedule, ANA, MONDAY, MONDAY + 3 * DAY, SECOND) == [
        Stretch(SECOND, MONDAY + DAY, MONDAY + 2 * DAY)
    ]
    assert stretches(schedule, VIC, MONDAY, MONDAY + 3 * DAY) == []


turns = st.lists(st.sampled_from([ANA, BO]), min_size=1, max_size=4).map(tuple)
hours = st.integers(0, 24 * 6).map(lambda number: MONDAY + timedelta(hours=number))


@given(first=turns, second=turns, start=hours, end=hours, mine=hours)
def test_after_a_yes_the_other_has_exactly_what_the_asker_had(
    first: tuple[UUID, ...], second: tuple[UUID, ...], start: datetime, end: datetime, mine: datetime
) -> None:
    wide = Override(uuid5(ID, "wide"), ANA, mine, mine + DAY, None, MONDAY - DAY)
    before = Schedule((daily(FIRST, *first), daily(SECOND, *second)), (wide,))
    if start >= end:
        return
    given_ = [
        Override(uuid5(ID, str(n)), VIC, one.start, one.end, one.rotation_id, MONDAY)
        for n, one in enumerate(stretches(before, ANA, start, end))
    ]
    after = Schedule(before.rotations, (*before.overrides, *given_))
    for number in range(24 * 7):
        at = MONDAY + timedelta(hours=number, minutes=30)
        swapped = start <= at < end
        was, becomes = _on_call(before, at), _on_call(after, at)
        assert becomes == ([VIC if swapped and one == ANA else one for one in was])


def _on_call(schedule: Schedule, at: datetime) -> list[UUID]:
    found = shifts(schedule, at, at + timedelta(seconds=1))
    return [shift.user_id for shift in sorted(found, key=lambda shift: str(shift.rotation_id))]


def test_who_asked_takes_it_back_who_was_asked_answers_and_all_say_yes_where_all_were_asked() -> None:
    assert answers("open", ANA, BO, ANA) == answers("open", ANA, None, ANA) == ["cancel"]
    assert answers("open", ANA, BO, BO) == ["accept", "decline"]
    assert answers("open", ANA, BO, VIC) == []
    assert answers("open", ANA, None, VIC) == ["accept"]
    assert answers("accepted", ANA, BO, BO) == answers("expired", ANA, None, ANA) == []


def test_an_open_request_expires_at_its_end_and_an_answered_one_stays_answered() -> None:
    assert status_at("open", MONDAY, MONDAY - DAY) == "open"
    assert status_at("open", MONDAY, MONDAY) == "expired"
    assert status_at("accepted", MONDAY, MONDAY + DAY) == "accepted"


def test_a_span_is_written_on_the_readers_clock() -> None:
    assert span_in_words(MONDAY, MONDAY + DAY, "Europe/Berlin") == (
        "Mon 5 Jan 2026 10:00 to Tue 6 Jan 2026 10:00 (Europe/Berlin)"
    )
    assert span_in_words(MONDAY, MONDAY + timedelta(hours=2), "Asia/Kolkata") == (
        "Mon 5 Jan 2026 14:30 to 16:30 (Asia/Kolkata)"
    )
    assert span_in_words(MONDAY, None, "UTC") == "Mon 5 Jan 2026 09:00 (UTC)"
