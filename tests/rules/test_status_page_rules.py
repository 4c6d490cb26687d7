"""How do components stand together, and what happened on which day?"""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsar.statuspage.rules import HISTORY, Component, ComponentState, Days, Notice, Told, by_day, grouped, overall

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
STATES = list(ComponentState)


def notice(began_at: datetime = NOON, status: str = "investigating", *told_at: datetime) -> Notice:
    updates = tuple(Told(status, "We look into it.", at) for at in told_at)
    return Notice("n", "Checkout is slow", status, began_at, updates)


@pytest.mark.parametrize(("one", "other"), list(product(STATES, STATES)))
def test_the_worst_of_two_is_how_all_stand_whichever_comes_first(one: ComponentState, other: ComponentState) -> None:
    worst = max(one, other, key=STATES.index)
    assert overall([one, other], False)[0] == overall([other, one], False)[0] == worst


def test_while_something_is_told_of_not_everything_is_well() -> None:
    assert overall([], False) == ("operational", "All systems operational")
    assert overall(["operational"], True) == ("operational", "An incident is being worked on")
    assert overall(["operational", "major_outage"], True) == ("major_outage", "Major outage")
    assert overall(["maintenance", "operational"], True) == ("maintenance", "Maintenance under way")


def test_a_group_stands_where_its_first_component_does() -> None:
    names = [("Web", "Shop"), ("Mail", ""), ("Till", "Shop"), ("Bank", "Others")]
    found = grouped([Component(name, "", group, "operational") for name, group in names])
    assert [(name, [one.name for one in members]) for name, members in found] == [
        ("Shop", ["Web", "Till"]),
        ("", ["Mail"]),
        ("Others", ["Bank"]),
    ]
    assert grouped([]) == []


def test_a_notice_is_over_when_resolved_and_changed_when_last_told_of() -> None:
    later = NOON + timedelta(hours=1)
    assert notice(NOON, "resolved").over
    assert not notice(NOON, "monitoring").over
    assert notice(NOON, "monitoring", later, NOON).changed_at == later
    assert notice().changed_at == NOON


def test_quiet_days_in_a_row_are_one_and_what_is_older_than_the_history_is_left_out() -> None:
    then, before = notice(NOON - timedelta(days=3)), notice(NOON - HISTORY)
    today = NOON.date()
    assert by_day([then, before], NOON) == [
        Days(today - timedelta(days=2), today, ()),
        Days(today - timedelta(days=3), today - timedelta(days=3), (then,)),
        Days(today - timedelta(days=89), today - timedelta(days=4), ()),
    ]


@given(st.lists(st.integers(0, 100).map(lambda hours: NOON - timedelta(hours=24 * hours // 3)), max_size=12))
def test_every_day_of_the_history_is_there_once_and_every_notice_in_its_own(began: list[datetime]) -> None:
    found = by_day([notice(at) for at in began], NOON)
    days: list[date] = []
    for one in found:
        days += [one.last - timedelta(days=back) for back in range((one.last - one.first).days + 1)]
        assert {told.began_at.date() for told in one.notices} <= {one.first}
        assert not one.notices or one.first == one.last
    assert days == [NOON.date() - timedelta(days=back) for back in range(HISTORY.days)]
    assert sum(len(one.notices) for one in found) == len(began)
