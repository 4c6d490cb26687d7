"""Lists come in pages: by number, or by a cursor that neither skips nor repeats while rows come and go."""

import base64
import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulsar.app import build_api
from pulsar.base.http import Pulsar
from tests.architecture.openapi import API
from tests.world import Person


async def makes_alerts(person: Person, *messages: object) -> None:
    for message in messages:
        await person.makes("/alerts", message=str(message))


async def walk(person: Person, path: str, page_size: int) -> AsyncIterator[dict[str, Any]]:
    """Page by page, by the cursor."""
    cursor: str | None = ""
    while cursor is not None:
        page = await person.has(path, page_size=page_size, **({"cursor": cursor} if cursor else {}))
        yield page
        cursor = page["next_cursor"]


async def test_pages_have_numbers_sizes_and_a_total(ana: Person) -> None:
    await makes_alerts(ana, *range(5))
    first = await ana.has("/alerts", page_size=2)
    assert [alert["message"] for alert in first["items"]] == ["4", "3"]
    assert (first["total"], first["page"], first["page_size"]) == (5, 1, 2)
    assert first["next_cursor"]
    third = await ana.has("/alerts", page=3, limit=2)
    assert [alert["message"] for alert in third["items"]] == ["0"]
    assert (third["total"], third["page"], third["page_size"], third["next_cursor"]) == (5, 3, 2, None)
    beyond = await ana.has("/alerts", page=4, page_size=2)
    assert (beyond["items"], beyond["total"]) == ([], 5)
    assert (await ana.has("/alerts"))["page_size"] == 20


async def test_an_empty_list_is_one_empty_page(ana: Person) -> None:
    assert await ana.has("/alerts") == {
        "items": [],
        "total": 0,
        "total_is_exact": True,
        "page": 1,
        "page_size": 20,
        "next_cursor": None,
    }


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(page_size=st.integers(1, 9))
async def test_a_cursor_walks_each_row_once_whatever_the_size_of_the_page(page_size: int, eve: Person) -> None:
    if not (await eve.has("/alerts"))["total"]:
        await makes_alerts(eve, *range(7))
    seen = [alert["message"] async for page in walk(eve, "/alerts", page_size) for alert in page["items"]]
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


async def test_rows_that_are_added_meanwhile_shift_nothing(ana: Person) -> None:
    """By page number the newest would push others over to the next page, to be seen twice."""
    await makes_alerts(ana, *range(6))
    seen = []
    async for page in walk(ana, "/alerts", 2):
        seen += [alert["message"] for alert in page["items"]]
        await makes_alerts(ana, "new", "newer")
    assert seen == ["5", "4", "3", "2", "1", "0"]


async def test_rows_that_are_deleted_meanwhile_hide_nothing(ana: Person) -> None:
    await makes_alerts(ana, *range(6))
    seen = []
    async for page in walk(ana, "/alerts", 2):
        seen += [alert["message"] for alert in page["items"]]
        for alert in page["items"]:
            assert (await ana.delete(f"/alerts/{alert['id']}")).status_code == 204
    assert seen == ["5", "4", "3", "2", "1", "0"]


async def test_what_is_listed_oldest_first_shows_what_is_added_at_its_end(ana: Person) -> None:
    for name in "abc":
        await ana.makes("/teams", name=name)
    seen = []
    async for page in walk(ana, "/teams", 2):
        seen += [team["name"] for team in page["items"]]
        if len(seen) == 2:
            await ana.makes("/teams", name="d")
    assert seen == ["a", "b", "c", "d"]


async def test_the_activity_of_an_alert_is_walked_in_its_order(ana: Person) -> None:
    """Its cursor is a number and not an id."""
    alert = await ana.makes("/alerts", message="Disk full")
    for i in range(4):
        await ana.makes(f"/alerts/{alert['id']}/notes", text=f"note {i}")
    path = f"/alerts/{alert['id']}/activity"
    pages = [page["items"] async for page in walk(ana, path, 2)]
    numbers = [event["id"] for page in pages for event in page]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == (await ana.has(path))["total"]


async def test_a_cursor_goes_with_the_filter_that_it_came_from(ana: Person) -> None:
    await makes_alerts(ana, "a disk", "a fan", "a disk", "a fan", "a disk")
    found = []
    cursor: dict[str, str] = {}
    while True:
        page = await ana.has("/alerts", search="disk", page_size=1, **cursor)
        found += [alert["number"] for alert in page["items"]]
        assert page["total"] == 3
        if not page["next_cursor"]:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert found == [5, 3, 1]


@pytest.fixture(scope="session")
def lists(pulsar: Pulsar) -> list[str]:
    """The paths of all lists that need no id."""
    paths: dict[str, Any] = build_api(pulsar).openapi()["paths"]
    named = {
        path: {parameter["name"] for parameter in item["get"].get("parameters", [])}
        for path, item in paths.items()
        if "get" in item and "{" not in path
    }
    return [path.removeprefix(API) for path, names in named.items() if "cursor" in names]


NO_PAGES: list[tuple[str, object]] = [
    ("page", 0),
    ("page", "x"),
    ("page", 10**9),
    ("page_size", 0),
    ("page_size", 101),
    ("limit", 101),
    ("cursor", "!"),
    ("cursor", "é"),
    ("cursor", base64.urlsafe_b64encode(b"not one of ours").decode()),
    ("cursor", base64.urlsafe_b64encode(b"\xff\xfe").decode()),
]


async def test_a_page_that_cannot_be_is_refused_by_its_field_on_every_list(ana: Person, lists: list[str]) -> None:
    assert len(lists) >= 6
    for path, (field, value) in itertools.product(lists, NO_PAGES):
        answer = await ana.get(path, **{field: value})
        assert answer.status_code == 422, (path, field, value)
        assert [error["field"] for error in answer.json()["errors"]] == [field], path


async def test_a_cursor_of_another_list_is_no_way_into_it(ana: Person, eve: Person) -> None:
    """It is a place in an order and nothing more: whose rows are shown does not follow from it."""
    await makes_alerts(ana, *range(3))
    await makes_alerts(eve, "hers")
    cursor = (await ana.has("/alerts", page_size=1))["next_cursor"]
    assert {alert["message"] for alert in (await eve.has("/alerts", cursor=cursor))["items"]} <= {"hers"}
