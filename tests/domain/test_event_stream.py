"""The stream of events for scripts: catching up by number, and listening without a WebSocket."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from pulsar.base import clock as base_clock
from pulsar.base.http import Pulsar
from pulsar.live.hub import MOST_MISSED
from pulsar.orgs.model import Membership
from tests.domain.hearing import happen, last_number
from tests.world import API, Clock, Person

Said = dict[str, str]


@asynccontextmanager
async def listening(
    node: str, person: Person, headers: dict[str, str] | None = None, **params: Any
) -> AsyncIterator[AsyncIterator[Said]]:
    """The events of a stream, each as its fields."""
    asks = {"Authorization": f"Bearer {person.access_token}", "Accept": "text/event-stream"} | (headers or {})
    async with (
        httpx.AsyncClient(base_url=f"http://{node}{API}", timeout=10) as http,
        http.stream("GET", "/events", params=params, headers=asks) as answer,
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        yield _events(answer)


async def _events(answer: httpx.Response) -> AsyncIterator[Said]:
    event: Said = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if name:
            event[name] = value
        elif event.keys() != {"retry"}:
            yield event
            event = {}
        else:
            event = {}


async def hear(events: AsyncIterator[Said], many: int) -> list[Said]:
    return [await anext(events) for _ in range(many)]


async def test_a_script_catches_up_by_number(ana: Person, vic: Person, pulsar: Pulsar) -> None:
    start = await last_number(pulsar, ana.org_id)
    await happen(pulsar, ana.org_id, 250)
    got: list[int] = []
    after, more = start, True
    while more:
        page = await vic.has("/events", after=after)
        got += [event["id"] for event in page["items"]]
        after, more = page["after"], page["more"]
    assert got == list(range(start + 1, start + 251))
    assert (after, page["last_id"], page["resync"]) == (start + 250, start + 250, False)
    assert (await vic.has("/events", after=after))["items"] == []


async def test_a_page_says_what_the_websocket_says(ana: Person, node: str) -> None:
    alert = await ana.makes("/alerts", message="Disk full")
    paged = (await ana.has("/events", type="alert.created"))["items"][-1]
    assert paged["payload"]["subject"] == {"type": "alert", "id": alert["id"]}
    async with listening(node, ana, after=paged["id"] - 1) as events:
        streamed = (await hear(events, 2))[1]
    assert json.loads(streamed["data"]) == paged
    assert (streamed["id"], streamed["event"]) == (str(paged["id"]), "alert.created")


async def test_events_are_found_by_type_actor_object_and_time(
    ana: Person, bo: Person, pulsar: Pulsar, clock: Clock
) -> None:
    theirs = await bo.makes("/teams", name="Theirs")
    clock.pass_time(timedelta(minutes=10))
    between = base_clock.rfc3339(base_clock.now())
    hers = await ana.makes("/teams", name="Hers")
    await ana.makes("/alerts", message="Disk full")

    async def found(**params: Any) -> list[str]:
        return [event["type"] for event in (await ana.has("/events", **params))["items"]]

    assert await found(type="team.created") == ["team.created"] * 2
    assert await found(type=["team.*", "alert.created"]) == ["team.created", "team.created", "alert.created"]
    assert await found(actor_id=str(bo.id), type="team.*") == ["team.created"]
    assert await found(subject_id=theirs["id"]) == ["team.created"]
    assert await found(subject_type="team", since=between) == ["team.created"]
    assert (await ana.has("/events", subject_type="team", since=between))["items"][0]["payload"]["subject"]["id"] == (
        hers["id"]
    )
    assert await found(kind="activity") == ["alert.created"]
    assert await found(since=between, until=between) == []
    for wrong in ({"type": "alert"}, {"type": "'; DROP"}, {"since": "yesterday"}, {"after": -1}, {"limit": 1001}):
        assert (await ana.get("/events", **wrong)).status_code == 422


async def test_a_number_from_the_future_is_told_so(ana: Person, pulsar: Pulsar) -> None:
    last = await last_number(pulsar, ana.org_id)
    page = await ana.has("/events", after=10**40)
    assert page == {"items": [], "after": last, "more": False, "last_id": last, "resync": True}


async def test_a_stream_goes_on_where_its_client_was(ana: Person, pulsar: Pulsar, node: str) -> None:
    """As browsers and libraries ask when they connect again; their number counts, not the address's."""
    start = await last_number(pulsar, ana.org_id)
    await happen(pulsar, ana.org_id, 450)
    async with listening(node, ana, {"Last-Event-ID": str(start)}, after=start + 400) as events:
        heard = await hear(events, 451)
        await happen(pulsar, ana.org_id, 1)
        heard += await hear(events, 1)
    assert heard[0]["event"] == "connection.connected"
    assert "id" not in heard[0]
    assert [int(event["id"]) for event in heard[1:]] == list(range(start + 1, start + 452))


