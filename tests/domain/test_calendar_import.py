"""Calendar files that become overrides: all of their events or none, by the verb that makes a single one."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.ladders import Json
from tests.rules.calendar_files import event, file
from tests.schedules import ids, override, path_of, rotation, schedule
from tests.world import Person


def days_ahead(days: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)


def span(start: datetime, hours: float = 8) -> tuple[str, str]:
    return f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{start + timedelta(hours=hours):%Y%m%dT%H%M%SZ}"


async def send(person: Person, made: Json, content: bytes, **params: Any) -> httpx.Response:
    path = path_of(made, "overrides", "import")
    return await person.request("POST", path, content=content, params=params)


async def overrides(person: Person, made: Json) -> list[Json]:
    items: list[Json] = (await person.has(path_of(made, "overrides"), page_size=100))["items"]
    return items


async def test_events_become_overrides_and_a_dry_run_only_says_so(ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana))
    start = days_ahead(3)
    content = file(
        event(*span(start), f"ATTENDEE;CN=Bo:mailto:{bo.email.upper()}", "SUMMARY:Database"),
        event(*span(start + timedelta(days=1)), "SUMMARY:bo"),
        event(*span(days_ahead(-3)), "SUMMARY:Whoever"),
        event(*span(start), "SUMMARY:Whoever", "STATUS:CANCELLED"),
    )
    dry = (await send(ana, made, content, dry_run=True)).json()
    assert await overrides(ana, made) == []
    done = (await send(ana, made, content)).json()
    assert [(item["user"]["name"], item["starts_at"]) for item in done["items"]] == [
        ("Bo", start.isoformat().replace("+00:00", "Z")),
        ("Bo", (start + timedelta(days=1)).isoformat().replace("+00:00", "Z")),
    ]
    assert (done["past"], done["cancelled"], done["later"], done["already_there"]) == (1, 1, 0, 0)
    assert dry == done | {"dry_run": True, "items": [item | {"override_id": None} for item in done["items"]]}
    listed = await overrides(ana, made)
    assert [(one["id"], one["note"]) for one in listed] == [
        (done["items"][0]["override_id"], "Database"),
        (done["items"][1]["override_id"], "bo"),
    ]
    now = await ana.has(path_of(made, "oncall"), at=(start + timedelta(hours=1)).isoformat())
    assert [shift["user"]["name"] for shift in now["on_call"]] == ["Bo"]


async def test_the_same_file_again_makes_nothing_twice(ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana))
    content = file(event(*span(days_ahead(3)), "SUMMARY:Bo"), event(*span(days_ahead(-0.1)), "SUMMARY:Bo"))
    assert len((await send(ana, made, content)).json()["items"]) == 2
    again = (await send(ana, made, content)).json()
    assert (again["items"], again["already_there"]) == ([], 2)
    assert len(await overrides(ana, made)) == 2


async def test_one_rotation_can_be_meant(ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana), rotation(ana, name="Second line"))
    second = made["rotations"][1]["id"]
    start = days_ahead(3)
    await send(ana, made, file(event(*span(start), "SUMMARY:Bo")), rotation_id=second)
    now = await ana.has(path_of(made, "oncall"), at=(start + timedelta(hours=1)).isoformat())
    assert [shift["user"]["name"] for shift in now["on_call"]] == ["Ana", "Bo"]
    other = await schedule(ana, rotation(ana), name="Network")
    refused = await send(ana, other, file(event(*span(start), "SUMMARY:Bo")), rotation_id=second)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "rotation_id")


async def test_a_feed_of_one_schedule_is_read_into_another(http: httpx.AsyncClient, ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana, bo))
    feed = await ana.makes(path_of(made, "feeds"))
    content = (await http.get(feed["url"].removeprefix("http://pulsar.test"))).content
    other = await schedule(ana, rotation(ana, name="Empty", participants=ids(None)), name="Copy")
    assert (await send(ana, other, content)).status_code == 200
    for days in (1, 8, 20, 100):
        at = days_ahead(days).isoformat()
        (one,), (two,) = [(await ana.has(path_of(s, "oncall"), at=at))["on_call"] for s in (made, other)]
        assert one["user"] == two["user"]


async def test_what_does_not_fit_is_named_and_nothing_is_written(ana: Person, bo: Person, eve: Person) -> None:
    made = await schedule(ana, rotation(ana))
    good = event(*span(days_ahead(3)), "SUMMARY:Bo")
    for bad, field, words in (
        (event(*span(days_ahead(4)), "SUMMARY:Zoe"), "events.1", "“Zoe” is no active member's address"),
        (event(*span(days_ahead(4)), f"ATTENDEE:mailto:{eve.email}"), "events.1", f"{eve.email} is no active member's"),
        (event(*span(days_ahead(4), 24 * 400), "SUMMARY:Bo"), "events.1", "An override lasts 366 days at most"),
        (event("DTSTART;TZID=Nowhere:20990101T000000", "SUMMARY:Bo"), "events.1", "the time zone Nowhere"),
    ):
        for dry_run in (True, False):
            refused = await send(ana, made, file(good, bad), dry_run=dry_run)
            assert refused.status_code == 422
            assert refused.json()["errors"][0]["field"] == field
            assert words in refused.json()["detail"]
    assert await overrides(ana, made) == []


async def test_all_who_are_not_known_are_named_at_once(ana: Person) -> None:
    made = await schedule(ana, rotation(ana))
    content = file(*(event(*span(days_ahead(3)), f"SUMMARY:Zoe {number}") for number in range(30)))
    errors = (await send(ana, made, content)).json()["errors"]
    assert [error["field"] for error in errors] == [f"events.{number}" for number in range(20)]


@pytest.mark.parametrize("content", [b"", b"\0\xff\xfe" * 100, b"{}", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR"])
async def test_garbage_is_refused_with_the_reason(ana: Person, content: bytes) -> None:
    made = await schedule(ana, rotation(ana))
    refused = await send(ana, made, content)
    assert (refused.status_code, refused.json()["code"]) == (422, "unreadable_calendar")
    assert refused.json()["errors"][0]["field"] == "file"


async def test_a_file_of_ten_megabytes_is_refused_at_once(ana: Person) -> None:
    made = await schedule(ana, rotation(ana))
    content = file(*[event(*span(days_ahead(3)), "SUMMARY:Ana")] * 120_000)
    assert len(content) > 10_000_000
    refused = await send(ana, made, content)
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


async def test_five_hundred_events_are_imported_in_a_few_seconds(ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana))
    first = days_ahead(1)
    events = (event(*span(first + timedelta(hours=12 * number)), "SUMMARY:Bo") for number in range(500))
    started = time.monotonic()
    assert len((await send(ana, made, file(*events))).json()["items"]) == 500
    assert time.monotonic() - started < 20


async def test_a_viewer_imports_nothing(ana: Person, vic: Person) -> None:
    made = await schedule(ana, rotation(ana))
    assert (await send(vic, made, file(event(*span(days_ahead(3)), "SUMMARY:Ana")))).status_code == 403


async def test_an_imported_override_is_like_any_other(ana: Person, bo: Person) -> None:
    """The newest wins, and each has its event."""
    made = await schedule(ana, rotation(ana))
    start = days_ahead(3)
    await send(ana, made, file(event(*span(start), "SUMMARY:Bo")))
    await override(ana, made, ana, start, 1)
    at = (start + timedelta(minutes=5)).isoformat()
    now = await ana.has(path_of(made, "oncall"), at=at)
    assert [shift["user"]["name"] for shift in now["on_call"]] == ["Ana"]
