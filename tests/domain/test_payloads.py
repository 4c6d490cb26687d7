"""What an integration received lately: kept with what came of it, and read once more when somebody asks."""

import asyncio
import json
from typing import Any

import httpx
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.ladders import Integration, Json, happened, integration, read
from tests.world import Person


@pytest_asyncio.fixture
async def nagios(ana: Person) -> Integration:
    return await integration(ana)


async def kept(person: Person, which: Integration, many: int) -> list[Json]:
    """The newest first, as soon as there are so many."""
    async with asyncio.timeout(10):
        while True:
            found: list[Json] = (await read(person, f"/webhooks/incoming/{which.id}/payloads", page_size=100))["items"]
            if len(found) >= many:
                return found
            await asyncio.sleep(0.02)


async def content(person: Person, which: Integration, payload: Json) -> str:
    whole = await read(person, f"/webhooks/incoming/{which.id}/payloads/{payload['id']}")
    return str(whole["content"])


async def replay(person: Person, which: Integration, payload: Json) -> httpx.Response:
    return await person.post(f"/webhooks/incoming/{which.id}/payloads/{payload['id']}/replay")


async def test_each_payload_is_kept_with_what_came_of_it(ana: Person, vic: Person, nagios: Integration) -> None:
    bodies: list[Any] = [
        {"message": "Disk full", "alias": "disk"},
        {"message": "Disk full", "alias": "disk"},
        {"alias": "disk", "action": "close"},
        {"alias": "disk", "action": "close"},
        {"text": "no message"},
    ]
    for body in bodies:
        await nagios.post(body)
    await nagios.post(content=b'{"message": "Disk')
    found = (await kept(vic, nagios, 6))[::-1]
    assert [entry["outcome"] for entry in found] == ["taken", "taken", "taken", "ignored", "refused", "refused"]
    assert [[r["result"] for r in entry["results"]] for entry in found[:4]] == [
        ["created"],
        ["repeated"],
        ["closed"],
        ["ignored"],
    ]
    assert found[0]["results"][0]["number"] == 1
    assert found[4]["reason"] == "message is missing"
    assert found[5]["reason"].startswith("The body is not JSON")
    assert json.loads(await content(vic, nagios, found[4])) == bodies[4]
    assert await content(vic, nagios, found[5]) == '{"message": "Disk'
    assert {entry["size"] for entry in found[:2]} == {len(json.dumps(bodies[0], separators=(",", ":")))}


async def test_of_a_storm_the_last_fifty_stay(ana: Person, nagios: Integration, owner: AsyncConnection) -> None:
    for body in ({"message": "Disk full"}, {"text": "no message"}):
        await asyncio.gather(*(nagios.post(body) for _ in range(60)))
        found = await kept(ana, nagios, 50)
    async with asyncio.timeout(10):
        while {entry["outcome"] for entry in found} != {"refused"}:
            found = await kept(ana, nagios, 50)
            await asyncio.sleep(0.02)
    many = text("SELECT count(*) FROM received_payloads WHERE token_id = :id")
    assert await owner.scalar(many, {"id": nagios.id}) == 50


async def test_of_a_large_payload_the_beginning_is_kept_and_it_is_not_read_again(
    ana: Person, nagios: Integration
) -> None:
    await nagios.post({"message": "Disk full", "description": "x" * 70_000})
    await nagios.post({"message": "x" * 1_100_000})
    too_large, large = await kept(ana, nagios, 2)
    assert (large["cut"], large["outcome"], large["size"] > 70_000) == (True, "taken", True)
    assert len(await content(ana, nagios, large)) == 64 * 1024
    assert (too_large["outcome"], too_large["cut"]) == ("refused", True)
    refused = await replay(ana, nagios, large)
    assert (refused.status_code, refused.json()["code"]) == (409, "cut_short")


