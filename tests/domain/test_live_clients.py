"""Clients of the live feed that are wrong, rude, slow or strangers: told why, and nobody else notices."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import websockets

from pulsar.base import logs
from pulsar.base.crypto import Keys
from pulsar.base.http import ACCESS_TOKEN, Pulsar
from pulsar.live import conversation, wire
from pulsar.orgs.events import OrganizationCreated
from pulsar.people import sessions
from tests.domain.hearing import Dial, closed_with, happen, hear, hear_to_the_end, hear_until, last_number, ticket
from tests.domain.test_second_factors import enrolled
from tests.world import API, Clock, Person

GARBAGE = ["", "hello", "{", "[]", "null", '"connection.ping"', '{"type": 1}', "\x00", b"\xff\xfe", "[" * 500]


@pytest.mark.parametrize("said", GARBAGE, ids=repr)
async def test_garbage_is_answered_with_an_error_and_the_feed_goes_on(
    said: str | bytes, ana: Person, pulsar: Pulsar, dial: Dial
) -> None:
    async with dial(await ticket(ana)) as socket:
        await hear(socket)
        await socket.send(said)
        answer = await hear(socket)
        assert (answer["id"], answer["type"], answer["payload"]["code"]) == (None, "connection.error", "unreadable")
        await happen(pulsar, ana.org_id, 1)
        assert (await hear(socket))["type"] == "organization.created"


async def test_a_client_may_ask_whether_the_line_is_alive(ana: Person, pulsar: Pulsar, dial: Dial) -> None:
    last = await last_number(pulsar, ana.org_id)
    async with dial(await ticket(ana)) as socket:
        await hear(socket)
        await socket.send('{"type": "connection.ping"}')
        assert [(pong := await hear(socket))["type"], pong["payload"]] == ["connection.pong", {"last_id": last}]
        await socket.send('{"type": "connection.pong"}')  # an answer is not answered
        await socket.send('{"type": "alert.closed"}')
        assert (await hear(socket))["payload"]["code"] == "unknown_type"


@pytest.mark.parametrize("kind", [str, bytes])
async def test_a_message_has_512_bytes_at_most(kind: Any, ana: Person, dial: Dial) -> None:
    async with dial(await ticket(ana)) as socket:
        await hear(socket)
        await socket.send("ü" * 256 if kind is str else b"x" * 512)
        assert (await hear(socket))["payload"]["code"] == "unreadable"
        await socket.send("ü" * 256 + "x" if kind is str else b"x" * 513)
        assert (await hear(socket))["payload"]["code"] == "too_large"
        assert (await closed_with(socket), socket.close_reason) == (4413, conversation.TOO_LARGE.reason)


async def test_a_client_that_talks_far_too_much_is_not_even_listened_to(ana: Person, dial: Dial) -> None:
    async with dial(await ticket(ana)) as socket:
        await hear(socket)
        await socket.send("x" * 100_000)
        assert await closed_with(socket) == 1009


async def test_a_client_that_floods_is_hung_up_on_and_the_others_do_not_notice(
    ana: Person, vic: Person, pulsar: Pulsar, dial: Dial
) -> None:
    async with dial(await ticket(ana), max_queue=None) as floods, dial(await ticket(vic)) as listens:
        await hear(listens)
        for _ in range(conversation.MOST_MESSAGES + 1):
            await floods.send('{"type": "connection.ping"}')
        await happen(pulsar, ana.org_id, 1)
        assert (await hear(listens))["type"] == "organization.created"
        assert await closed_with(floods) == 4429


async def test_ten_thousand_unread_messages_slow_nobody_down(
    ana: Person, vic: Person, pulsar: Pulsar, dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who does not read is cut, with the reason behind all that it has not read; and can come back for the rest."""
    monkeypatch.setattr(wire, "WRITE_SECONDS", 1.0)
    seen = await last_number(pulsar, ana.org_id)
    async with dial(await ticket(ana), max_queue=1) as sleeps, dial(await ticket(vic), max_queue=None) as listens:
        for socket in (sleeps, listens):
            await hear(socket)
        for _ in range(10):
            async with pulsar.db.in_org(ana.org_id) as tx:
                tx.record(*(OrganizationCreated(ana.org_id, name="x" * 2000) for _ in range(1000)))
        heard = await hear_until(listens, seen + 10_000)
        assert [message["id"] for message in heard] == list(range(seen + 1, seen + 10_001))
        await asyncio.sleep(1.5)
        got = await hear_to_the_end(sleeps)
        assert got.pop()["payload"]["code"] == "too_slow"
        assert (sleeps.close_code, sleeps.close_reason) == (4408, wire.TOO_SLOW.reason)
        assert len(got) < 10_000
        reached = got[-1]["id"]
    assert [message["id"] for message in got] == list(range(seen + 1, reached + 1))
    async with dial(await ticket(ana), reached) as back:
        await hear(back)
        rest = await hear_until(back, seen + 10_000)
        assert [message["id"] for message in rest] == list(range(reached + 1, seen + 10_001))


