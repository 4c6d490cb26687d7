"""What went wrong with schedules elsewhere, as people reported it. Here it must not.

F6 and so on are the numbers of the list of real failures (docs of the design, reliability, section 3).
"""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from pulsar.oncall.calendar import Shift, gaps, joined, next_on_call, on_call, planned, shifts
from pulsar.oncall.rules import Override, Plan, Revision, Rotation, Schedule, Unit, Window

ANA, BO, CY = (UUID(int=n) for n in (0xA, 0xB, 0xC))
ROTATION = UUID(int=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WORKDAYS = frozenset({1, 2, 3, 4, 5})


def plan(zone: str, unit: Unit, starts: datetime, *people: UUID | None, length: int = 1, **more: Any) -> Plan:
    return Plan(zone, unit, length, starts, participants=people, **more)


def schedule(*plans: Plan, overrides: Iterable[Override] = ()) -> Schedule:
    rotations = (Rotation(UUID(int=number), (Revision(None, one),)) for number, one in enumerate(plans, 1))
    return Schedule(tuple(rotations), tuple(overrides))


def at(zone: str, *clock: int, fold: int = 0) -> datetime:
    return datetime(*clock, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)  # type: ignore[misc,arg-type]


def walls(found: Iterable[Shift], zone: str) -> list[tuple[datetime, datetime]]:
    there = ZoneInfo(zone)
    return [tuple(x.astimezone(there).replace(tzinfo=None) for x in (s.start, s.end)) for s in found]  # type: ignore[misc]


def override(user: UUID, start: datetime, end: datetime, rotation_id: UUID | None = ROTATION) -> Override:
    return Override(UUID(int=99), user, start, end, rotation_id, start)


# --- clocks


def test_f6_london_office_hours_stay_at_half_past_eight_all_year() -> None:
    """grafana/oncall#3261: set up in summer for 08:30 to 17:30, they were 07:30 to 16:30 from October on."""
    hours = Window(frozenset(), time(8, 30), time(17, 30))
    made = plan("Europe/London", "days", datetime(2023, 7, 1), ANA, BO, windows=(hours,))
    found = shifts(schedule(made), at("Europe/London", 2023, 7, 1), at("Europe/London", 2024, 7, 1))
    expected = [
        (datetime.combine(day, time(8, 30)), datetime.combine(day, time(17, 30)))
        for day in (date(2023, 7, 1) + n * DAY for n in range(366))
    ]
    assert walls(found, "Europe/London") == expected
    assert [s.user_id for s in found] == [ANA, BO] * 183
    assert {s.end - s.start for s in found} == {9 * HOUR}


@pytest.mark.parametrize(
    ("day", "length"), [((2024, 10, 29), 7 * 24 + 1), ((2025, 3, 4), 7 * 24 - 1), ((2024, 12, 3), 7 * 24)]
)
def test_f7_chicago_has_no_gap_when_summer_time_ends_and_no_overlap_when_it_begins(
    day: tuple[int, int, int], length: int
) -> None:
    """grafana/oncall#5247: a week of 604,800 seconds was an hour short in November and an hour too long in March."""
    made = schedule(plan("America/Chicago", "weeks", datetime(2024, 10, 1, 9), ANA, BO))
    start, end = at("America/Chicago", 2024, 10, 1, 9), at("America/Chicago", 2025, 10, 7, 9)
    found = shifts(made, start, end)
    assert gaps(made, start, end) == []
    assert all(before.end == after.start for before, after in pairwise(found))
    (week,) = on_call(made, at("America/Chicago", *day, 12))
    assert week.end - week.start == length * HOUR
    assert {wall.time() for pair in walls(found, "America/Chicago") for wall in pair} == {time(9)}


def test_f8_a_turn_across_the_change_is_a_day_on_the_clock_and_an_override_a_span_of_instants() -> None:
    """grafana/oncall#5455: the API showed one reading of a shift across the change, the page another."""
    zone = "America/Los_Angeles"
    made = plan(zone, "days", datetime(2025, 3, 1, 9), ANA, BO)
    saturday = at(zone, 2025, 3, 8, 9)
    (turn,) = on_call(schedule(made), saturday)
    assert walls([turn], zone) == [(datetime(2025, 3, 8, 9), datetime(2025, 3, 9, 9))]
    assert turn.end - turn.start == 23 * HOUR
    assert [turn] == shifts(schedule(made), turn.start, turn.end) == planned(schedule(made), turn.start, turn.end)

    covered = schedule(made, overrides=[override(CY, saturday, saturday + DAY)])
    cys = [s for s in shifts(covered, saturday, saturday + 2 * DAY) if s.user_id == CY]
    assert joined(cys)[0].end - saturday == DAY


def test_f9_a_handoff_typed_in_winter_is_the_same_as_one_typed_in_summer() -> None:
    """OneUptime#1890: the time of handoff kept the offset of the day on which it was typed."""
    zone = "Europe/Berlin"
    winter, summer = (plan(zone, "days", datetime(2025, month, 1, 9), ANA) for month in (1, 7))
    start, end = at(zone, 2025, 7, 2), at(zone, 2026, 7, 2)
    assert shifts(schedule(winter), start, end) == shifts(schedule(summer), start, end)
    stored = json.dumps(winter.to_json())
    assert "2025-01-01T09:00:00" in stored
    assert "+" not in stored
    assert Plan.from_json(json.loads(stored)) == winter


def test_f11_the_last_day_of_a_month_in_which_clocks_change_is_that_day() -> None:
    """prometheus/alertmanager#5447: the last day of the month came a day early. On 31 March 2024 Berlin set its
    clocks."""
    made = schedule(plan("Europe/Berlin", "days", datetime(2024, 3, 1), *(UUID(int=100 + n) for n in range(1, 32))))
    for day in (30, 31):
        for hour in (0, 1, 4, 12, 23):
            (shift,) = on_call(made, at("Europe/Berlin", 2024, 3, day, hour, 30))
            assert shift.user_id == UUID(int=100 + day)


# --- rotations and windows


def _of_the_week(turns: str) -> dict[str, UUID]:
    office = Window(WORKDAYS, time(9), time(19))
    made = plan("Europe/Berlin", "days", datetime(2026, 4, 6, 9), ANA, BO, CY, windows=(office,), turns=turns)
    found = shifts(schedule(made), at("Europe/Berlin", 2026, 4, 6), at("Europe/Berlin", 2026, 4, 18))
    there = ZoneInfo("Europe/Berlin")
    return {s.start.astimezone(there).strftime("%a %d"): s.user_id for s in found}


def test_f10_counting_open_windows_fridays_man_is_not_also_mondays() -> None:
    """OneUptime#2413: three people, by the day, Monday to Friday; the turns of the weekend were nobody's."""
    week = _of_the_week("open_windows")
    assert list(week) == [
        *("Mon 06", "Tue 07", "Wed 08", "Thu 09", "Fri 10"),
        *("Mon 13", "Tue 14", "Wed 15", "Thu 16", "Fri 17"),
    ]
    assert list(week.values()) == [ANA, BO, CY, ANA, BO, CY, ANA, BO, CY, ANA]


def test_f10_by_the_calendar_turns_go_on_over_the_closed_weekend() -> None:
    """The other rule, which is the default: a person's days do not depend on the windows."""
    week = _of_the_week("calendar")
    assert week["Fri 10"] == week["Mon 13"] == BO


# --- overrides


def test_f12_an_override_is_in_every_answer_alike() -> None:
    """OneUptime#2086, grafana/oncall#1296, #4755: saved, and missing in the final schedule, in the list, in the
    announcement of the next shift."""
    zone = "Europe/Berlin"
    made = plan(zone, "days", datetime(2026, 3, 1, 9), ANA, BO)
    start, end = at(zone, 2026, 3, 28, 20), at(zone, 2026, 3, 29, 7)
    covered = schedule(made, overrides=[override(CY, start, end)])
    night = Shift(start, end, CY, ROTATION, UUID(int=99), (BO,))
    assert night in shifts(covered, start - DAY, end + DAY)
    assert on_call(covered, start) == on_call(covered, end - timedelta(microseconds=1)) == (night,)
    assert next_on_call(covered, start - HOUR) == (night,)
    assert next_on_call(covered, start)[0].user_id == BO
    assert night in joined(shifts(covered, start - DAY, end + DAY))
    assert {s.user_id for s in planned(covered, start, end)} == {BO}
    assert gaps(covered, start - DAY, end + DAY) == []


def test_f12_a_shift_whose_end_was_given_away_ends_where_it_was() -> None:
    """grafana/oncall#3096: the announcement said 13:00 to 01:00, though the last four hours were swapped."""
    evening = Window(frozenset(), time(13), time(1))
    made = plan("UTC", "days", datetime(2023, 9, 1, 13), ANA, windows=(evening,))
    nine = datetime(2023, 10, 1, 21, tzinfo=UTC)
    swapped = schedule(made, overrides=[override(BO, nine, nine + 4 * HOUR)])
    first, second = shifts(swapped, nine - 12 * HOUR, nine + 12 * HOUR)
    assert (first.user_id, first.start, first.end) == (ANA, nine - 8 * HOUR, nine)
    assert (second.user_id, second.start, second.end) == (BO, nine, nine + 4 * HOUR)


def test_f12_an_override_where_nobody_would_be_puts_its_person_there() -> None:
    made = plan("UTC", "days", datetime(2026, 1, 1), None, ANA)
    start = datetime(2026, 1, 1, 3, tzinfo=UTC)
    covered = schedule(made, overrides=[override(BO, start, start + HOUR)])
    assert on_call(covered, start) == (Shift(start, start + HOUR, BO, ROTATION, UUID(int=99), ()),)
    assert gaps(covered, start - HOUR, start + 2 * HOUR) == [(start - HOUR, start), (start + HOUR, start + 2 * HOUR)]


# --- nobody


def test_f14_no_shift_is_without_a_person_and_time_without_one_is_a_gap() -> None:
    """A rotation with users that did not exist gave shifts with nobody in them, and a page to nobody."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    empty = schedule(plan("UTC", "days", datetime(2026, 1, 1)))
    assert shifts(empty, start, start + 7 * DAY) == []
    assert on_call(empty, start) == ()
    assert gaps(empty, start, start + 7 * DAY) == [(start, start + 7 * DAY)]
    with_a_gap = schedule(plan("UTC", "days", datetime(2026, 1, 1), ANA, None))
    assert all(s.user_id == ANA for s in shifts(with_a_gap, start, start + 4 * DAY))
    assert gaps(with_a_gap, start, start + 4 * DAY) == [
        (start + DAY, start + 2 * DAY),
        (start + 3 * DAY, start + 4 * DAY),
    ]


# --- what the others' own tests and manuals say


@pytest.mark.parametrize(
    ("unit", "length", "start", "end", "hours"),
    [
        ("weeks", 1, (2017, 6, 10, 8), (2017, 6, 17, 8), 7 * 24),
        ("weeks", 2, (2017, 6, 10, 8), (2017, 6, 24, 8), 14 * 24),
        ("weeks", 1, (2017, 3, 10, 8), (2017, 3, 17, 8), 7 * 24 - 1),
        ("weeks", 1, (2017, 11, 4, 8), (2017, 11, 11, 8), 7 * 24 + 1),
        ("days", 1, (2017, 6, 10, 8), (2017, 6, 11, 8), 24),
        ("days", 2, (2017, 6, 10, 8), (2017, 6, 12, 8), 48),
        ("days", 1, (2017, 3, 11, 8), (2017, 3, 12, 8), 23),
        ("days", 1, (2017, 11, 4, 8), (2017, 11, 5, 8), 25),
        ("hours", 1, (2017, 6, 10, 8), (2017, 6, 10, 9), 1),
        ("hours", 2, (2017, 6, 10, 8), (2017, 6, 10, 10), 2),
        ("hours", 3, (2017, 3, 12, 0), (2017, 3, 12, 3), 2),
        ("hours", 3, (2017, 11, 5, 0), (2017, 11, 5, 3), 4),
        ("hours", 1, (2017, 3, 12, 1), (2017, 3, 12, 3), 1),  # the turn at 2 has no time at all
        ("hours", 1, (2017, 11, 5, 1), (2017, 11, 5, 2), 2),  # and this one both passes of it
    ],
)
def test_goalert_a_turn_in_chicago_is_as_long_as_there(
    unit: Unit, length: int, start: tuple[int, ...], end: tuple[int, ...], hours: int
) -> None:
    zone = "America/Chicago"
    made = schedule(plan(zone, unit, datetime(*start), ANA, BO, length=length))  # type: ignore[arg-type]
    (shift,) = on_call(made, at(zone, *start))
    assert walls([shift], zone) == [(datetime(*start), datetime(*end))]  # type: ignore[arg-type]
    assert shift.end - shift.start == hours * HOUR


def test_goalert_the_turn_in_the_skipped_hour_is_skipped_and_who_follows_has_the_next() -> None:
    zone = "America/Chicago"
    made = schedule(plan(zone, "hours", datetime(2017, 1, 1, 1), ANA, BO, CY))
    found = shifts(made, at(zone, 2017, 3, 12, 0), at(zone, 2017, 3, 12, 5))
    people = [s.user_id for s in found]
    order = [ANA, BO, CY]
    midnight = order.index(people[0])
    assert [wall.hour for wall, _ in walls(found, zone)] == [0, 1, 3, 4]
    assert people == [order[(midnight + hour) % 3] for hour in (0, 1, 3, 4)]


@pytest.mark.parametrize(
    ("zone", "before", "skipped", "after"),
    [
        ("America/New_York", (2026, 3, 8, 1, 59), time(2, 30), (2026, 3, 8, 3)),
        ("Australia/Lord_Howe", (2026, 10, 4, 1, 59), time(2, 15), (2026, 10, 4, 2, 30)),
        ("Pacific/Apia", (2011, 12, 29, 23, 59), time(12), (2011, 12, 31, 0)),
        ("America/Sao_Paulo", (2018, 11, 3, 23, 59), time(0, 30), (2018, 11, 4, 1)),
    ],
)
def test_a_handoff_in_what_the_clock_skips_happens_at_the_first_instant_after(
    zone: str, before: tuple[int, ...], skipped: time, after: tuple[int, ...]
) -> None:
    starts = datetime.combine(datetime(*before[:3]) - 5 * DAY, skipped)  # type: ignore[arg-type]
    made = schedule(plan(zone, "days", starts, ANA, BO))
    (late,), (early,) = on_call(made, at(zone, *after)), on_call(made, at(zone, *before))
    assert early.end == late.start == at(zone, *after)
    assert early.user_id != late.user_id


@pytest.mark.parametrize(
    ("zone", "shown_twice"),
    [
        ("America/New_York", (2026, 11, 1, 1, 30)),
        ("Australia/Lord_Howe", (2026, 4, 5, 1, 45)),
        ("Antarctica/Casey", (2010, 3, 5, 1, 0)),
        ("Africa/Cairo", (2023, 10, 26, 23, 30)),
    ],
)
def test_a_handoff_at_a_time_that_the_clock_shows_twice_happens_once_at_its_first_pass(
    zone: str, shown_twice: tuple[int, ...]
) -> None:
    first, second = at(zone, *shown_twice), at(zone, *shown_twice, fold=1)
    assert first < second
    made = schedule(plan(zone, "days", datetime(*shown_twice) - 4 * DAY, ANA, BO))  # type: ignore[arg-type]
    found = shifts(made, first - 12 * HOUR, second + 12 * HOUR)
    assert [s.start for s in found[1:]] == [first]
    assert {s.user_id for s in found} == {ANA, BO}


def test_opsgenie_business_hours_and_off_hours_together_leave_no_hole_in_a_year() -> None:
    """Its manual's example: the whole week in two rotations; both are on call where they meet, nobody is nowhere."""
    zone = "Europe/Paris"
    office = Window(WORKDAYS, time(9), time(18))
    nights = Window(WORKDAYS, time(18), time(9))
    weekend = Window(frozenset({6, 7}), time(9), None), Window(frozenset({7, 1}), time(0), time(9))
    by_day = plan(zone, "days", datetime(2026, 1, 5, 9), ANA, windows=(office,))
    by_night = plan(zone, "days", datetime(2026, 1, 5, 9), BO, CY, windows=(nights, *weekend))
    start, end = at(zone, 2026, 1, 5, 9), at(zone, 2027, 1, 4, 9)
    made = schedule(by_day, by_night)
    assert gaps(made, start, end) == []
    for before, after in pairwise(joined(shifts(made, start, end))):
        assert before.end == after.start
    assert {wall.time() for pair in walls(shifts(made, start, end), zone) for wall in pair} == {time(9), time(18)}


def test_opsgenie_rotations_add_up_and_do_not_hide_each_other() -> None:
    made = schedule(*(plan("UTC", "days", datetime(2026, 1, 1), person) for person in (ANA, BO)))
    assert {s.user_id for s in on_call(made, datetime(2026, 5, 5, tzinfo=UTC))} == {ANA, BO}


def test_an_interval_that_does_not_divide_the_day_keeps_to_the_clock_too() -> None:
    """Elsewhere turns of 5 or 7 hours are elapsed time (OpsKnight#378); here every turn is."""
    zone = "Europe/Berlin"
    made = schedule(plan(zone, "hours", datetime(2026, 3, 28, 0), ANA, BO, length=7))
    found = shifts(made, at(zone, 2026, 3, 28, 0), at(zone, 2026, 3, 30, 8))
    assert [wall for wall, _ in walls(found, zone)] == [datetime(2026, 3, 28) + n * 7 * HOUR for n in range(8)]
    assert [s.end - s.start for s in found[2:5]] == [7 * HOUR, 6 * HOUR, 7 * HOUR]
