"""Ids are in the order of time."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pulsar.base.ids import first_id_at, new_id

instants = st.datetimes(timezones=st.just(UTC))


@given(one=instants, other=instants)
def test_whatever_instant_is_asked_for_its_ids_are_in_the_order_of_time(one: datetime, other: datetime) -> None:
    earlier, later = sorted((one, other))
    assert first_id_at(earlier) <= first_id_at(later)


def test_a_new_id_lies_between_a_moment_ago_and_a_moment_from_now() -> None:
    now, moment = datetime.now(UTC), timedelta(seconds=10)
    assert first_id_at(now - moment) < new_id() < first_id_at(now + moment)
