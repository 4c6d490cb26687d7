"""Days, weeks, nights and clock changes of reports, against a count by the minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from pulsar.reports.rules import Step, at_night, buckets, day_begins, hour_name, offsets

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu",
         "America/St_Johns", "Pacific/Apia", "Africa/Casablanca"]  # fmt: skip
instants = st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))


def test_a_day_is_a_local_day_and_has_23_hours_when_the_clocks_go_forward() -> None:
    days = buckets(day_begins(date(2026, 3, 28), "Europe/Berlin"), day_begins(date(2026, 3, 31), "Europe/Berlin"),
                   "Europe/Berlin", Step.DAY)  # fmt: skip
    assert [str(one.day) for one in days] == ["2026-03-28", "2026-03-29", "2026-03-30"]
    assert [days[1].start - days[0].start, days[2].start - days[1].start] == [timedelta(hours=24), timedelta(hours=23)]


def test_a_day_whose_midnight_is_skipped_begins_with_the_first_instant_after() -> None:
    assert day_begins(date(2026, 4, 24), "Africa/Cairo") == datetime(2026, 4, 23, 22, tzinfo=UTC)


def test_weeks_begin_on_monday_and_months_on_the_first_even_before_the_span() -> None:
    start, end = datetime(2026, 1, 28, 12, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    assert [str(one.day) for one in buckets(start, end, "UTC", Step.MONTH)] == [
        "2026-01-01",
        "2026-02-01",
        "2026-03-01",
    ]
    assert [str(one.day) for one in buckets(start, end, "UTC", Step.WEEK)][:2] == ["2026-01-26", "2026-02-02"]


@given(start=instants, days=st.integers(1, 40), zone=st.sampled_from(ZONES), share=st.floats(0, 1))
def test_every_instant_lies_in_the_bucket_of_its_local_day(start: datetime, days: int, zone: str, share: float) -> None:
    end = start + timedelta(days=days)
    at = start + share * (end - start - timedelta(seconds=1))
    mine = [one for one in buckets(start, end, zone, Step.DAY) if one.start <= at][-1]
    assert mine.day == at.astimezone(ZoneInfo(zone)).date()


@given(start=instants, days=st.integers(0, 500), zone=st.sampled_from(ZONES), share=st.floats(0, 1))
def test_the_offset_that_holds_at_an_instant_is_the_zones(start: datetime, days: int, zone: str, share: float) -> None:
    end = start + timedelta(days=days)
    at = start + share * (end - start)
    held = [one for one in offsets(zone, start, end) if one.since <= at][-1]
    # A change is known to the second.
    if not any(timedelta() <= at - one.since < timedelta(seconds=1) for one in offsets(zone, start, end)):
        assert held.ahead == at.astimezone(ZoneInfo(zone)).utcoffset()


@given(start=instants, minutes=st.integers(1, 4000), zone=st.sampled_from(ZONES))
def test_the_night_is_what_a_walk_by_the_minute_finds(start: datetime, minutes: int, zone: str) -> None:
    start = start.replace(second=0, microsecond=0)
    walked = (start + timedelta(minutes=minute) for minute in range(minutes))
    hours = (at.astimezone(ZoneInfo(zone)).hour for at in walked)
    expected = timedelta(minutes=sum(hour >= 22 or hour < 7 for hour in hours))
    assert at_night([(start, start + timedelta(minutes=minutes))], zone) == expected


def test_hours_of_the_week_count_from_mondays_midnight() -> None:
    assert (hour_name(0), hour_name(34), hour_name(167)) == ("Monday 00:00", "Tuesday 10:00", "Sunday 23:00")
