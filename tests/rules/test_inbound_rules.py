from uuid import UUID

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pulsar.alerts.rules import DEFAULT_PRIORITY, Action, Priority
from pulsar.inbound.rules import (
    LONGEST_ALIAS,
    LONGEST_DESCRIPTION,
    LONGEST_DETAIL,
    LONGEST_FIELD,
    LONGEST_MESSAGE,
    MOST_DETAILS,
    MOST_TAGS,
    Integration,
    Reading,
    bounded_alias,
    signal,
)

ID = UUID(int=1)
PLAIN = Integration(ID, "Checks", None, (), None, None)

whole = st.characters(exclude_categories=["Cs"])
texts = st.text(st.characters()) | st.just("\0") | st.just(" ") | st.just("\ud800")
very_long = st.builds(lambda text, times: text * times, st.text(st.characters(), min_size=1, max_size=9), st.just(6000))
any_text = texts | very_long
readings = st.builds(
    Reading,
    action=st.sampled_from(["create", "close", "acknowledge"]),
    alias=st.none() | any_text,
    message=any_text,
    description=any_text,
    priority=st.none() | st.sampled_from(Priority),
    source=any_text,
    entity=any_text,
    tags=st.lists(texts | st.integers().map(str), max_size=80).map(tuple),
    details=st.dictionaries(texts | st.integers().map(str), texts, max_size=120),
)


def integration(
    priority: Priority | None = None, tags: tuple[str, ...] = (), team: UUID | None = None, policy: UUID | None = None
) -> Integration:
    return Integration(ID, "Checks", priority, tags, team, policy)


@given(readings)
def test_no_text_is_longer_than_its_limit(reading: Reading) -> None:
    read = signal(reading, PLAIN, lambda: "fallback")
    assert len(read.alias) <= LONGEST_ALIAS
    assert 0 < len(read.message) <= LONGEST_MESSAGE
    assert len(read.description) <= LONGEST_DESCRIPTION
    assert len(read.source) <= LONGEST_FIELD
    assert len(read.entity) <= LONGEST_FIELD
    assert len(read.tags) <= MOST_TAGS
    assert all(0 < len(tag) <= LONGEST_FIELD for tag in read.tags)
    assert len(read.details) <= MOST_DETAILS
    assert all(len(name) <= LONGEST_FIELD and len(text) <= LONGEST_DETAIL for name, text in read.details.items())


@given(readings)
def test_everything_can_be_stored(reading: Reading) -> None:
    read = signal(reading, PLAIN, lambda: "fallback")
    named = [read.alias, read.message, read.description, read.source, read.entity, *read.tags]
    for text in [*named, *read.details, *read.details.values()]:
        assert "\0" not in text
        text.encode()


@given(readings)
def test_what_was_cleaned_once_stays_as_it_is(reading: Reading) -> None:
    once = signal(reading, PLAIN, lambda: "fallback")
    again = Reading(
        once.action, once.alias, once.message, once.description, once.priority, once.source, once.entity, once.tags
    )
    twice = signal(again, PLAIN, lambda: "fallback")
    assert (twice.message, twice.description, twice.tags) == (once.message, once.description, once.tags)
    assert twice.entity == once.entity


@given(any_text)
def test_a_bounded_alias_is_bounded_already(alias: str) -> None:
    assert bounded_alias(bounded_alias(alias)) == bounded_alias(alias)


@given(st.text(whole, min_size=1, max_size=5), st.text(whole, max_size=20), st.text(whole, max_size=20))
@example("a", "b", "c")
def test_two_long_aliases_that_begin_alike_stay_two(start: str, one: str, other: str) -> None:
    start = "=" + start * 600
    one, other = (f"{start}{end}.".replace("\0", "") for end in (one, other))
    assume(one != other)
    assert bounded_alias(one) != bounded_alias(other)
    assert len(bounded_alias(one)) <= LONGEST_ALIAS


def test_a_long_alias_keeps_its_beginning_for_people() -> None:
    assert bounded_alias("disk of db-1 " + "x" * 600).startswith("disk of db-1 xxx")


def test_a_short_alias_is_kept() -> None:
    assert bounded_alias("db-1/disk") == "db-1/disk"


def test_without_an_alias_the_fallback_holds() -> None:
    assert signal(Reading(message="m"), PLAIN, lambda: "unique").alias == "unique"


@pytest.mark.parametrize("alias", [" ", "\0"])
def test_a_blank_alias_is_none(alias: str) -> None:
    assert signal(Reading(alias=alias, message="m"), PLAIN, lambda: "unique").alias == "unique"


def test_a_blank_message_is_still_a_page() -> None:
    assert signal(Reading(message=" \0"), PLAIN, lambda: "a").message == "(no message)"


@pytest.mark.parametrize(
    ("said", "default", "priority"),
    [
        (Priority.P5, Priority.P1, Priority.P5),
        (None, Priority.P1, Priority.P1),
        (None, None, DEFAULT_PRIORITY),
    ],
)
def test_the_source_s_priority_wins_over_the_integration_s(
    said: Priority | None, default: Priority | None, priority: Priority
) -> None:
    assert signal(Reading(message="m", priority=said), integration(default), lambda: "a").priority == priority


def test_the_integration_s_tags_come_first_and_none_comes_twice() -> None:
    read = signal(Reading(message="m", tags=("b", " a ", "", "c")), integration(tags=("a", "b")), lambda: "x")
    assert read.tags == ("a", "b", "c")


def test_the_integration_s_name_stands_in_for_a_source() -> None:
    assert signal(Reading(message="m"), PLAIN, lambda: "a").source == "Checks"


@pytest.mark.parametrize("action", ["create", "close", "acknowledge"])
def test_what_the_integration_adds_is_there(action: Action) -> None:
    read = signal(Reading(action, "a", "m"), integration(team=UUID(int=2), policy=UUID(int=3)), lambda: "x")
    assert (read.action, read.alias, read.integration_id) == (action, "a", ID)
    assert (read.team_id, read.integration_policy_id) == (UUID(int=2), UUID(int=3))