async def test_an_access_token_in_the_address_opens_it_too(ana: Person, pulsar: Pulsar, node: str) -> None:
    async with websockets.connect(f"ws://{node}{API}/ws?token={ana.access_token}&after=0") as socket:
        assert (await hear(socket))["type"] == "connection.connected"
        assert (await hear(socket))["id"] == 1


async def test_no_other_token_does(ana: Person, clock: Clock, pulsar: Pulsar, node: str) -> None:
    claims = {"sub": str(ana.id), "org": str(ana.org_id), "sid": str(ana.id)}
    hour = timedelta(hours=1)
    refused = [
        ana.refresh_token,
        await ticket(ana),
        ana.access_token[:-2],
        pulsar.keys.sign("acknowledge", claims, clock.now(), hour),
        Keys("another secret key, as long as ours is").sign(ACCESS_TOKEN, claims, clock.now(), hour),
        pulsar.keys.sign(ACCESS_TOKEN, claims, clock.now() - 2 * hour, hour),
        "x",
    ]
    for token in refused:
        with pytest.raises(websockets.InvalidStatus) as answer:
            async with websockets.connect(f"ws://{node}{API}/ws?token={token}"):
                pass
        assert answer.value.response.status_code == 403


async def test_a_token_in_the_address_gets_into_no_log(ana: Person, node: str, said_by_all: io.StringIO) -> None:
    """Ours or the web server's, when both are told to say everything."""
    async with websockets.connect(f"ws://{node}{API}/ws?token={ana.access_token}") as socket:
        await hear(socket)
        await socket.send("x" * 600)
        await closed_with(socket)
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(f"ws://{node}{API}/ws?token={ana.access_token[:-2]}")
    said = said_by_all.getvalue()
    assert said.count("[accepted]") == said.count('" 403') == 1, "this test does not see the log"
    assert ana.access_token[:20] not in said


@pytest.fixture
def said_by_all() -> Iterator[io.StringIO]:
    said = io.StringIO()
    logs.configure("DEBUG", as_json=True)
    logging.getLogger().addHandler(logging.StreamHandler(said))
    logging.getLogger("uvicorn").setLevel(logging.DEBUG)
    logging.getLogger("websockets.client").setLevel(logging.WARNING)  # that is us
    yield said
    logs.configure("WARNING", as_json=True)


@pytest.mark.parametrize(
    ("origin", "let_in"),
    [
        (None, True),
        ("http://pulsar.test", True),
        ("http://{node}", True),
        ("https://evil.example", False),
        ("http://pulsar.test.evil.example", False),
        ("null", False),
    ],
)
async def test_a_page_of_another_site_opens_none(origin: str | None, let_in: bool, ana: Person, node: str) -> None:
    """Browsers say of which site a page is, and do not keep it from connecting to any other."""
    said = origin and origin.format(node=node)
    headers = {"Origin": said} if said else {}
    address = f"ws://{node}{API}/ws?token={ana.access_token}"
    if let_in:
        async with websockets.connect(address, additional_headers=headers) as socket:
            assert (await hear(socket))["type"] == "connection.connected"
    else:
        with pytest.raises(websockets.InvalidStatus):
            async with websockets.connect(address, additional_headers=headers):
                pass


