"""A channel to any service that Apprise knows: here its plain JSON, to a server of ours."""

import asyncio
import threading

import pytest

from pulsar.base import outbound
from pulsar.notify.channel import Message, Undelivered, registry
from tests.domain.delivering import entry, paged
from tests.ladders import Json
from tests.receiver import Receiver
from tests.world import Engine, Person

CHANNELS = "/notifications/channels"


def address(receiver: Receiver) -> str:
    return f"json://pulsar:opensesame@{receiver.root.removeprefix('http://')}/hook-4711"


async def set_up(owner: Person, receiver: Receiver) -> Json:
    config = {"url": address(receiver)}
    made: Json = await owner.makes(CHANNELS, name="Apprise", channel_type="apprise", config=config)
    return made


async def test_a_page_arrives_with_its_links(ana: Person, engine: Engine, receiver: Receiver) -> None:
    await set_up(ana, receiver)
    alert = await paged(ana, message="Disk full", description="No space left")
    await engine.settle()
    assert (await entry(ana, alert))["status"] == "sent"
    body = receiver.received[-1].json
    assert (body["title"], body["type"]) == ("[P1] #1 Disk full", "failure")
    assert "No space left" in body["message"]
    assert "Acknowledge: http://pulsar.test/ack/" in body["message"]
    assert f"http://pulsar.test/alerts/{alert}" in body["message"]


async def test_what_failed_is_said_without_the_secrets_in_the_address(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    made = await set_up(ana, receiver)
    receiver.answers.append("500 Oops")
    tried = await ana.makes(f"{CHANNELS}/{made['id']}/test")
    assert not tried["delivered"]
    assert "error=500" in tried["answer"]
    await receiver.stop()
    away = await ana.makes(f"{CHANNELS}/{made['id']}/test")
    assert "Connection error" in away["answer"]
    for answer in (tried["answer"], away["answer"], (await ana.get("/notifications/logs")).text):
        assert "opensesame" not in answer
        assert "hook-4711" not in answer


async def test_no_service_leads_into_the_network_that_pulsar_stands_in(ana: Person, receiver: Receiver) -> None:
    made = await set_up(ana, receiver)
    with outbound.allowing():
        tried = await ana.makes(f"{CHANNELS}/{made['id']}/test")
    assert "PULSAR_OUTBOUND_ALLOW" in tried["answer"]
    assert receiver.received == []


async def test_a_service_that_leads_elsewhere_a_moment_later_is_not_connected_to(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def outside(*_: object, **__: object) -> list[object]:
        return [(None, None, None, "", ("93.184.215.14", 80))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", outside)
    channel = registry()["apprise"]
    config = channel.Config.model_validate({"url": address(receiver)})
    with outbound.allowing(), pytest.raises(Undelivered, match="Connection error"):
        await channel.send(Message("1", "Disk full", "", None, None), config, None)
    assert receiver.received == []
    assert receiver.received == []


@pytest.mark.parametrize(("answer", "tries"), [("401 No", 1), ("404 Gone", 1), ("302 Found\r\nLocation: /x", 1)])
async def test_a_refusal_for_good_is_not_tried_again(
    answer: str, tries: int, ana: Person, engine: Engine, receiver: Receiver
) -> None:
    await set_up(ana, receiver)
    receiver.answers.append(answer)
    alert = await paged(ana)
    await engine.advance(hours=1)
    assert (await entry(ana, alert))["status"] == "failed"
    assert len(receiver.received) == tries


async def test_one_that_hangs_keeps_no_thread_from_anybody_else(receiver: Receiver) -> None:
    receiver.answering.clear()
    channel = registry()["apprise"]
    config = channel.Config.model_validate({"url": address(receiver) + "?rto=0.2"})
    message = Message("1", "Disk full", "", None, None)
    hanging = [asyncio.create_task(channel.send(message, config, None)) for _ in range(8)]
    await receiver.reached.wait()
    assert await asyncio.to_thread(threading.current_thread) is not None
    for failed in await asyncio.gather(*hanging, return_exceptions=True):
        assert isinstance(failed, Undelivered)
        assert not failed.permanent
