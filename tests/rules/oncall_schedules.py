"""What may a schedule look like? Random ones, most of them about a night in which the clocks are set."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import strategies as st

from pulsar.oncall.calendar import Shift
from pulsar.oncall.rules import Override, Plan, Revision, Rotation, Schedule, Window
from tests.rules.oncall_oracle import DAY, HOUR, MINUTE, Duty, changes, shown

ZONES = sorted(available_timezones() - {"localtime"})
PEOPLE = [UUID(int=n) for n in (0xA, 0xB, 0xC, 0xD)]
ROTATIONS = [UUID(int=n) for n in (0x10, 0x20, 0x30)]

# Half of all times fall into the hours in which clocks are set.
times = st.one_of(
    st.builds(time, st.integers(0, 3), st.sampled_from([0, 1, 15, 30, 45, 59])),
    st.builds(time, st.integers(0, 23), st.integers(0, 59)),
)


def spans(most: timedelta) -> st.SearchStrategy[timedelta]:
    """To the minute, and now and then to the microsecond."""
    minutes = st.integers(0, int(most / MINUTE)).map(lambda n: n * MINUTE)
    return st.one_of(minutes, minutes, st.timedeltas(timedelta(0), most))


def around(at: datetime, most: timedelta) -> st.SearchStrategy[datetime]:
    return st.builds(lambda span, sign: at + sign * span, spans(most), st.sampled_from([-1, 1]))


@st.composite
def nights(draw: Any) -> tuple[str, datetime]:
    """A zone, and an instant between 2000 and 2037: where its clock is set, if it is in that year."""
    zone = draw(st.sampled_from(ZONES))
    year = draw(st.integers(2000, 2037))
    set_at = changes(zone, year, year)
    if set_at and draw(st.integers(0, 3)):
        return zone, draw(st.sampled_from(set_at))
    return zone, datetime(year, 1, 1, tzinfo=UTC) + draw(st.integers(0, 365 * 24 * 60)) * MINUTE


@st.composite
def windows(draw: Any) -> Window:
    start = draw(times)
    end = draw(st.one_of(st.none(), times.filter(lambda at: at != start)))
    return Window(draw(st.frozensets(st.integers(1, 7), max_size=6)), start, end)


_HISTORY = {"hours": 3 * 7, "days": 400, "weeks": 3000}  # days since the start: the oracle walks all of them
_LENGTHS = {"hours": 30, "days": 10, "weeks": 3}
UNITS = tuple(_LENGTHS)

participants = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4)
with_nobody = st.lists(st.sampled_from([*PEOPLE, None]), max_size=4)


@st.composite
def plans(
    draw: Any,
    zone: str,
    at: datetime,
    *,
    whole: bool = False,
    by_windows: bool = False,
    units: tuple[str, ...] = UNITS,
) -> Plan:
    """`whole`: without a window, an end or an empty place. `by_windows`: with some, by which the turns are counted."""
    unit = draw(st.sampled_from(units))
    begun = draw(st.one_of(st.integers(-2, 9), st.integers(0, _HISTORY[unit])))
    starts = datetime.combine(shown(ZoneInfo(zone), at).date() - begun * DAY, draw(times))
    ends = draw(st.integers(0, begun + 30)) * DAY if begun > 0 and not draw(st.integers(0, 3)) else None
    return Plan(
        zone=zone,
        unit=unit,
        length=draw(st.one_of(st.just(1), st.integers(1, _LENGTHS[unit]))),
        starts=starts,
        ends=starts + ends if ends and not whole else None,
        handoff_day=draw(st.one_of(st.none(), st.integers(1, 7))) if unit == "weeks" else None,
        windows=() if whole else tuple(draw(st.lists(windows(), min_size=int(by_windows), max_size=3))),
        participants=tuple(draw(participants if whole else with_nobody)),
        turns="open_windows" if by_windows else draw(st.sampled_from(["calendar", "open_windows"])),
        phase=draw(st.integers(0, 5)),
    )


@st.composite
def rotations(draw: Any, number: int, zone: str, at: datetime) -> Rotation:
    """Written once, or changed up to twice around `at`; a removed one too."""
    zones = st.one_of(st.just(zone), st.just(zone), st.sampled_from(ZONES))
    edits = sorted(draw(st.lists(around(at, 2 * DAY), max_size=2, unique=True)))
    revisions = [Revision(None, draw(plans(draw(zones), at)))]
    for edit in edits:
        removed = not draw(st.integers(0, 4))
        revisions.append(Revision(edit, None if removed else draw(plans(draw(zones), at))))
    return Rotation(ROTATIONS[number], tuple(revisions))


@st.composite
def overrides(draw: Any, at: datetime, rotation_ids: list[UUID]) -> Override:
    start = draw(st.one_of(around(at, 4 * HOUR), around(at, 2 * DAY)))
    return Override(
        id=UUID(int=draw(st.integers(1, 2**32))),
        user_id=draw(st.sampled_from(PEOPLE)),
        start=start,
        end=start + draw(spans(2 * DAY)) + timedelta(microseconds=1),
        rotation_id=draw(st.sampled_from([None, *rotation_ids])),
        created_at=datetime(1999, 1, 1, tzinfo=UTC) + draw(st.integers(0, 1)) * HOUR,  # so that many are of one age
    )


@st.composite
def schedules(draw: Any, *, most_rotations: int = 3, most_overrides: int = 4) -> tuple[Schedule, datetime]:
    """A schedule, and the instant about which it is interesting."""
    zone, at = draw(nights())
    made = tuple(draw(rotations(number, zone, at)) for number in range(draw(st.integers(1, most_rotations))))
    overriding = overrides(at, [rotation.id for rotation in made])
    listed = st.lists(overriding, max_size=most_overrides, unique_by=lambda override: override.id)
    return Schedule(made, tuple(draw(listed))), at


@st.composite
def whole_plans(draw: Any, units: tuple[str, ...] = UNITS) -> tuple[Plan, datetime]:
    zone, at = draw(nights())
    return draw(plans(zone, at, whole=True, units=units)), at


def one(plan: Plan) -> Schedule:
    """A schedule with this one rotation."""
    return Schedule((Rotation(ROTATIONS[0], (Revision(None, plan),)),), ())


# --- what two answers are compared by

Who = tuple[UUID, UUID | None, UUID | None, tuple[UUID, ...]]
Turning = list[tuple[datetime, frozenset[Who]]]  # from when on, who


def turning(shifts: list[Shift], start: datetime, end: datetime) -> Turning:
    """Who is on call in the span, anew wherever a shift begins or ends."""
    bounds = sorted({start} | {at for s in shifts for at in (s.start, s.end) if start < at < end})
    return [
        (at, frozenset((s.user_id, s.rotation_id, s.override_id, s.replaced) for s in shifts if s.start <= at < s.end))
        for at in bounds
    ]


def turning_of(timeline: list[tuple[datetime, frozenset[Duty]]]) -> Turning:
    """The same from what the oracle says."""
    return [
        (at, frozenset((d.user_id, d.rotation_id, d.override_id, d.replaced) for d in duties))
        for at, duties in timeline
    ]