async def test_a_stream_that_cannot_be_resumed_says_so_once(ana: Person, pulsar: Pulsar, node: str) -> None:
    await happen(pulsar, ana.org_id, 1)
    last = await last_number(pulsar, ana.org_id)
    async with listening(node, ana, after=last + MOST_MISSED) as events:
        connected, resync = await hear(events, 2)
    assert (resync["event"], resync["id"]) == ("connection.resync", str(last))
    async with listening(node, ana, {"Last-Event-ID": resync["id"]}) as events:
        assert (await hear(events, 1))[0]["event"] == connected["event"]
        await happen(pulsar, ana.org_id, 1)
        assert (await hear(events, 1))[0]["id"] == str(last + 1)


async def test_a_stream_can_be_narrowed_to_types(ana: Person, node: str) -> None:
    async with listening(node, ana, type="alert.*") as events:
        await hear(events, 1)
        await ana.makes("/teams", name="Database")
        alert = await ana.makes("/alerts", message="Disk full")
        assert (await hear(events, 1))[0]["event"] == "alert.created"
        await ana.makes(f"/alerts/{alert['id']}/close")
        assert (await hear(events, 1))[0]["event"] == "alert.closed"
    asks = {"Accept": "text/event-stream"}
    refused = await ana.http.get(
        f"{API}/events?actor_id={ana.id}", headers=asks | {"Authorization": f"Bearer {ana.access_token}"}
    )
    assert refused.status_code == 422


async def test_a_stream_is_its_organizations_own(ana: Person, eve: Person, node: str) -> None:
    async with listening(node, eve) as events:
        await hear(events, 1)
        await ana.makes("/alerts", message="Ana's")
        await eve.makes("/alerts", message="Eve's")
        assert "Eve's" in (await hear(events, 1))[0]["data"]


async def test_a_stream_of_somebody_who_is_removed_ends(ana: Person, bo: Person, pulsar: Pulsar, node: str) -> None:
    async with listening(node, bo) as events:
        await hear(events, 1)
        async with pulsar.db.in_org(ana.org_id) as tx:
            await tx.execute(update(Membership).where(Membership.user_id == bo.id).values(active=False))
        await happen(pulsar, ana.org_id, 1)
        said = (await hear(events, 1))[0]
        assert (said["event"], json.loads(said["data"])["payload"]["code"]) == ("connection.error", "not_signed_in")
        with pytest.raises(StopAsyncIteration):
            await anext(events)
    asks = {"Accept": "text/event-stream", "Authorization": f"Bearer {bo.access_token}"}
    assert (await bo.http.get(f"{API}/events", headers=asks)).status_code == 401


async def test_an_api_key_listens_as_long_as_it_stands(ana: Person, node: str) -> None:
    made = await ana.makes("/api-keys", name="Wallboard", scopes=["read"])
    asks = {"Authorization": f"Bearer {made['key']}"}
    async with listening(node, ana, asks) as events:
        await hear(events, 1)
        await ana.makes("/teams", name="Database")
        assert (await hear(events, 1))[0]["event"] == "team.created"
        assert (await ana.delete(f"/api-keys/{made['id']}")).status_code == 204
        said = (await hear(events, 1))[0]
        assert (said["event"], json.loads(said["data"])["payload"]["code"]) == ("connection.error", "not_signed_in")
    assert (await ana.http.get(f"{API}/events", headers=asks)).status_code == 401
