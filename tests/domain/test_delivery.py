"""One message on its way: tried again, given up, sent twice rather than never."""

import asyncio
from contextlib import ExitStack, suppress
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import text

from pulsar.base.http import Pulsar
from pulsar.base.ids import new_id
from pulsar.notify import actions, delivery
from pulsar.notify.channel import Undelivered
from pulsar.notify.claiming import claim
from pulsar.notify.model import Attempt
from pulsar.notify.outcome import conclude
from pulsar.notify.rules import Occasion, Subject
from tests.domain.delivering import entry, on_its_way, paged, sending
from tests.ladders import happened, ladder, level, log_of, mail_channel, read, renewed
from tests.receiver import Receiver
from tests.world import Engine, Mailbox, Person


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
    # 0 s, then 3.75-5 s, 7.5-10 s, 15-20 s after the one before
    for seconds in (3, 3, 5, 6, 9, 12):
        await engine.advance(seconds=seconds)
        tries.append(len(receiver.received))
    assert tries == [1, 2, 2, 3, 3, 4]
    assert (await entry(ana, alert))["status"] == "pending"


async def test_a_refusal_for_good_or_a_redirect_is_not_tried_again(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    await ana.makes("/notifications/channels", **receiver.channel())
    await ladder(ana, level(0, ana))
    answers = ["404 Gone", "401 Who", "302 Found\r\nLocation: http://127.0.0.1:1/", "301 Moved"]
    receiver.answers.extend(answers)
    alerts = [(await ana.makes("/alerts", message=answer))["id"] for answer in answers]
    await engine.advance(hours=1)
    for answer, alert in zip(answers, alerts, strict=True):
        refused = await entry(ana, alert)
        assert (refused["status"], refused["reason"][:3], len(refused["attempts"])) == ("failed", answer[:3], 1)
    assert len(receiver.received) == len(answers)


class Strict(Mailbox):
    """A mail server that does not know anybody."""

    async def handle_RCPT(self, *_: object) -> str:
        return "550 no such mailbox here"


async def test_an_address_that_does_not_exist_is_not_tried_again(ana: Person, engine: Engine, mail: Mailbox) -> None:
    strict = Strict()
    await strict.start()
    await mail_channel(ana, strict)
    alert = await paged(ana)
    await engine.advance(hours=1)
    refused = await entry(ana, alert)
    assert (refused["status"], refused["reason"]) == ("failed", "550 no such mailbox here")
    assert len(refused["attempts"]) == 1
    await strict.stop()


async def test_a_mail_that_is_refused_for_good_is_not_tried_again(ana: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    mail.refuse_with = "554 we think that this is spam"
    alert = await paged(ana)
    await engine.advance(hours=1)
    assert len((await entry(ana, alert))["attempts"]) == 1


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


async def test_an_endpoint_that_asks_for_nonsense_is_tried_again_as_usual(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    await ana.makes("/notifications/channels", **receiver.channel())
    await ladder(ana, level(0, ana))
    nonsense = ["99999999999999999999", "9" * 400, "-5", "Fri, 31 Dec 1999 23:59:59 GMT", "²"]
    for asked in nonsense:
        receiver.answers.append(f"503 Later\r\nRetry-After: {asked}")
        alert = (await ana.makes("/alerts", message=asked))["id"]
        await engine.advance(minutes=10, seconds=1)
        await renewed(ana)
        assert [a["outcome"] for a in (await entry(ana, alert))["attempts"]] == ["failed", "sent"]
    assert len(receiver.received) == 2 * len(nonsense)


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


async def test_what_the_worker_was_sending_when_it_was_stopped_is_sent_by_the_next_one(
    ana: Person, engine: Engine, receiver: Receiver, pulsar: Pulsar
) -> None:
    alert = await on_its_way(ana, engine, receiver, timeout_seconds=300)
    worker = await sending(pulsar, engine, ana, alert)
    await receiver.reached.wait()
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker
    assert await engine.waiting() == []

    receiver.answering.set()
    await (await sending(pulsar, engine, ana, alert))
    assert (await entry(ana, alert))["status"] == "sent"
    assert len(receiver.received) == 2


async def test_an_endpoint_that_never_comes_to_its_end_is_cut_off_and_tried_again(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    await ana.makes("/notifications/channels", **receiver.channel(timeout_seconds=1))
    receiver.answering.clear()
    alert = await paged(ana)
    await engine.settle()
    cut_off = await entry(ana, alert)
    assert (cut_off["status"], len(cut_off["attempts"])) == ("pending", 1)
    assert cut_off["attempts"][0]["duration_ms"] < 3000


async def test_what_was_interrupted_between_claim_and_outcome_is_sent_again_with_the_same_key(
    ana: Person, engine: Engine, receiver: Receiver, pulsar: Pulsar
) -> None:
    """As if the first worker had been killed after it had sent: at least once, and the receiver can tell."""
    alert = await on_its_way(ana, engine, receiver)
    receiver.answering.set()
    message = UUID((await entry(ana, alert))["id"])
    async with pulsar.db.in_org(ana.org_id) as tx:
        claimed = await claim(tx, pulsar, message, ExitStack())
    assert claimed
    await claimed.channel.send(claimed.message, claimed.config, claimed.recipient)
    await delivery.deliver(pulsar, ana.org_id, message)
    assert (await entry(ana, alert))["status"] == "sent"
    assert [r.headers["idempotency-key"] for r in receiver.received] == [str(message)] * 2


async def test_a_worker_that_dies_of_each_try_does_not_go_on_for_ever(
    ana: Person, engine: Engine, receiver: Receiver, pulsar: Pulsar
) -> None:
    alert = await on_its_way(ana, engine, receiver)
    await engine.lose_jobs()
    message = UUID((await entry(ana, alert))["id"])
    for _ in range(8):
        async with pulsar.db.in_org(ana.org_id) as tx:
            assert await claim(tx, pulsar, message, ExitStack())
    await delivery.deliver(pulsar, ana.org_id, message)
    given_up = await entry(ana, alert)
    assert (given_up["status"], receiver.received) == ("failed", [])
    assert "interrupted" in given_up["reason"]
    assert "notification.failed" in await happened(ana, alert)


async def test_a_failed_try_does_not_undo_what_another_has_delivered(
    ana: Person, engine: Engine, receiver: Receiver, pulsar: Pulsar
) -> None:
    """The first worker was slow and taken for dead."""
    alert = await on_its_way(ana, engine, receiver)
    receiver.answering.set()
    message = UUID((await entry(ana, alert))["id"])
    async with pulsar.db.in_org(ana.org_id) as tx:
        assert await claim(tx, pulsar, message, ExitStack())
    await delivery.deliver(pulsar, ana.org_id, message)
    late = Attempt(notification_id=message, at=engine.clock.now(), outcome="failed", answer="500 Oops", duration_ms=9)
    async with pulsar.db.in_org(ana.org_id) as tx:
        await conclude(tx, late, Undelivered("500 Oops"))
    await engine.advance(hours=1)
    sent = await entry(ana, alert)
    assert (sent["status"], len(receiver.received)) == ("sent", 1)
    assert {a["outcome"] for a in sent["attempts"]} == {"sent", "failed"}


async def test_two_tries_of_one_message_that_end_at_once_are_both_written_down(
    ana: Person, engine: Engine, receiver: Receiver, pulsar: Pulsar
) -> None:
    alert = await on_its_way(ana, engine, receiver)
    both = []
    for _ in range(2):
        both.append(await sending(pulsar, engine, ana, alert))
        await receiver.reached.wait()
        receiver.reached.clear()
    receiver.answering.set()
    await asyncio.gather(*both)
    assert [a["outcome"] for a in (await entry(ana, alert))["attempts"]] == ["sent", "sent"]


async def test_what_a_webhook_gets(ana: Person, bo: Person, engine: Engine, receiver: Receiver) -> None:
    headers = {"Authorization": "Bearer s3cret", "X-Team": "db"}
    await ana.makes("/notifications/channels", **receiver.channel(method="PUT", headers=headers))
    await ladder(ana, level(0, ana, bo))
    alert = await ana.makes("/alerts", message="Disk full", description="No space left", priority="P2")
    await engine.settle()
    (got,) = receiver.received
    assert (got.method, got.path) == ("PUT", "/hook")
    assert (got.headers["authorization"], got.headers["x-team"]) == ("Bearer s3cret", "db")
    assert got.headers["content-type"] == "application/json"
    body = got.json
    assert body.pop("id") == got.headers["idempotency-key"]
    assert datetime.fromisoformat(body.pop("timestamp"))
    assert body.pop("acknowledge_link").startswith("http://pulsar.test/ack/")
    assert body == {
        "title": "[P2] #1 Disk full",
        "text": "No space left\n\nLevel 1: Ana, Bo",
        "link": f"http://pulsar.test/alerts/{alert['id']}",
        "kind": "page",
        "alert_id": alert["id"],
        "number": 1,
        "priority": "P2",
        "message": "Disk full",
        "description": "No space left",
        "level": 0,
        "cycle": 0,
        "people": ["Ana", "Bo"],
    }


async def test_every_try_of_a_message_has_the_same_key_and_every_message_its_own(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    await ana.makes("/notifications/channels", **receiver.channel())
    receiver.answers.extend(["500 Oops"] * 3)
    await paged(ana)
    await engine.advance(minutes=5)
    await ana.makes("/alerts", message="Another")
    await engine.settle()
    keys = [request.headers["idempotency-key"] for request in receiver.received]
    assert len(keys) == 5
    assert len(set(keys[:4])) == 1
    assert keys[4] != keys[0]


async def test_a_dead_channel_does_not_hold_up_another(
    ana: Person, engine: Engine, receiver: Receiver, mail: Mailbox
) -> None:
    await ana.makes("/notifications/channels", **receiver.channel())
    await mail_channel(ana, mail)
    receiver.answers.extend(["500 Oops"] * 20)
    alert = await paged(ana)
    await engine.settle()
    assert len(mail.to(ana)) == 1
    states = {line["channel"]["name"]: line["status"] for line in await log_of(ana, alert)}
    assert states == {"Webhook": "pending", "E-mail": "sent"}


class Enough(Exception):
    """Ends a transaction without a trace."""


async def test_a_level_of_thousands_is_paged_whole(ana: Person, mail: Mailbox, pulsar: Pulsar) -> None:
    for name in ("Mail", "Second mail", "Third mail"):
        await mail_channel(ana, mail, name=name)
    crowd = [new_id() for _ in range(750)]
    subject = Subject(new_id(), 1, "P1", "Disk full", "", "/alerts/1")
    accounts = (
        "INSERT INTO users (id, email, username, full_name, password_hash, created_at, updated_at)"
        " SELECT i, i, i, i, '', now(), now() FROM unnest(cast(:ids AS uuid[])) AS i"
    )
    members = (
        "INSERT INTO memberships (user_id, role, active, joined_at)"
        " SELECT i, 'member', true, now() FROM unnest(cast(:ids AS uuid[])) AS i"
    )
    with suppress(Enough):
        async with pulsar.db.in_org(ana.org_id) as tx:
            await tx.execute(text(accounts), {"ids": crowd})
            await tx.execute(text(members), {"ids": crowd})
            await actions.page(tx, subject, [(person, "One") for person in crowd], Occasion("level 0", "page"))
            await actions.write_pages(tx)
            assert await tx.scalar(text("SELECT count(*) FROM notifications")) == 2250
            raise Enough
