"""What is wrong with a schedule, and how many shifts it may have at most."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pulsar.oncall.calendar import planned
from pulsar.oncall.problems import ScheduleProblem, problems, words
from pulsar.oncall.rules import Override, Plan, Revision, Rotation, Schedule, Window
from pulsar.oncall.size import MOST_A_DAY, a_day, busy, shifts_at_most
from tests.rules.oncall_schedules import schedules

ANA, BO = UUID(int=1), UUID(int=2)
FIRST = UUID(int=10)
NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)
EVER = datetime(2026, 1, 5, 9)
OFFICE = Window(frozenset({1, 2, 3, 4, 5}), time(9), time(17))


def weekly(*people: UUID | None, **fields: object) -> Plan:
    return Plan("UTC", "weeks", 1, EVER, participants=people, **fields)  # type: ignore[arg-type]


def rotation(*revisions: Plan | Revision) -> Rotation:
    given = (Revision(None, one) if isinstance(one, Plan) else one for one in revisions)
    return Rotation(FIRST, tuple(given))


def found(
    *rotations: Rotation, members: set[UUID], overrides: tuple[Override, ...] = (), warn: bool = True
) -> list[str]:
    schedule = Schedule(rotations, overrides)
    return [one.kind for one in problems(schedule, rotations, members, NOW, warn_about_gaps=warn)]


def test_a_schedule_that_is_covered_by_members_has_none() -> None:
    assert found(rotation(weekly(ANA, BO)), members={ANA, BO}) == []


def test_a_gap_is_one_unless_it_is_meant() -> None:
    office = rotation(weekly(ANA, windows=(OFFICE,)))
    assert found(office, members={ANA}) == ["gap"]
    assert found(office, members={ANA}, warn=False) == []
    gap = problems(Schedule((office,)), [office], {ANA}, NOW, warn_about_gaps=True)[0]
    assert gap.at == datetime(2026, 3, 25, 17, tzinfo=UTC)


def test_nobody_at_all_is_said_once_and_not_as_a_gap_too() -> None:
    assert found(members={ANA}) == ["no_rotation"]


def test_an_empty_rotation_and_one_of_nobodies_are_alike() -> None:
    for people in ((), (None,)):
        assert found(rotation(weekly(*people)), members=set()) == ["empty_rotation", "gap"]


def test_one_that_has_ended_is_not_asked_for_its_people() -> None:
    over = rotation(weekly(BO, ends=datetime(2026, 3, 1, 9)))
    assert found(over, members=set()) == ["ended_rotation", "gap"]


def test_who_is_no_member_is_missed_where_they_are_and_where_they_will_be() -> None:
    later = Revision(NOW + timedelta(days=3), weekly(ANA, BO))
    assert found(rotation(weekly(ANA), later), members={ANA}) == ["inactive_participant"]
    past = Revision(NOW - timedelta(days=3), weekly(ANA))
    assert found(rotation(weekly(BO), past), members={ANA}) == []


def test_an_override_of_somebody_who_left_counts_until_it_is_over() -> None:
    def cover(start: datetime) -> Override:
        return Override(UUID(int=99), BO, start, start + timedelta(hours=8), None, NOW)

    line = rotation(weekly(ANA))
    assert found(line, members={ANA}, overrides=(cover(NOW + timedelta(days=1)),)) == ["inactive_override"]
    assert found(line, members={ANA}, overrides=(cover(NOW - timedelta(days=1)),)) == []


def test_each_is_said_in_words() -> None:
    said = words(ScheduleProblem("inactive_participant", FIRST, BO), "First line", "Bo", "Europe/Berlin")
    assert said == "Bo is deactivated, and still takes turns in First line."
    said = words(ScheduleProblem("gap", at=datetime(2026, 3, 29, 1, tzinfo=UTC)), "", "", "Europe/Berlin")
    assert said.startswith("Nobody is on call from Sun 29 Mar 2026 03:00 (Europe/Berlin) on")


@given(schedules(), st.integers(1, 60))
def test_there_are_never_more_shifts_than_are_reckoned_with(made: tuple[Schedule, datetime], days: int) -> None:
    """But for the overrides, of which each is there by itself, and cut at most at what it covers."""
    schedule, at = made
    end = at + timedelta(days=days)
    edits = sum(len(rotation.revisions) for rotation in schedule.rotations)
    assert len(planned(schedule, at, end)) <= shifts_at_most([schedule], at, end) + edits + len(schedule.rotations)


def test_a_schedule_may_hand_over_as_often_as_it_is_sensible_and_no_more() -> None:
    assert a_day(Plan("UTC", "hours", 1, EVER)) == 24
    assert a_day(weekly(windows=(OFFICE,))) == 1 / 7 + 5 / 7
    hourly = rotation(Plan("UTC", "hours", 1, EVER))
    assert [busy([hourly] * times) for times in (MOST_A_DAY // 24, MOST_A_DAY // 24 + 1)] == [False, True]
    gone = rotation(Plan("UTC", "hours", 1, EVER), Revision(NOW, None))
    assert not busy([gone] * 100)
