"""The live feed, over a real socket from another node: everything that happened, in order, once, to members only."""

import asyncio
from datetime import timedelta

import pytest
import websockets
from sqlalchemy import update

from pulsar.base.http import Pulsar
from pulsar.live.hub import MOST_MISSED
from pulsar.orgs.events import OrganizationCreated
from pulsar.orgs.model import Membership
from tests.domain.hearing import Dial, closed_with, happen, hear, hear_until, last_number, ticket
from tests.world import Clock, Person


async def test_says_where_it_stands_and_then_what_happens(ana: Person, pulsar: Pulsar, dial: Dial) -> None:
    last = await last_number(pulsar, ana.org_id)
    async with dial(await ticket(ana)) as socket:
        connected = await hear(socket)
        assert (connected["id"], connected["type"]) == (None, "connection.connected")
        assert (connected["organization_id"], connected["payload"]) == (str(ana.org_id), {"last_id": last})
        alert = await ana.makes("/alerts", message="Disk full")
        event = await hear(socket)
        assert (event["id"], event["type"]) == (last + 1, "alert.created")
        assert event["organization_id"] == str(ana.org_id)
        assert event["payload"]["subject"] == {"type": "alert", "id": alert["id"]}
        assert event["payload"]["actor"] == {"type": "user", "id": str(ana.id), "name": "Ana"}
        assert event["payload"]["data"]["message"] == "Disk full"
        activity = (await ana.has(f"/alerts/{alert['id']}/activity"))["items"]
        assert event["timestamp"].rstrip("Z")[:19] == activity[0]["at"].rstrip("Z")[:19]


async def test_who_comes_back_with_the_last_number_has_missed_nothing(ana: Person, pulsar: Pulsar, dial: Dial) -> None:
    """Also what happens just while the feed catches up; each event once."""
    seen = await last_number(pulsar, ana.org_id)
    await happen(pulsar, ana.org_id, 450)
    async with dial(await ticket(ana), seen) as socket:
        assert (await hear(socket))["type"] == "connection.connected"
        for _ in range(30):
            await happen(pulsar, ana.org_id, 2)
        heard = await hear_until(socket, seen + 510)
        assert [message["id"] for message in heard] == list(range(seen + 1, seen + 511))


@pytest.mark.parametrize("behind", [MOST_MISSED + 1, -1], ids=["too far behind", "ahead of what there is"])
async def test_who_cannot_catch_up_is_told_to_load_anew(behind: int, ana: Person, pulsar: Pulsar, dial: Dial) -> None:
    await happen(pulsar, ana.org_id, MOST_MISSED + 1)
    last = await last_number(pulsar, ana.org_id)
    async with dial(await ticket(ana), last - behind) as socket:
        assert [(await hear(socket))["type"] for _ in range(2)] == ["connection.connected", "connection.resync"]
        await happen(pulsar, ana.org_id, 1)
        assert (await hear(socket))["id"] == last + 1


async def test_who_is_just_not_too_far_behind_hears_it_all(ana: Person, pulsar: Pulsar, dial: Dial) -> None:
    await happen(pulsar, ana.org_id, MOST_MISSED)
    last = await last_number(pulsar, ana.org_id)
    async with dial(await ticket(ana), last - MOST_MISSED) as socket:
        await hear(socket)
        heard = await hear_until(socket, last)
        assert [message["id"] for message in heard] == list(range(last - MOST_MISSED + 1, last + 1))


async def test_a_ticket_opens_one_socket_and_soon_none(ana: Person, clock: Clock, dial: Dial) -> None:
    spent, late = await ticket(ana), await ticket(ana)
    async with dial(spent) as socket:
        await hear(socket)
    clock.pass_time(timedelta(seconds=31))
    for refused in (spent, late, "0" * 64, "", ana.access_token):
        with pytest.raises(websockets.InvalidStatus) as answer:
            async with dial(refused):
                pass
        assert answer.value.response.status_code == 403


async def test_a_ticket_opens_its_socket_once_even_if_it_is_shown_twice_at_once(ana: Person, dial: Dial) -> None:
    shown = await ticket(ana)

    async def open_it() -> bool:
        try:
            async with dial(shown) as socket:
                await hear(socket)
        except websockets.InvalidStatus:
            return False
        return True

    assert sum(await asyncio.gather(*(open_it() for _ in range(5)))) == 1


async def test_nothing_of_another_organization_is_heard(ana: Person, eve: Person, dial: Dial) -> None:
    async with dial(await ticket(eve), 0) as socket:
        await hear(socket)
        await ana.makes("/alerts", message="Ana's")
        hers = await eve.makes("/alerts", message="Eve's")
        heard = [await hear(socket)]
        while heard[-1]["type"] != "alert.created":
            heard.append(await hear(socket))
        assert {message["organization_id"] for message in heard} == {str(eve.org_id)}
        assert heard[-1]["payload"]["subject"]["id"] == hers["id"]


async def test_everybody_of_the_organization_hears_it(ana: Person, vic: Person, pulsar: Pulsar, dial: Dial) -> None:
    last = await last_number(pulsar, ana.org_id)
    async with dial(await ticket(ana)) as hers, dial(await ticket(vic)) as his, dial(await ticket(ana)) as hers_too:
        for socket in (hers, his, hers_too):
            await hear(socket)
        await ana.makes("/alerts", message="Disk full")
        assert {(await hear(socket))["id"] for socket in (hers, his, hers_too)} == {last + 1}


async def test_who_is_removed_hears_nothing_more(ana: Person, bo: Person, pulsar: Pulsar, dial: Dial) -> None:
    """Not even of the removal."""
    async with dial(await ticket(bo)) as socket:
        await hear(socket)
        async with pulsar.db.in_org(ana.org_id) as tx:
            await tx.execute(update(Membership).where(Membership.user_id == bo.id).values(active=False))
            tx.record(OrganizationCreated(ana.org_id, name="a secret"))
        told = await hear(socket)
        assert (told["type"], told["payload"]["code"]) == ("connection.error", "not_signed_in")
        assert await closed_with(socket) == 4401


async def test_silence_is_broken_by_a_ping(ana: Person, clock: Clock, pulsar: Pulsar, dial: Dial) -> None:
    """Or a proxy on the way takes the connection for dead."""
    async with dial(await ticket(ana)) as socket:
        await hear(socket)
        await ana.makes("/alerts", message="Disk full")
        await hear(socket)
        clock.pass_time(timedelta(seconds=26))
        pulsar.db.bell.ring(jobs=False, orgs={ana.org_id})
        ping = await hear(socket)
        assert (ping["id"], ping["type"]) == (None, "connection.ping")


@pytest.mark.parametrize("leaves", ["says goodbye", "is cut off"])
async def test_a_client_that_goes_leaves_no_error_behind(
    leaves: str, ana: Person, pulsar: Pulsar, dial: Dial, caplog: pytest.LogCaptureFixture
) -> None:
    async with dial(await ticket(ana)) as socket:
        await hear(socket)
        if leaves == "is cut off":
            socket.transport.abort()
    async with dial(await ticket(ana)) as socket:
        await hear(socket)
        await happen(pulsar, ana.org_id, 1)
        await hear(socket)
    assert [record.getMessage() for record in caplog.records] == []
