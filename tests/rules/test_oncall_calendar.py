"""What holds of every schedule, whatever is in it? The five promises of the calendar, on random schedules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from pulsar.oncall.calendar import Shift, joined, next_on_call, on_call, planned, shifts
from pulsar.oncall.rules import Override, Plan, Schedule
from tests.rules.oncall_oracle import DAY, HOUR, MINUTE, shown
from tests.rules.oncall_schedules import (
    PEOPLE,
    around,
    one,
    overrides,
    schedules,
    turning,
    whole_plans,
)

INSTANT = timedelta(microseconds=1)
LATE = datetime(2100, 1, 1, tzinfo=UTC)
NEW = UUID(int=0)  # no override that is drawn has it

Made = tuple[Schedule, datetime]

few = settings(max_examples=50)  # random schedules are large: what most of the time goes into is drawing them


def cut(found: list[Shift], start: datetime, end: datetime) -> list[Shift]:
    inside = (s for s in found if s.start < end and start < s.end)
    return sorted((replace(s, start=max(s.start, start), end=min(s.end, end)) for s in inside), key=order)


def order(shift: Shift) -> tuple[datetime, str]:
    return shift.start, str(shift.rotation_id)


# --- on_call agrees with shifts


@given(schedules(), st.data())
def test_who_is_on_call_agrees_with_the_shifts_at_every_instant(made: Made, data: Any) -> None:
    schedule, at = made
    start, end = at - 20 * DAY, at + 20 * DAY
    found = shifts(schedule, start, end)
    near = [bound for s in found for bound in (s.start, s.end) if abs(bound - at) < 2 * DAY][:40]
    moments = {bound + step for bound in near for step in (-INSTANT, timedelta(0), INSTANT)}
    moments |= set(data.draw(st.lists(around(at, 19 * DAY), max_size=10)))
    for moment in moments:
        if start <= moment < end:
            there = cut(list(on_call(schedule, moment)), start, end)
            assert there == [s for s in found if s.start <= moment < s.end]


@few
@given(schedules(), st.data())
def test_the_shift_of_somebody_on_call_has_its_exact_ends(made: Made, data: Any) -> None:
    schedule, at = made
    moment = data.draw(around(at, 2 * DAY))
    for shift in on_call(schedule, moment):
        assert shift.start <= moment < shift.end
        assert shift in shifts(schedule, shift.start - HOUR, shift.end + HOUR)


@few
@given(schedules())
def test_shifts_are_sorted_and_do_not_overlap_within_a_rotation(made: Made) -> None:
    schedule, at = made
    found = shifts(schedule, at - 10 * DAY, at + 10 * DAY)
    assert found == sorted(found, key=order)
    lanes: dict[UUID | None, datetime] = {}
    for shift in found:
        assert shift.start < shift.end
        assert lanes.get(shift.rotation_id, shift.start) <= shift.start
        lanes[shift.rotation_id] = shift.end


@given(schedules(), st.data())
def test_splitting_the_span_changes_nothing(made: Made, data: Any) -> None:
    schedule, at = made
    bounds = st.lists(around(at, 9 * DAY), min_size=3, max_size=3, unique=True)
    start, middle, end = sorted(data.draw(bounds))
    halves = shifts(schedule, start, middle) + shifts(schedule, middle, end)
    whole = shifts(schedule, start, end)
    assert halves == cut(whole, start, middle) + cut(whole, middle, end)
    wide = shifts(schedule, start - 3 * DAY, end + DAY)
    assert cut(wide, start, end) == whole


# --- no hole


@given(whole_plans())
def test_an_unrestricted_rotation_has_exactly_one_person_at_every_instant_after_its_start(
    made: tuple[Plan, datetime],
) -> None:
    plan, at = made
    start, end = at - 15 * DAY, at + 15 * DAY
    found = shifts(one(plan), start, end)
    begun = shifts(one(plan), datetime(1990, 1, 1, tzinfo=UTC), at + 40 * DAY)[0].start
    assert shown(ZoneInfo(plan.zone), begun - MINUTE) < plan.starts <= shown(ZoneInfo(plan.zone), begun)
    assert bool(found) == (begun < end)
    if found:
        assert found[0].start == max(start, begun)
        assert found[-1].end == end
    assert all(before.end == after.start for before, after in pairwise(found))


# --- handoffs stay where they are on the clock


@few
@given(whole_plans(units=("days", "weeks")))
def test_a_daily_or_weekly_handoff_is_at_the_same_time_of_day_wherever_that_time_exists(
    made: tuple[Plan, datetime],
) -> None:
    plan, at = made
    there = ZoneInfo(plan.zone)
    found = shifts(one(plan), at - 30 * DAY, at + 30 * DAY)
    for before, after in pairwise(found):
        wall = shown(there, after.start)
        assert before.end == after.start
        if wall.time() == plan.starts.time():
            assert wall not in {shown(there, after.start - back * MINUTE) for back in range(1, 181)}, "not the first"
            assert plan.unit == "days" or wall.isoweekday() == (plan.handoff_day or plan.starts.isoweekday())
        else:
            jumped_from = shown(there, after.start - MINUTE) + MINUTE
            handoffs = (datetime.combine(day, plan.starts.time()) for day in (jumped_from.date(), wall.date()))
            assert any(jumped_from <= handoff < wall for handoff in handoffs), "the clock did not jump over it"


@few
@given(whole_plans(units=("days",)))
def test_a_rotation_of_one_day_hands_over_on_every_day_that_shows_its_time(made: tuple[Plan, datetime]) -> None:
    plan, at = made
    plan = replace(plan, length=1)
    there = ZoneInfo(plan.zone)
    walls = {shown(there, s.start) for s in shifts(one(plan), at - 5 * DAY, at + 5 * DAY)}
    moment = at - 4 * DAY
    while moment < at + 4 * DAY:
        wall = shown(there, moment)
        if wall.time() == plan.starts.time() and wall >= plan.starts:
            assert wall in walls
        moment += MINUTE


# --- overrides


@given(schedules(), st.data())
def test_an_override_holds_exactly_in_its_span_and_removing_it_restores_what_was_there(made: Made, data: Any) -> None:
    schedule, at = made
    lasting = [r.id for r in schedule.rotations if all(revision.plan for revision in r.revisions)]
    override: Override = replace(data.draw(overrides(at, lasting)), id=NEW, created_at=LATE)
    start, end = override.start - DAY, override.end + DAY
    overridden = replace(schedule, overrides=(*schedule.overrides, override))
    before, after = shifts(schedule, start, end), shifts(overridden, start, end)

    own = [s for s in after if s.override_id == override.id and s.rotation_id == override.rotation_id]
    assert own[0].start == override.start
    assert own[-1].end == override.end
    assert all(a.end == b.start for a, b in pairwise(own))
    assert {s.user_id for s in own} == {override.user_id}

    inside = cut(after, override.start, override.end)
    if override.rotation_id is None:
        assert inside == own
    else:
        assert not [s for s in inside if s.rotation_id == override.rotation_id and s not in own]
    for a, b in ((start, override.start), (override.end, end)):
        assert turning(after, a, b) == turning(before, a, b)
    restored = replace(overridden, overrides=tuple(o for o in overridden.overrides if o.id != override.id))
    assert shifts(restored, start, end) == before


@few
@given(schedules(), st.data())
def test_an_override_of_one_rotation_leaves_the_others_alone(made: Made, data: Any) -> None:
    schedule, at = made
    schedule = replace(schedule, overrides=tuple(o for o in schedule.overrides if o.rotation_id))
    rotation_id = data.draw(st.sampled_from([r.id for r in schedule.rotations]))
    override: Override = replace(data.draw(overrides(at, [])), id=NEW, created_at=LATE, rotation_id=rotation_id)
    start, end = override.start - DAY, override.end + DAY
    after = shifts(replace(schedule, overrides=(*schedule.overrides, override)), start, end)
    others = [s for s in shifts(schedule, start, end) if s.rotation_id != rotation_id]
    assert [s for s in after if s.rotation_id != rotation_id] == others


@few
@given(schedules())
def test_a_newer_override_wins_in_whatever_order_they_are_given(made: Made) -> None:
    schedule, at = made
    turned = replace(schedule, overrides=schedule.overrides[::-1])
    assert shifts(turned, at - 3 * DAY, at + 3 * DAY) == shifts(schedule, at - 3 * DAY, at + 3 * DAY)


@few
@given(schedules())
def test_in_whose_place_an_override_stands_is_who_would_have_been_on_call(made: Made) -> None:
    schedule, at = made
    start, end = at - 3 * DAY, at + 3 * DAY
    alone = planned(schedule, start, end)
    for shift in shifts(schedule, start, end):
        if shift.override_id and shift.rotation_id:
            own = [s for s in cut(alone, shift.start, shift.end) if s.rotation_id == shift.rotation_id]
            assert set(shift.replaced) == {s.user_id for s in own}


# --- who is next, and shifts as people count them


@few
@given(schedules())
def test_next_on_call_is_the_next_shift_of_somebody_else_in_each_rotation(made: Made) -> None:
    schedule, at = made
    ahead = shifts(schedule, at, at + 200 * DAY)
    now = {s.rotation_id: s.user_id for s in on_call(schedule, at)}
    expected: dict[UUID | None, Shift] = {}
    for shift in ahead:
        if shift.start > at and shift.user_id != now.get(shift.rotation_id):
            expected.setdefault(shift.rotation_id, shift)
    found = {s.rotation_id: s for s in next_on_call(schedule, at)}
    of_all = expected.pop(None, None)
    assert found.pop(None, of_all) == of_all
    for lane, shift in expected.items():
        assert shift.end == at + 200 * DAY or found[lane] == shift
    assert all(lane in expected or shift.start >= at + 200 * DAY for lane, shift in found.items())


@few
@given(schedules())
def test_joined_shifts_cover_the_same_time_for_the_same_people_without_touching(made: Made) -> None:
    schedule, at = made
    start, end = at - 5 * DAY, at + 5 * DAY
    apart = shifts(schedule, start, end)
    whole = joined(apart)
    for person in PEOPLE:
        mine = [s for s in whole if s.user_id == person]
        assert all(a.end < b.start for a, b in pairwise(mine))
        covered = [(at, bool(who)) for at, who in turning([s for s in apart if s.user_id == person], start, end)]
        again = [(at, bool(who)) for at, who in turning(mine, start, end)]
        assert [c for i, c in enumerate(covered) if not i or covered[i - 1][1] != c[1]] == again
