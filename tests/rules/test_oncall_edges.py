"""Corners of the calendar, most of which were wrong once: found by the oracle, or by a property."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from pulsar.oncall.calendar import next_on_call, on_call, shifts
from pulsar.oncall.changes import effective_at
from pulsar.oncall.rules import Override, Plan, Revision, Rotation, Schedule, Window

ANA, BO, CY, DEE = (UUID(int=n) for n in (0xA, 0xB, 0xC, 0xD))
FIRST, SECOND = UUID(int=1), UUID(int=2)
DAILY = Plan("UTC", "days", 1, datetime(2026, 11, 2), participants=(ANA, BO))  # from a Monday
NOON = datetime(2026, 11, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def rotation(plan: Plan, number: UUID = FIRST) -> Rotation:
    return Rotation(number, (Revision(None, plan),))


def test_an_override_of_all_rotations_stands_in_nobodys_place_where_a_newer_one_does() -> None:
    rotations = rotation(DAILY), rotation(replace(DAILY, participants=(CY,)), SECOND)
    of_all = Override(UUID(int=7), DEE, NOON, NOON + HOUR, None, NOON)
    of_second = Override(UUID(int=8), BO, NOON, NOON + HOUR, SECOND, NOON + HOUR)
    found = on_call(Schedule(rotations, (of_all, of_second)), NOON)
    assert {(shift.user_id, shift.replaced) for shift in found} == {(DEE, (ANA,)), (BO, (CY,))}


def test_a_span_of_no_length_has_no_shifts() -> None:
    assert shifts(Schedule((rotation(DAILY),)), NOON, NOON) == []


def test_windows_that_a_skipped_hour_brings_together_are_one_shift() -> None:
    plan = Plan(
        "Europe/Berlin",
        "days",
        1,
        datetime(2026, 3, 1),
        windows=(Window(frozenset(), time(0), time(2)), Window(frozenset(), time(2, 30), time(6))),
        participants=(ANA,),
    )
    start = datetime(2026, 3, 28, 23, tzinfo=UTC)
    found = shifts(Schedule((rotation(plan),)), start, start + 10 * HOUR)
    assert [(shift.start.hour, shift.end.hour) for shift in found] == [(23, 4)]


def test_the_next_shift_has_its_exact_end_however_far_it_is() -> None:
    weekly = replace(DAILY, unit="weeks", participants=(ANA, BO))
    (following,) = next_on_call(Schedule((rotation(weekly),)), NOON)
    assert (following.user_id, following.start, following.end) == (
        BO,
        datetime(2026, 11, 9, tzinfo=UTC),
        datetime(2026, 11, 16, tzinfo=UTC),
    )


def test_an_override_is_next_however_late_it_comes_where_nobody_else_has_a_turn() -> None:
    alone = rotation(replace(DAILY, participants=(ANA,)))
    for rotation_id in (FIRST, None):
        in_a_month = Override(UUID(int=7), DEE, NOON + 30 * DAY, NOON + 31 * DAY, rotation_id, NOON)
        (following,) = next_on_call(Schedule((alone,), (in_a_month,)), NOON)
        assert (following.user_id, following.start) == (DEE, NOON + 30 * DAY)


def test_an_override_of_all_rotations_is_next_only_if_it_comes_before_somebodys_turn() -> None:
    for begins, people in ((NOON + HOUR, [DEE, BO]), (NOON + 2 * DAY, [BO])):
        of_all = Override(UUID(int=7), DEE, begins, begins + HOUR, None, NOON)
        found = next_on_call(Schedule((rotation(DAILY),), (of_all,)), NOON)
        assert [shift.user_id for shift in found] == people


def test_a_round_ends_even_if_the_first_persons_turns_are_all_outside_the_windows() -> None:
    """Seven people, one for each day of the week, and a window on Tuesdays only: it looked for a Monday for ever."""
    tuesdays = Window(frozenset({2}), time(9), time(17))
    seven = replace(DAILY, participants=(ANA, BO, CY, DEE, ANA, BO, CY), windows=(tuesdays,))
    assert effective_at(rotation(seven), "end_of_round", NOON) == datetime(2026, 11, 9, tzinfo=UTC)


def test_a_round_of_open_windows_ends_when_the_first_persons_next_window_is_due() -> None:
    weekdays = Window(frozenset({1, 2, 3, 4, 5}), time(9), time(17))
    five = replace(DAILY, participants=(ANA, BO, CY, DEE, BO), windows=(weekdays,), turns="open_windows")
    assert effective_at(rotation(five), "end_of_round", NOON) == datetime(2026, 11, 9, tzinfo=UTC)


def test_an_override_of_all_rotations_is_nowhere_where_each_has_a_newer_one() -> None:
    of_all = Override(UUID(int=7), DEE, NOON, NOON + HOUR, None, NOON)
    own = Override(UUID(int=8), CY, NOON, NOON + HOUR, FIRST, NOON + HOUR)
    found = on_call(Schedule((rotation(DAILY),), (of_all, own)), NOON)
    assert [(shift.user_id, shift.replaced) for shift in found] == [(CY, (ANA,))]


def test_at_the_instant_of_an_edit_the_new_plan_holds() -> None:
    alone = replace(DAILY, participants=(CY,))
    edited = Rotation(FIRST, (Revision(None, DAILY), Revision(NOON, alone)))
    assert edited.plan_at(NOON) == alone
    assert edited.plan_at(NOON - timedelta(microseconds=1)) == DAILY
    assert [(s.user_id, s.end - s.start) for s in shifts(Schedule((edited,)), NOON - HOUR, NOON + HOUR)] == [
        (ANA, HOUR),
        (CY, HOUR),
    ]


def test_a_first_turn_cut_down_to_a_closed_weekend_is_not_counted() -> None:
    """From a Saturday, handing over on Mondays, in office hours: the first week is the first person's."""
    office = Window(frozenset({1, 2, 3, 4, 5}), time(9), time(17))
    weekly = Plan(
        "UTC", "weeks", 1, datetime(2026, 10, 31, 9), handoff_day=1, windows=(office,), participants=(ANA, BO)
    )
    by_windows = replace(weekly, turns="open_windows")
    for plan, person in ((by_windows, BO), (weekly, ANA)):
        (shift,) = on_call(Schedule((rotation(plan),)), NOON + 7 * DAY)
        assert (shift.user_id, shift.start) == (person, datetime(2026, 11, 11, 9, tzinfo=UTC))
