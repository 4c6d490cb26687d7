"""Does the calendar say what the slow oracle says? On random schedules, and about every night when clocks are set."""

import random
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsar.oncall.calendar import gaps, on_call, planned, shifts
from pulsar.oncall.rules import Override, Plan, Revision, Rotation, Schedule, Unit, Window
from pulsar.oncall.turns import participant, turn_at
from pulsar.oncall.wallclock import instant_of
from tests.rules.oncall_oracle import DAY, HOUR, MINUTE, changes, first_turns, shown, timeline, turn_number
from tests.rules.oncall_oracle import on_call as on_call_by_oracle
from tests.rules.oncall_schedules import PEOPLE, ROTATIONS, Who, nights, one, plans, schedules, turning, turning_of

WEEK = timedelta(weeks=1)

# Half hours (Lord Howe), a day left out (Apia, Fakaofo), two hours (Troll), three (Casey), a change every Ramadan
# (Casablanca, El_Aaiun), changes at 00:01 (St_Johns, Gaza), by a quarter of an hour (Pyongyang, Caracas by a half),
# summer time given up (Istanbul, Moscow, Sao_Paulo, Tehran, Amman) and taken up again (Cairo), the zone moved for good
# (Simferopol, Bougainville, Norfolk, Juba), and the plain rules of the rest.
# fmt: off
CHANGING = [
    "Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "Africa/Juba", "Africa/Khartoum", "Africa/Tripoli",
    "Africa/Windhoek", "America/Asuncion", "America/Caracas", "America/Chicago", "America/Godthab", "America/Havana",
    "America/Indiana/Knox", "America/Mexico_City", "America/New_York", "America/Santiago", "America/Sao_Paulo",
    "America/St_Johns", "Antarctica/Casey", "Antarctica/Troll", "Asia/Amman", "Asia/Dhaka", "Asia/Gaza",
    "Asia/Jerusalem", "Asia/Pyongyang", "Asia/Tehran", "Atlantic/Azores", "Australia/Eucla", "Australia/Lord_Howe",
    "Europe/Berlin", "Europe/Dublin", "Europe/Istanbul", "Europe/London", "Europe/Moscow", "Europe/Simferopol",
    "Pacific/Apia", "Pacific/Auckland", "Pacific/Bougainville", "Pacific/Chatham", "Pacific/Easter",
    "Pacific/Fakaofo", "Pacific/Fiji", "Pacific/Norfolk", "Pacific/Tongatapu",
]
# fmt: on


@settings(max_examples=150)
@given(schedules())
def test_the_calendar_says_what_the_oracle_says(made: tuple[Schedule, datetime]) -> None:
    schedule, at = made
    start, end = at - 3 * HOUR, at + 6 * HOUR
    slow = timeline(schedule, start, end)
    assert turning(shifts(schedule, start, end), start, end) == turning_of(slow)
    for since, _ in slow:
        assert whoever(schedule, since) == _by_oracle(schedule, since)


@settings(max_examples=60)
@given(nights(), st.data())
def test_the_number_of_a_turn_is_the_oracles(night: tuple[str, datetime], data: st.DataObject) -> None:
    zone, at = night
    plan = data.draw(plans(zone, at))
    for minute in range(-200, 200, 7):
        moment = at + minute * MINUTE
        assert turn_at(plan, moment) == turn_number(plan, moment)
    for bound in (plan.starts, plan.ends):
        if bound:
            moment = instant_of(bound, zone)
            for at in (moment - MINUTE, moment, moment + MINUTE):
                assert turn_at(plan, at) == turn_number(plan, at)


@settings(max_examples=30)
@given(schedules())
def test_gaps_and_the_plan_without_overrides_are_what_the_oracle_says(made: tuple[Schedule, datetime]) -> None:
    schedule, at = made
    start, end = at - 3 * HOUR, at + 6 * HOUR
    bare = Schedule(schedule.rotations)
    assert turning(planned(schedule, start, end), start, end) == turning_of(timeline(bare, start, end))
    slow = [*timeline(schedule, start, end), (end, frozenset[object]())]
    nobody = [(since, slow[i + 1][0]) for i, (since, duties) in enumerate(slow[:-1]) if not duties]
    assert gaps(schedule, start, end) == nobody


