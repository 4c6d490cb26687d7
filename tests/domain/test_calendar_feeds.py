"""Calendar feeds: secret addresses that calendar programs read, and what is in them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import vobject
from icalendar import Calendar

from pulsar.base.http import Pulsar
from pulsar.oncall.feeds import MOST_FEEDS
from tests.ladders import Json
from tests.schedules import leaves, override, path_of, rotation, schedule
from tests.world import Person


async def fetch(http: httpx.AsyncClient, made: Json, **headers: str) -> httpx.Response:
    """As a calendar program does, with nothing but the address."""
    return await http.get(made["url"].removeprefix("http://pulsar.test"), headers=headers)


async def events(http: httpx.AsyncClient, made: Json) -> list[Any]:
    answer = await fetch(http, made)
    assert answer.status_code == 200
    calendar: Any = Calendar.from_ical(answer.content)
    found: list[Any] = calendar.events
    return found


async def test_a_program_that_knows_the_address_reads_the_schedule(
    http: httpx.AsyncClient, ana: Person, bo: Person
) -> None:
    made = await schedule(ana, rotation(ana, bo))
    feed = await ana.makes(path_of(made, "feeds"))
    assert feed["url"].startswith("http://pulsar.test/api/v1/calendar/")
    assert feed["url"].endswith(".ics")
    assert feed["webcal_url"] == feed["url"].replace("http://", "webcal://")
    answer = await fetch(http, feed)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, max-age=300"
    calendar = vobject.readOne(answer.text)
    assert calendar.x_wr_calname.value == "On call: Database"
    assert {event.summary.value for event in calendar.vevent_list} == {"Ana on call: Database", "Bo on call: Database"}
    final = await ana.has(path_of(made, "shifts"))
    known = {
        (datetime.fromisoformat(s["starts_at"]), datetime.fromisoformat(s["ends_at"])) for s in final["final"][1:-1]
    }
    assert known <= {(event.start, event.end) for event in await events(http, feed)}


async def test_an_override_is_in_the_feed_too(http: httpx.AsyncClient, ana: Person, bo: Person) -> None:
    """The list, the final schedule and the feed say the same (OneUptime#2086)."""
    made = await schedule(ana, rotation(ana))
    feed = await ana.makes(path_of(made, "feeds"))
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    await override(ana, made, bo, start, 8)
    bos = [event for event in await events(http, feed) if event["SUMMARY"] == "Bo on call: Database"]
    assert [(event.start, event.end) for event in bos] == [(start, start + timedelta(hours=8))]


async def test_ones_own_feed_has_ones_own_shifts_of_all_schedules(
    http: httpx.AsyncClient, ana: Person, bo: Person
) -> None:
    await schedule(ana, rotation(ana, bo))
    await schedule(ana, rotation(bo), name="Network")
    await schedule(ana, rotation(ana), name="Storage")
    feed = await bo.makes("/users/me/feeds")
    assert feed["schedule"] is None
    found = await events(http, feed)
    assert {str(event["SUMMARY"]) for event in found} == {"Bo on call: Database", "Bo on call: Network"}
    assert b"NAME:On call: Bo\r\n" in (await fetch(http, feed)).content


async def test_a_program_that_has_the_newest_is_told_so(http: httpx.AsyncClient, ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana, bo))
    feed = await ana.makes(path_of(made, "feeds"))
    tag = (await fetch(http, feed)).headers["etag"]
    again = await fetch(http, feed, **{"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    await ana.patch(path_of(made), name="Databases")
    assert (await fetch(http, feed, **{"If-None-Match": tag})).status_code == 200


async def test_the_secret_is_answered_once_and_its_use_is_seen(http: httpx.AsyncClient, ana: Person) -> None:
    made = await schedule(ana, rotation(ana))
    feed = await ana.makes(path_of(made, "feeds"))
    (listed,) = (await ana.has(path_of(made, "feeds")))["items"]
    assert listed == {key: feed[key] for key in listed}
    assert listed["last_used_at"] is None
    assert feed["url"] not in (await ana.get("/users/me/feeds")).text
    await fetch(http, feed)
    (used,) = (await ana.has("/users/me/feeds"))["items"]
    assert used["last_used_at"]
    assert used["schedule"] == {"id": made["id"], "name": "Database"}


async def test_a_revoked_address_leads_nowhere(http: httpx.AsyncClient, ana: Person) -> None:
    made = await schedule(ana, rotation(ana))
    for place in (path_of(made, "feeds"), "/users/me/feeds"):
        feed = await ana.makes(place)
        assert (await ana.delete(f"{place}/{feed['id']}")).status_code == 204
        answer = await fetch(http, feed)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert (await ana.delete(f"{place}/{feed['id']}")).status_code == 404
    assert (await http.get("/api/v1/calendar/x.ics")).status_code == 404


async def test_an_address_of_somebody_who_has_left_leads_nowhere(
    http: httpx.AsyncClient, ana: Person, bo: Person, pulsar: Pulsar
) -> None:
    made = await schedule(ana, rotation(ana, bo))
    feeds = [await bo.makes(path_of(made, "feeds")), await bo.makes("/users/me/feeds")]
    await leaves(pulsar, bo, ana)
    assert [(await fetch(http, feed)).status_code for feed in feeds] == [404, 404]


async def test_an_address_goes_with_its_schedule(http: httpx.AsyncClient, ana: Person) -> None:
    made = await schedule(ana, rotation(ana))
    feed = await ana.makes(path_of(made, "feeds"))
    assert (await ana.delete(path_of(made))).status_code == 204
    assert (await fetch(http, feed)).status_code == 404


async def test_feeds_are_everybodys_own(ana: Person, bo: Person, vic: Person) -> None:
    made = await schedule(ana, rotation(ana))
    feed = await ana.makes(path_of(made, "feeds"))
    assert (await bo.has(path_of(made, "feeds")))["items"] == []
    assert (await bo.delete(f"/users/me/feeds/{feed['id']}")).status_code == 404
    assert (await bo.delete(path_of(made, "feeds", feed["id"]))).status_code == 404
    other = await schedule(ana, name="Network")
    assert (await ana.delete(path_of(other, "feeds", feed["id"]))).status_code == 404
    assert (await vic.post(path_of(made, "feeds"))).status_code == 201


async def test_nobody_makes_feeds_without_end(ana: Person) -> None:
    for _ in range(MOST_FEEDS):
        await ana.makes("/users/me/feeds")
    refused = await ana.post("/users/me/feeds")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_feeds")


@pytest.mark.parametrize("zone", ["Pacific/Apia", "America/St_Johns"])
async def test_a_feed_of_an_empty_schedule_is_an_empty_calendar(
    http: httpx.AsyncClient, ana: Person, zone: str
) -> None:
    made = await schedule(ana, time_zone=zone)
    assert await events(http, await ana.makes(path_of(made, "feeds"))) == []