async def test_the_address_of_the_integration_is_not_kept(ana: Person, nagios: Integration) -> None:
    url = f"http://pulsar.test/api/v1/webhook/{nagios.token}"
    await nagios.post({"message": "Disk full", "details": {"url": url}})
    filler = "y" * (64 * 1024 - 60)
    await nagios.post(content=f'{{"message": "Disk full", "pad": "{filler}{nagios.token}"}}'.encode())
    for entry in await kept(ana, nagios, 2):
        whole = await content(ana, nagios, entry)
        assert nagios.token not in whole
        assert nagios.token[:16] not in whole


async def test_what_cannot_be_stored_as_text_is_kept_all_the_same(ana: Person, nagios: Integration) -> None:
    await nagios.post(content=b'{"\\u0000\\ud83d": "\x00\xff"')
    await nagios.post({"message": "x", "alias": "a\0b"})
    assert len(await kept(ana, nagios, 2)) == 2


async def test_a_refused_payload_is_read_again_when_the_integration_takes_it(
    ana: Person, bo: Person, nagios: Integration
) -> None:
    await ana.patch(f"/webhooks/incoming/{nagios.id}", enabled=False)
    await nagios.post({"message": "Disk full", "alias": "disk"})
    (first,) = await kept(ana, nagios, 1)
    assert (first["outcome"], first["reason"]) == ("refused", "This integration is switched off.")
    still = (await replay(bo, nagios, first)).json()
    assert (still["outcome"], still["reason"], still["replay_of"]) == ("refused", first["reason"], first["id"])

    await ana.patch(f"/webhooks/incoming/{nagios.id}", enabled=True)
    again = await replay(bo, nagios, first)
    assert again.status_code == 200, again.text
    told = again.json()
    assert (told["outcome"], told["replay_of"]) == ("taken", first["id"])
    (alert,) = (await read(ana, "/alerts"))["items"]
    assert told["results"][0]["alert_id"] == alert["id"]
    assert await happened(ana, alert["id"]) == ["alert.created"]
    assert [entry["id"] for entry in await kept(ana, nagios, 3)][:1] == [told["id"]]
    events = (await read(ana, "/events", type="integration.payload_replayed"))["items"]
    assert [event["payload"]["actor"]["name"] for event in events] == ["Bo", "Bo"]


async def test_who_only_looks_replays_nothing_and_strangers_see_nothing(
    ana: Person, vic: Person, eve: Person, nagios: Integration
) -> None:
    await nagios.post({"message": "Disk full"})
    (first,) = await kept(ana, nagios, 1)
    assert (await replay(vic, nagios, first)).status_code == 403
    assert (await replay(eve, nagios, first)).status_code == 404
    other = await integration(ana, name="Other")
    assert (await replay(ana, other, first)).status_code == 404
    assert (await eve.get(f"/webhooks/incoming/{nagios.id}/payloads")).status_code == 404


async def test_with_the_integration_its_payloads_go(ana: Person, nagios: Integration, owner: AsyncConnection) -> None:
    await nagios.post({"message": "Disk full"})
    await kept(ana, nagios, 1)
    assert (await ana.delete(f"/webhooks/incoming/{nagios.id}")).status_code == 204
    many = text("SELECT count(*) FROM received_payloads WHERE token_id = :id")
    assert await owner.scalar(many, {"id": nagios.id}) == 0


async def test_an_event_for_pagerduty_is_kept_without_its_routing_key_and_read_again(
    ana: Person, http: httpx.AsyncClient
) -> None:
    client = await integration(ana, integration_type="pagerduty")
    event = {"routing_key": client.token, "event_action": "trigger", "payload": {"summary": "Disk full", "source": "a"}}
    assert (await http.post("/v2/enqueue", json=event)).status_code == 202
    (first,) = await kept(ana, client, 1)
    assert client.token not in await content(ana, client, first)
    assert (await replay(ana, client, first)).json()["results"][0]["result"] == "created"