async def test_with_the_session_ends_what_it_opened(
    ana: Person, clock: Clock, pulsar: Pulsar, dial: Dial, node: str
) -> None:
    async with (
        dial(await ticket(ana)) as by_ticket,
        websockets.connect(f"ws://{node}{API}/ws?token={ana.access_token}") as by_token,
    ):
        for socket in (by_ticket, by_token):
            await hear(socket)
        async with pulsar.db.without_org() as tx:
            await sessions.logout(tx, ana.refresh_token)
        clock.pass_time(timedelta(seconds=11))
        pulsar.db.bell.ring(jobs=False, orgs={ana.org_id})
        assert [await closed_with(socket) for socket in (by_ticket, by_token)] == [4401, 4401]


async def test_a_session_that_is_revoked_hears_nothing_more_from_that_moment_on(
    ana: Person, bo: Person, dial: Dial
) -> None:
    """S8."""
    async with dial(await ticket(bo)) as socket:
        await hear(socket)
        own = next(one for one in (await bo.has("/auth/sessions"))["items"] if one["current"])
        assert (await bo.delete(f"/auth/sessions/{own['id']}")).status_code == 204
        assert await closed_with(socket) == 4401


async def test_who_has_yet_to_add_the_second_factor_that_is_asked_for_hears_nothing_more(
    ana: Person, bo: Person, dial: Dial
) -> None:
    async with dial(await ticket(bo)) as socket:
        await hear(socket)
        await enrolled(ana)
        asked = await ana.request("PUT", "/organizations/current/sign-in", json={"second_factor_required": True})
        assert asked.status_code == 200
        assert await closed_with(socket) == 4401


async def test_a_ticket_of_a_session_that_has_ended_opens_nothing(ana: Person, pulsar: Pulsar, dial: Dial) -> None:
    given = await ticket(ana)
    async with pulsar.db.without_org() as tx:
        await sessions.logout(tx, ana.refresh_token)
    async with dial(given) as socket:
        assert (await hear(socket))["payload"]["code"] == "not_signed_in"
        assert await closed_with(socket) == 4401


async def test_an_event_number_that_is_none_is_refused(ana: Person, node: str) -> None:
    for after in ("-1", "x", "1.5", ""):
        with pytest.raises(websockets.InvalidStatus):
            async with websockets.connect(f"ws://{node}{API}/ws?token={ana.access_token}&after={after}"):
                pass


async def test_an_event_number_from_far_in_the_future_is_told_to_load_anew(ana: Person, dial: Dial) -> None:
    async with dial(await ticket(ana), 10**40) as socket:
        assert [(await hear(socket))["type"] for _ in range(2)] == ["connection.connected", "connection.resync"]


async def test_who_listens_can_be_asked_and_says_nothing_of_others(
    ana: Person, vic: Person, eve: Person, pulsar: Pulsar, node: str
) -> None:
    def headers(person: Person) -> dict[str, str]:
        return {"Authorization": f"Bearer {person.access_token}"}

    address = f"ws://{node}{API}/ws?token="
    async with (
        websockets.connect(address + ana.access_token) as one,
        websockets.connect(address + ana.access_token),
        websockets.connect(address + vic.access_token) as three,
        httpx.AsyncClient(base_url=f"http://{node}{API}") as http,
    ):
        for socket in (one, three):
            last = (await hear(socket))["payload"]["last_id"]
        stats = (await http.get("/ws/stats", headers=headers(vic))).json()
        assert stats == {"listeners": 3, "users": 2, "last_id": last}
        assert (await http.get("/ws/stats", headers=headers(eve))).json()["listeners"] == 0


async def test_what_is_said_is_said_alike_to_all(ana: Person, vic: Person, pulsar: Pulsar, dial: Dial) -> None:
    async with dial(await ticket(ana)) as one, dial(await ticket(vic)) as other:
        for socket in (one, other):
            await hear(socket)
        await ana.makes("/alerts", message="Größe — 日本 \u2028 </script>")
        said = [await asyncio.wait_for(socket.recv(), 10) for socket in (one, other)]
        assert said[0] == said[1]
        assert json.loads(said[0])["payload"]["data"]["message"] == "Größe — 日本 \u2028 </script>"
