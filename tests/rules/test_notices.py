"""Who is told of a shift, and when: at its start, before it, once, and nothing that is not true any more."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st

from pulsar.oncall.calendar import joined, shifts
from pulsar.oncall.notices import AT_START, LATEST, LOOK_AGAIN, Notice, Wish, notices
from pulsar.oncall.rules import Override, Plan, Revision, Rotation, Schedule

ID = UUID("0193a5b0-0000-7000-8000-000000000000")
ANA, BO = (uuid5(ID, name) for name in ("ana", "bo"))
MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DEFAULT = {ANA: Wish(), BO: Wish()}


def daily(*people: UUID, name: str = "first") -> Rotation:
    plan = Plan(zone="UTC", unit="days", length=1, starts=MONDAY.replace(tzinfo=None), participants=people)
    return Rotation(uuid5(ID, name), (Revision(None, plan),))


def override(user: UUID, start: datetime, end: datetime) -> Override:
    return Override(uuid5(ID, "override"), user, start, end, None, MONDAY)


def test_at_a_handoff_the_one_who_takes_over_is_told_and_the_next_look_is_at_the_next() -> None:
    schedule = Schedule((daily(ANA, BO),))
    assert notices(schedule, DEFAULT, MONDAY + DAY) == (
        [Notice(BO, MONDAY + DAY, MONDAY + 2 * DAY, AT_START)],
        MONDAY + 2 * DAY,
    )
    assert notices(schedule, DEFAULT, MONDAY + DAY - MINUTE) == ([], MONDAY + DAY)


def test_nobody_is_told_at_a_handoff_to_themselves() -> None:
    schedule = Schedule((daily(ANA),))
    assert notices(schedule, DEFAULT, MONDAY + DAY) == ([], MONDAY + DAY + LOOK_AGAIN)
    moved = Schedule((daily(ANA, BO), daily(BO, ANA, name="second")))
    assert notices(moved, DEFAULT, MONDAY + DAY)[0] == []


def test_an_override_begins_a_shift_and_its_end_does_so_again_for_whoever_returns() -> None:
    schedule = Schedule((daily(ANA),), (override(BO, MONDAY + 2 * HOUR, MONDAY + 4 * HOUR),))
    assert notices(schedule, DEFAULT, MONDAY + 2 * HOUR) == (
        [Notice(BO, MONDAY + 2 * HOUR, MONDAY + 4 * HOUR, AT_START)],
        MONDAY + 4 * HOUR,
    )
    back = notices(schedule, DEFAULT, MONDAY + 4 * HOUR)[0]
    assert back == [Notice(ANA, MONDAY + 4 * HOUR, None, AT_START)]


def test_before_a_shift_as_long_as_it_was_wanted() -> None:
    schedule = Schedule((daily(ANA, BO),))
    wishes = {BO: Wish((HOUR, 12 * HOUR))}
    assert notices(schedule, wishes, MONDAY + 20 * HOUR) == ([], MONDAY + DAY - HOUR)
    assert notices(schedule, wishes, MONDAY + 23 * HOUR)[0] == [Notice(BO, MONDAY + DAY, MONDAY + 2 * DAY, HOUR)]


def test_late_is_better_than_never_but_not_after_half_an_hour_and_not_what_is_over() -> None:
    schedule = Schedule((daily(ANA),), (override(BO, MONDAY + HOUR, MONDAY + HOUR + 20 * MINUTE),))
    start = MONDAY + HOUR
    assert [one.user_id for one in notices(schedule, DEFAULT, start + 19 * MINUTE)[0]] == [BO]
    assert [one.user_id for one in notices(schedule, DEFAULT, start + 20 * MINUTE)[0]] == [ANA]
    long = Schedule((daily(ANA),), (override(BO, start, start + DAY),))
    assert [one.user_id for one in notices(long, DEFAULT, start + LATEST)[0]] == [BO]
    assert notices(long, DEFAULT, start + LATEST + MINUTE)[0] == []
    before = {BO: Wish((10 * MINUTE,))}
    assert [one.before for one in notices(long, before, start - MINUTE)[0]] == [10 * MINUTE]
    assert notices(long, before, start)[0] == []


def test_of_several_that_came_late_one_is_sent() -> None:
    schedule = Schedule((daily(ANA),), (override(BO, MONDAY + HOUR, MONDAY + DAY),))
    wishes = {BO: Wish((AT_START, 10 * MINUTE, 20 * MINUTE))}
    assert [one.before for one in notices(schedule, wishes, MONDAY + HOUR - 5 * MINUTE)[0]] == [10 * MINUTE]
    assert [one.before for one in notices(schedule, wishes, MONDAY + HOUR + 5 * MINUTE)[0]] == [AT_START]


def test_what_was_wanted_afterwards_is_not_sent_afterwards() -> None:
    schedule = Schedule((daily(ANA, BO),))
    assert notices(schedule, {BO: Wish(since=MONDAY + DAY + MINUTE)}, MONDAY + DAY + 2 * MINUTE)[0] == []
    assert notices(schedule, {BO: Wish(before=())}, MONDAY + DAY)[0] == []
    assert notices(schedule, {}, MONDAY + DAY)[0] == []


people = st.lists(st.sampled_from([ANA, BO]), min_size=1, max_size=5).map(tuple)
minutes = st.integers(-60, 60 * 24 * 5).map(lambda number: MONDAY + number * MINUTE)
wishes = st.lists(st.sampled_from([AT_START, 15 * MINUTE, HOUR, 3 * DAY]), max_size=4, unique=True).map(
    lambda before: Wish(tuple(before))
)


@settings(max_examples=50)
@given(first=people, second=people, start=minutes, hours=st.integers(1, 60), ana=wishes, bo=wishes, begin=minutes)
def test_who_looks_when_told_to_tells_each_shift_once_and_in_time(
    first: tuple[UUID, ...],
    second: tuple[UUID, ...],
    start: datetime,
    hours: int,
    ana: Wish,
    bo: Wish,
    begin: datetime,
) -> None:
    schedule = Schedule((daily(*first), daily(*second, name="second")), (override(BO, start, start + hours * HOUR),))
    said, end = {ANA: ana, BO: bo}, begin + 3 * DAY
    told: list[tuple[UUID, datetime, timedelta]] = []
    now = begin
    while now < end:
        due, following = notices(schedule, said, now)
        told += ((one.user_id, one.start, one.before) for one in due if one.start - one.before == now)
        assert now < following <= now + LOOK_AGAIN
        now = following
    expected = [
        (shift.user_id, shift.start, before)
        for shift in joined(shifts(schedule, begin - 3 * DAY, end + 4 * DAY))
        for before in said[shift.user_id].before
        if begin <= shift.start - before < end and shift.start > begin - 3 * DAY
    ]
    assert sorted(told) == sorted(expected)
