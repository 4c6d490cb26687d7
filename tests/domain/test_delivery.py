"""One message on its way: tried again, given up, withdrawn, sent twice rather than never."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from pulsar.base.http import Pulsar
from pulsar.notify import delivery
from tests.ladders import Json, fire, happened, ladder, level, log_of, mail_channel, read
from tests.receiver import Receiver
from tests.world import Engine, Mailbox, Person


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    running = Receiver()
    await running.start()
    yield running
    await running.stop()


async def paged(ana: Person, **fields: Any) -> str:
    """The id of an alert that pages ana at once and nobody after."""
    await ladder(ana, level(0, ana))
    alert = await ana.makes("/alerts", **({"message": "Disk full", "priority": "P1"} | fields))
    return str(alert["id"])


async def entry(ana: Person, alert_id: str) -> Json:
    """The one line of its notification log."""
    lines = await log_of(ana, alert_id)
    assert len(lines) == 1
    return lines[0]


async def test_a_mail_that_is_put_off_comes_later_and_once(ana: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    mail.refuse_with = "451 greylisted, come back later"
    alert = await paged(ana)
    await engine.settle()
    waiting = await entry(ana, alert)
    assert waiting["status"] == "pending"
    assert waiting["next_attempt_at"]
    assert [a["answer"] for a in waiting["attempts"]] == ["451 greylisted, come back later"]

    mail.refuse_with = None
    await engine.advance(minutes=30)
    assert len(mail.to(ana)) == 1
    sent = await entry(ana, alert)
    assert sent["status"] == "sent"
    assert [a["outcome"] for a in sent["attempts"]] == ["failed", "sent"]
    assert sent["next_attempt_at"] is None


async def test_after_eight_tries_it_is_given_up_and_the_alert_says_so(
    ana: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    mail.refuse_with = "451 busy"
    alert = await paged(ana)
    await engine.advance(hours=2)
    given_up = await entry(ana, alert)
    assert given_up["status"] == "failed"
    assert given_up["reason"] == "451 busy"
    assert [a["outcome"] for a in given_up["attempts"]] == ["failed"] * 8
    assert (await happened(ana, alert)).count("notification.failed") == 1
    channel = (await read(ana, "/notifications/channels"))["items"][0]
    assert channel["last_error"] == "451 busy"


async def test_tries_follow_each_other_at_growing_distances(ana: Person, engine: Engine, receiver: Receiver) -> None:
    await ana.makes("/notifications/channels", **receiver.channel())
    receiver.answers.extend(["500 Oops"] * 8)
    alert = await paged(ana)
    tries = []
    for _ in range(40):
        await engine.advance(seconds=1)
        tries.append(len(receiver.received))
    # 0 s, then 3.75-5 s, 7.5-10 s, 15-20 s after the one before
    assert tries[2] == 1
    assert tries[5] == 2
    assert tries[10] == 2
    assert tries[16] == 3
    assert tries[25] == 3
    assert tries[37] == 4
    assert (await entry(ana, alert))["status"] == "pending"


@pytest.mark.parametrize("answer", ["404 Gone", "401 Who", "302 Found\r\nLocation: http://127.0.0.1:1/", "301 Moved"])
async def test_a_refusal_for_good_or_a_redirect_is_not_tried_again(
    ana: Person, engine: Engine, receiver: Receiver, answer: str
) -> None:
    await ana.makes("/notifications/channels", **receiver.channel())
    receiver.answers.append(answer)
    alert = await paged(ana)
    await engine.advance(hours=1)
    refused = await entry(ana, alert)
    assert refused["status"] == "failed"
    assert refused["reason"].startswith(answer[:3])
    assert len(receiver.received) == len(refused["attempts"]) == 1


async def test_how_long_an_endpoint_asks_to_be_left_alone_is_respected(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    await ana.makes("/notifications/channels", **receiver.channel())
    receiver.answers.append("429 Slow down\r\nRetry-After: 120")
    await paged(ana)
    await engine.advance(seconds=119)
    assert len(receiver.received) == 1
    await engine.advance(seconds=2)
    assert len(receiver.received) == 2


@pytest.mark.parametrize("nonsense", ["99999999999999999999", "9" * 400, "-5", "Fri, 31 Dec 1999 23:59:59 GMT", "²"])
async def test_an_endpoint_that_asks_for_nonsense_is_tried_again_as_usual(
    ana: Person, engine: Engine, receiver: Receiver, nonsense: str
) -> None:
    await ana.makes("/notifications/channels", **receiver.channel())
    receiver.answers.append(f"503 Later\r\nRetry-After: {nonsense}")
    alert = await paged(ana)
    await engine.advance(minutes=10, seconds=1)
    assert [a["outcome"] for a in (await entry(ana, alert))["attempts"]] == ["failed", "sent"]
    assert len(receiver.received) == 2


class Mumbling:
    """An SMTP server whose answers are not UTF-8."""

    def __init__(self) -> None:
        self.mails = 0

    async def start(self) -> int:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 gr\xfc\xdf Gott\r\n")
        while line := await reader.readline():
            command = line[:4].upper()
            if command == b"DATA":
                writer.write(b"354 los\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                self.mails += 1
                writer.write(b"250 ist \xfcbernommen\r\n")
            else:
                writer.write(b"221 tsch\xfcss\r\n" if command == b"QUIT" else b"250 gern gesch\xe4hen\r\n")
        writer.close()


async def test_an_answer_that_is_no_text_does_not_make_it_sent_again_and_again(
    ana: Person, engine: Engine, mail: Mailbox
) -> None:
    server = Mumbling()
    port = await server.start()
    config = mail.channel["config"] | {"port": port}
    await mail_channel(ana, mail, config=config)
    alert = await paged(ana)
    await engine.settle()
    assert (await entry(ana, alert))["status"] == "sent"
    assert server.mails == 1
    await server.stop()


async def sending(pulsar: Pulsar, engine: Engine, ana: Person, alert_id: str) -> asyncio.Task[None]:
    """A worker of its own at the alert's one message, which the queue has forgotten."""
    await engine.lose_jobs()
    message = (await entry(ana, alert_id))["id"]
    return asyncio.create_task(delivery.deliver(pulsar, ana.org_id, UUID(message)))


async def on_its_way(ana: Person, engine: Engine, receiver: Receiver, **config: Any) -> str:
    """The id of an alert whose page waits to be sent to a receiver that holds its answers back."""
    await ana.makes("/notifications/channels", **receiver.channel(**config))
    receiver.answering.clear()
    alert = await paged(ana)
    await fire(engine)
    return alert


async def test_what_the_worker_was_sending_when_it_was_stopped_is_sent_again_at_once(
    ana: Person, engine: Engine, receiver: Receiver, pulsar: Pulsar
) -> None:
    alert = await on_its_way(ana, engine, receiver, timeout_seconds=300)
    worker = await sending(pulsar, engine, ana, alert)
    await receiver.reached.wait()
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker

    receiver.answering.set()
    await engine.settle()
    assert (await entry(ana, alert))["status"] == "sent"
    assert len(receiver.received) == 2