@settings(max_examples=60)
@given(nights(), st.data())
def test_turns_counted_by_open_windows_are_the_oracles(night: tuple[str, datetime], data: st.DataObject) -> None:
    plan = data.draw(plans(*night, by_windows=True))
    assert [participant(plan, number) for number in range(40)] == first_turns(plan, 40)


def whoever(schedule: Schedule, at: datetime) -> set[Who]:
    return {(s.user_id, s.rotation_id, s.override_id, s.replaced) for s in on_call(schedule, at)}


def _by_oracle(schedule: Schedule, at: datetime) -> set[Who]:
    return {(d.user_id, d.rotation_id, d.override_id, d.replaced) for d in on_call_by_oracle(schedule, at)}


@pytest.mark.parametrize("zone", CHANGING)
def test_about_every_change_of_the_clock_the_calendar_says_what_the_oracle_says(zone: str) -> None:
    assert changes(zone)
    for change in changes(zone):
        schedule = _about(zone, change)
        start, end = change - 100 * MINUTE, change + 220 * MINUTE
        fast = turning(shifts(schedule, start, end), start, end)
        slow = turning_of(timeline(schedule, start, end))
        assert fast == slow, f"about {change}: {schedule}"
        for at in (start + minutes * MINUTE for minutes in range(0, 320, 47)):
            assert whoever(schedule, at) == _by_oracle(schedule, at), f"at {at}: {schedule}"


def _about(zone: str, change: datetime) -> Schedule:
    """An hourly rotation, a daily or weekly one, and an override, all with something to do when the clock is set."""
    dice = random.Random(f"{zone} {change}")
    there = ZoneInfo(zone)
    before, after = shown(there, change - MINUTE) + MINUTE, shown(there, change)

    def near() -> datetime:
        """Mostly in what is skipped or shown twice, or at its edges."""
        low, high = min(before, after), max(before, after)
        if dice.random() < 0.3:
            return dice.choice([low, high])
        minutes = int((high - low) / MINUTE)
        return low + dice.randint(-45, minutes + 45) * MINUTE

    def window() -> Window:
        start, end = near(), near()
        closes = end.time() if end.time() != start.time() and dice.random() < 0.8 else None
        days = frozenset({start.isoweekday(), dice.randint(1, 7)}) if dice.random() < 0.5 else frozenset[int]()
        return Window(days, start.time(), closes if closes != time() else None)

    def plan(unit: Unit, length: int, starts: datetime) -> Plan:
        return Plan(
            zone,
            unit,
            length,
            starts,
            ends=near() + DAY if dice.random() < 0.1 else None,
            handoff_day=dice.choice([None, near().isoweekday()]) if unit == "weeks" else None,
            windows=tuple(window() for _ in range(dice.choice([0, 0, 1, 2]))),
            participants=tuple(dice.choice([*PEOPLE, *PEOPLE, None]) for _ in range(dice.randint(2, 5))),
            turns=dice.choice(["calendar", "open_windows"]),
            phase=dice.randint(0, 3),
        )

    hourly = plan("hours", dice.choice([1, 1, 2, 5, 12]), near() - dice.randint(0, 4) * DAY)
    unit: Unit = dice.choice(["days", "weeks"])
    longer = plan(unit, dice.randint(1, 2), near() - dice.randint(0, 20) * (DAY if unit == "days" else WEEK))
    start = change + dice.randint(-90, 90) * MINUTE
    override = Override(
        UUID(int=7), PEOPLE[0], start, start + dice.randint(1, 120) * MINUTE, dice.choice([None, ROTATIONS[0]]), change
    )
    rotations = (
        Rotation(number, (Revision(None, made),)) for number, made in zip(ROTATIONS, (hourly, longer), strict=False)
    )
    return Schedule(tuple(rotations), (override,))


@pytest.mark.parametrize(
    ("zone", "unit", "since"),
    [("America/New_York", "days", 2000), ("Australia/Lord_Howe", "weeks", 2000), ("Europe/Istanbul", "hours", 2015)],
)
def test_decades_after_its_start_a_rotation_is_where_walking_turn_by_turn_gets(
    zone: str, unit: Unit, since: int
) -> None:
    plan = Plan(zone, unit, 1, datetime(since, 1, 1, 2, 30), participants=tuple(PEOPLE))
    for change in changes(zone, 2016, 2036)[-4:]:
        start, end = change - 2 * HOUR, change + 4 * HOUR
        assert turning(shifts(one(plan), start, end), start, end) == turning_of(timeline(one(plan), start, end))
