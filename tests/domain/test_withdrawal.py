"""What is on its way when somebody acknowledges, or its channel goes, is not tried any more, and the log says why."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from pulsar.base.http import Pulsar
from tests.domain.delivering import entry, on_its_way, sending
from tests.ladders import happened, ladder, level, mail_channel, read, waits_for_a_lock
from tests.receiver import Receiver
from tests.world import Engine, Mailbox, Person


async def test_an_acknowledgement_cancels_what_waits_and_says_why(
    ana: Person, bo: Person, engine: Engine, receiver: Receiver
) -> None:
    alert = await on_its_way(ana, engine, receiver)
    await bo.makes(f"/alerts/{alert}/acknowledge")
    await engine.advance(hours=1)
    cancelled = await entry(ana, alert)
    assert (cancelled["status"], cancelled["reason"]) == ("cancelled", "acknowledged by Bo")
    assert (cancelled["attempts"], receiver.received) == ([], [])


@pytest.mark.parametrize("verb", ["acknowledge", "close"])
async def test_what_is_under_way_when_somebody_presses_is_not_tried_again(
    ana: Person, engine: Engine, receiver: Receiver, pulsar: Pulsar, verb: str
) -> None:
    alert = await on_its_way(ana, engine, receiver)
    receiver.answers.append("500 Oops")
    worker = await sending(pulsar, engine, ana, alert)
    await receiver.reached.wait()
    await ana.makes(f"/alerts/{alert}/{verb}")
    receiver.answering.set()
    await worker
    await engine.advance(hours=1)
    cancelled = await entry(ana, alert)
    assert (cancelled["status"], len(receiver.received)) == ("cancelled", 1)
    assert [a["outcome"] for a in cancelled["attempts"]] == ["failed"]


async def test_what_fails_while_somebody_presses_is_not_tried_again_either(
    ana: Person, engine: Engine, receiver: Receiver, owner: AsyncConnection
) -> None:
    """The failed try's transaction is just about to commit: the row goes from being sent back to waiting."""
    alert = await on_its_way(ana, engine, receiver)
    change = "UPDATE notifications SET status = :to WHERE subject_id = :id AND status = :was"
    await owner.execute(text(change), {"id": alert, "was": "pending", "to": "sending"})
    await owner.commit()
    await owner.execute(text(change), {"id": alert, "was": "sending", "to": "pending"})
    press = asyncio.create_task(ana.post(f"/alerts/{alert}/acknowledge"))
    await waits_for_a_lock(owner)
    await owner.commit()
    assert (await press).status_code == 200
    await engine.advance(hours=1)
    assert ((await entry(ana, alert))["status"], receiver.received) == ("cancelled", [])


@pytest.mark.parametrize(
    ("change", "reason"), [("PATCH", "The channel is switched off."), ("DELETE", "The channel was deleted.")]
)
async def test_a_channel_that_went_meanwhile_fails_what_waits_for_it(
    ana: Person, engine: Engine, receiver: Receiver, change: str, reason: str
) -> None:
    alert = await on_its_way(ana, engine, receiver)
    channel = (await read(ana, "/notifications/channels"))["items"][0]
    await ana.request(change, f"/notifications/channels/{channel['id']}", json={"enabled": False})
    await engine.settle()
    failed = await entry(ana, alert)
    assert (failed["status"], failed["reason"], receiver.received) == ("failed", reason, [])
    assert "notification.failed" in await happened(ana, alert)


async def test_what_a_dead_worker_was_sending_when_somebody_pressed_is_not_sent_again(
    ana: Person, engine: Engine, receiver: Receiver, pulsar: Pulsar
) -> None:
    alert = await on_its_way(ana, engine, receiver)
    worker = await sending(pulsar, engine, ana, alert)
    await receiver.reached.wait()
    worker.cancel()
    await ana.makes(f"/alerts/{alert}/acknowledge")
    receiver.answering.set()
    await (await sending(pulsar, engine, ana, alert))
    assert ((await entry(ana, alert))["status"], len(receiver.received)) == ("cancelled", 1)


async def test_somebody_who_left_meanwhile_gets_no_message_any_more(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, pulsar: Pulsar
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, bo))
    mail.refuse_with = "451 busy"
    alert = await ana.makes("/alerts", message="Disk full")
    await engine.settle()
    async with pulsar.db.in_org(ana.org_id) as tx:
        await tx.execute(text("UPDATE memberships SET active = false WHERE user_id = :id"), {"id": bo.id})
    mail.refuse_with = None
    await engine.advance(hours=1)
    left = await entry(ana, alert["id"])
    assert (left["status"], left["reason"]) == ("cancelled", "This person is no member any more.")
    assert mail.mails == []
