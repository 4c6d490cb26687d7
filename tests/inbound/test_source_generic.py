from collections.abc import Callable
from typing import Any

import pytest

from pulsar.alerts.rules import Priority
from pulsar.inbound.rules import Reading, Unreadable
from pulsar.inbound.sources import generic


def one(**event: Any) -> Reading:
    (reading,) = generic.read(event)
    return reading


def test_everything_that_can_be_said_is_read(read: Callable[[str], list[Reading]]) -> None:
    assert read("generic/made_here_everything") == [
        Reading(
            action="create",
            alias="backup-db-1",
            message="Backup of db-1 failed",
            description="pg_dump ended with status 1 after 12 minutes.",
            priority=Priority.P2,
            source="cron",
            entity="db-1",
            tags=("backup", "database"),
            details={
                "exit_status": "1",
                "log": "/var/log/backup.log",
                "hosts": '["db-1", "db-2"]',
                "retried": "false",
            },
        )
    ]


def test_a_message_is_enough(read: Callable[[str], list[Reading]]) -> None:
    assert read("generic/made_here_message_only") == [Reading(message="The disk of db-1 is full")]


def test_resolve_closes_by_alias(read: Callable[[str], list[Reading]]) -> None:
    assert read("generic/made_here_resolve") == [Reading(action="close", alias="backup-db-1")]


def test_a_list_is_read_in_its_order(read: Callable[[str], list[Reading]]) -> None:
    assert read("generic/made_here_list") == [
        Reading(alias="db-1", message="db-1 is down", priority=Priority.P1, tags=("database", "eu-1")),
        Reading(action="acknowledge", alias="db-2"),
        Reading(action="close", alias="db-3"),
        Reading(alias="4", message="db-4 is slow", details={"priority": "rather bad"}),
    ]


@pytest.mark.parametrize(
    ("said", "action"),
    [
        ({}, "create"),
        ({"action": "create"}, "create"),
        ({"action": "close"}, "close"),
        ({"action": "Resolve"}, "close"),
        ({"action": "acknowledge"}, "acknowledge"),
        ({"action": "ack"}, "acknowledge"),
        ({"status": "firing"}, "create"),
        ({"status": "on fire"}, "create"),
        ({"status": "resolved"}, "close"),
        ({"status": "OK"}, "close"),
        ({"status": "acknowledged"}, "acknowledge"),
        ({"action": "create", "status": "ok"}, "create"),
    ],
)
def test_an_action_or_else_a_status_says_what_to_do(said: dict[str, str], action: str) -> None:
    assert one(message="m", alias="a", **said).action == action


@pytest.mark.parametrize(
    ("tags", "read"), [(None, ()), ("", ()), ("a", ("a",)), (" a, b,,", ("a", "b")), (["a, b"], ("a, b",))]
)
def test_tags_are_a_list_or_stand_between_commas(tags: Any, read: tuple[str, ...]) -> None:
    assert one(message="m", tags=tags).tags == read


def test_a_priority_that_is_not_understood_is_kept_for_people_to_see() -> None:
    reading = one(message="m", priority="ultra", details={"a": 1})
    assert reading.priority is None
    assert reading.details == {"a": "1", "priority": "ultra"}


def test_an_alias_of_zero_is_an_alias() -> None:
    assert one(message="m", alias=0).alias == "0"


@pytest.mark.parametrize("alias", [None, "", "  "])
def test_without_an_alias_no_two_are_the_same(alias: str | None) -> None:
    assert one(message="m", alias=alias).alias is None


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({}, "message is missing"),
        ({"alias": "a"}, "message is missing"),
        ({"message": None}, "message is missing"),
        ([{"message": "m"}, {}], "[1].message is missing"),
        ({"action": "close"}, "alias is missing: it says which alert to close"),
        ({"status": "ok", "message": "m"}, "alias is missing: it says which alert to close"),
        ([{"action": "ack", "alias": " "}], "[0].alias is missing: it says which alert to acknowledge"),
        ({"message": "m", "action": "explode"}, "action must be create, close or acknowledge"),
        ({"message": 5}, "message must be a string, not a whole number"),
        ({"message": "m", "tags": ["a", 5]}, "tags[1] must be a string, not a whole number"),
        ({"message": "m", "tags": {}}, "tags must be a string or an array, not an object"),
        ({"message": "m", "details": []}, "details must be an object, not an array"),
        ([{"message": "m"}, 5], "[1] must be an object, not a whole number"),
        (None, "the payload must be an object, not null"),
        ({"message": "m", "details": {"n": 10**5000}}, "a value is too large to be written as text"),
    ],
)
def test_a_refusal_names_the_place(payload: Any, complaint: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        list(generic.read(payload))
    assert str(refusal.value) == complaint
