"""Who is told over which channel, and when: filters, do-not-disturb by the clock on the wall, rungs."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsar.notify.preferences import EVERYTHING, HeldBack, Preference, Send, Window, decide, disturbs

PRIORITIES = ["P1", "P2", "P3", "P4", "P5"]
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "America/Santiago"]

priorities = st.sampled_from(PRIORITIES)
instants = st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC))
times = st.times().map(lambda t: t.replace(second=0, microsecond=0))
days = st.frozensets(st.integers(1, 7))
delays = st.integers(0, 86_400).map(lambda seconds: timedelta(seconds=seconds))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    start = draw(times)
    return Window(start, draw(st.none() | times.filter(lambda end: end != start)), draw(days))


preferences = st.builds(
    Preference,
    enabled=st.booleans(),
    min_priority=priorities,
    dnd=st.none() | windows(),
    p1_passes_dnd=st.booleans(),
    delay=delays,
    zone=st.sampled_from(ZONES),
)


def at(text: str, zone: str = "Europe/Berlin", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def dnd(start: str, end: str | None, *days: int, p1_passes: bool = True) -> Preference:
    window = Window(time.fromisoformat(start), time.fromisoformat(end) if end else None, frozenset(days))
    return Preference(dnd=window, zone="Europe/Berlin", p1_passes_dnd=p1_passes)


@given(priorities, instants)
def test_who_has_said_nothing_gets_everything_at_once(priority: str, now: datetime) -> None:
    assert decide(EVERYTHING, priority, now) == Send(now)


@given(preferences, priorities, instants)
def test_a_message_goes_out_after_its_delay_or_not_at_all(preference: Preference, priority: str, now: datetime) -> None:
    decision = decide(preference, priority, now)
    if isinstance(decision, Send):
        assert decision.at == now + preference.delay
        assert preference.enabled
        assert priority <= preference.min_priority
        passes = priority == "P1" and preference.p1_passes_dnd
        assert passes or not disturbs(preference, decision.at)
    else:
        assert decision.reason.endswith(".")


@given(preferences, instants)
def test_a_channel_that_is_switched_off_says_so_before_anything_else(preference: Preference, now: datetime) -> None:
    off = Preference(False, preference.min_priority, preference.dnd, True, preference.delay, preference.zone)
    decision = decide(off, "P1", now)
    assert isinstance(decision, HeldBack)
    assert decision.by == "disabled"


@given(priorities, priorities, instants)
def test_only_what_is_urgent_enough_comes_through(priority: str, least: str, now: datetime) -> None:
    decision = decide(Preference(min_priority=least), priority, now)
    assert isinstance(decision, Send) == (PRIORITIES.index(priority) <= PRIORITIES.index(least))


@pytest.mark.parametrize(
    ("when", "disturbed"),
    [
        ("2026-11-23T21:59:59", False),
        ("2026-11-23T22:00:00", True),
        ("2026-11-24T00:00:00", True),
        ("2026-11-24T06:59:59", True),
        ("2026-11-24T07:00:00", False),
    ],
)
def test_a_window_past_midnight_holds_from_its_start_to_just_before_its_end(when: str, disturbed: bool) -> None:
    assert disturbs(dnd("22:00", "07:00"), at(when)) is disturbed


@pytest.mark.parametrize(
    ("when", "disturbed"),
    [
        ("2026-11-27T23:30:00", True),  # Friday night
        ("2026-11-28T03:00:00", True),  # and what is left of it on Saturday
        ("2026-11-28T23:30:00", False),  # Saturday's own night is not meant
        ("2026-11-27T03:00:00", False),  # nor is the rest of Thursday's
    ],
)
def test_the_days_are_those_on_which_the_window_begins(when: str, disturbed: bool) -> None:
    assert disturbs(dnd("22:00", "07:00", 5), at(when)) is disturbed


def test_a_whole_weekend_is_two_days_from_midnight_to_midnight() -> None:
    weekend = dnd("00:00", None, 6, 7)
    assert not disturbs(weekend, at("2026-11-27T23:59:59"))
    assert disturbs(weekend, at("2026-11-28T00:00:00"))
    assert disturbs(weekend, at("2026-11-29T23:59:59"))
    assert not disturbs(weekend, at("2026-11-30T00:00:00"))


def test_p1_comes_through_unless_the_person_says_otherwise() -> None:
    night = at("2026-11-24T03:00:00")
    assert decide(dnd("22:00", "07:00"), "P1", night) == Send(night)
    assert decide(dnd("22:00", "07:00"), "P2", night) == HeldBack(
        "dnd", "Do not disturb: 22:00 to 07:00 in Europe/Berlin."
    )
    assert isinstance(decide(dnd("22:00", "07:00", p1_passes=False), "P1", night), HeldBack)


def test_do_not_disturb_is_asked_for_the_moment_at_which_the_message_would_go_out() -> None:
    window = Window(time(22), time(7))
    later = Preference(dnd=window, delay=timedelta(minutes=10), zone="Europe/Berlin")
    assert isinstance(decide(later, "P3", at("2026-11-23T21:55:00")), HeldBack)
    assert isinstance(decide(later, "P3", at("2026-11-24T06:55:00")), Send)


def test_the_clock_goes_forward_and_the_hour_that_is_not_there_disturbs_nobody() -> None:
    """02:00 to 03:00 on 29 March 2026 in Berlin: the clock shows 01:59:59, then 03:00:00."""
    window = dnd("02:00", "03:00")
    assert not disturbs(window, at("2026-03-29T01:59:59"))
    assert not disturbs(window, at("2026-03-29T01:59:59") + timedelta(seconds=1))


def test_the_clock_goes_back_and_the_hour_that_comes_twice_is_quiet_twice() -> None:
    """F6: a window does not move by an hour when the clocks change."""
    window = dnd("02:00", "03:00")
    assert disturbs(window, at("2026-10-25T02:30:00", fold=0))
    assert disturbs(window, at("2026-10-25T02:30:00", fold=1))
    assert not disturbs(window, at("2026-10-25T03:00:00"))


@given(windows(), instants, st.sampled_from(sorted(available_timezones())))
def test_in_every_zone_it_is_the_clock_on_the_wall_that_counts(window: Window, now: datetime, zone: str) -> None:
    """Told by an oracle that looks at minutes of the week, not at days and nights."""
    wall = now.astimezone(ZoneInfo(zone))
    minute = (wall.isoweekday() - 1) * 1440 + wall.hour * 60 + wall.minute
    start = window.start.hour * 60 + window.start.minute
    end = window.end.hour * 60 + window.end.minute if window.end else 1440
    length = end - start if end > start else end - start + 1440
    spans = [(day - 1) * 1440 + start for day in window.days or range(1, 8)]
    expected = any((minute - begin) % (7 * 1440) < length for begin in spans)
    assert disturbs(Preference(dnd=window, zone=zone), now) is expected


@given(windows(), instants, st.sampled_from([None, "", "Mars/Olympus_Mons", "../../etc/passwd", "Europe/Ber\0lin"]))
def test_a_zone_that_nobody_knows_lets_the_page_through(window: Window, now: datetime, zone: str | None) -> None:
    assert decide(Preference(dnd=window, zone=zone), "P3", now) == Send(now)
