"""The rows are the truth: whatever became of their jobs, what is due gets done, and no more than once."""

from contextlib import ExitStack
from datetime import timedelta
from uuid import UUID

import pytest

from pulsar.base.http import Pulsar
from pulsar.notify.claiming import claim
from tests.domain.delivering import entry
from tests.ladders import alert_of, fire, happened, ladder, level, mail_channel
from tests.receiver import Receiver
from tests.world import Engine, Mailbox, Person


async def test_a_step_whose_job_is_lost_is_fired_all_the_same_and_once(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(60, bo))
    alert = await ana.makes("/alerts", message="Disk full")
    assert await engine.lose_jobs() == 1
    await engine.sweep()
    assert await engine.waiting() == []

    await engine.stand_still(seconds=6)
    for _ in range(3):
        await engine.sweep()
    assert await engine.waiting() == ["escalate"]
    await engine.settle()
    assert [m.to for m in mail.mails] == [ana.email]

    assert await engine.lose_jobs() == 1
    await engine.stand_still(seconds=66)
    await engine.sweep()
    await engine.settle()
    assert [m.to for m in mail.mails] == [ana.email, bo.email]
    assert (await happened(ana, alert["id"])).count("escalation.level_fired") == 2


async def test_a_message_whose_job_is_lost_is_delivered_all_the_same_and_once(
    ana: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    await ana.makes("/alerts", message="Disk full")
    await fire(engine)
    assert await engine.lose_jobs() == 1
    await engine.stand_still(seconds=6)
    for _ in range(3):
        await engine.sweep()
    assert await engine.waiting() == ["deliver"]
    await engine.settle()
    assert len(mail.mails) == 1


async def test_a_retry_whose_job_is_lost_comes_all_the_same(ana: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    mail.refuse_with = "451 busy"
    await ana.makes("/alerts", message="Disk full")
    await engine.settle()
    await engine.lose_jobs()
    mail.refuse_with = None
    await engine.stand_still(seconds=11)
    await engine.sweep()
    assert await engine.waiting() == ["deliver"]
    await engine.settle()
    assert len(mail.mails) == 1


async def test_the_end_of_a_snooze_whose_job_is_lost_comes_all_the_same(
    ana: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    alert = await ana.makes("/alerts", message="Disk full")
    until = engine.clock.now() + timedelta(minutes=10)
    await ana.makes(f"/alerts/{alert['id']}/snooze", until=until.isoformat())
    await engine.lose_jobs()
    await engine.stand_still(minutes=10, seconds=6)
    for _ in range(3):
        await engine.sweep()
    assert await engine.waiting() == ["wake_alert"]
    await engine.settle()
    assert (await alert_of(ana, alert["id"]))["status"] == "open"
    assert len(mail.mails) == 1


@pytest.mark.parametrize("offset", ["Z", "+05:45"])
async def test_what_has_its_job_still_is_not_asked_for_twice(ana: Person, engine: Engine, offset: str) -> None:
    """Also when the end of the snooze was given in another zone than the row gives it back in."""
    await ladder(ana, level(60, ana))
    await ana.makes("/alerts", message="Disk full")
    snoozed = await ana.makes("/alerts", message="CPU busy")
    until = engine.clock.now() + timedelta(minutes=1)
    if offset != "Z":
        until += timedelta(hours=5, minutes=45)
    await ana.makes(f"/alerts/{snoozed['id']}/snooze", until=f"{until.replace(tzinfo=None).isoformat()}{offset}")
    before = await engine.waiting()
    await engine.stand_still(minutes=30)
    for _ in range(3):
        await engine.sweep()
    assert await engine.waiting() == before
    assert sorted(before) == ["escalate", "escalate", "wake_alert"]


async def test_what_is_over_is_not_brought_back(ana: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(60, ana))
    for verb in ("acknowledge", "close"):
        alert = await ana.makes("/alerts", message="Disk full")
        await fire(engine)
        await ana.makes(f"/alerts/{alert['id']}/{verb}")
    await engine.lose_jobs()
    await engine.stand_still(minutes=10)
    await engine.sweep()
    # To tell how it went; of these two nobody had been told.
    assert set(await engine.waiting()) <= {"follow_up"}
    await engine.settle()
    assert mail.mails == []


async def test_what_a_dead_worker_had_claimed_is_sent_when_the_claim_has_run_out(
    ana: Person, engine: Engine, receiver: Receiver, pulsar: Pulsar
) -> None:
    await ana.makes("/notifications/channels", **receiver.channel(timeout_seconds=20))
    await ladder(ana, level(0, ana))
    alert = await ana.makes("/alerts", message="Disk full")
    await fire(engine)
    await engine.lose_jobs()
    async with pulsar.db.in_org(ana.org_id) as tx:
        assert await claim(tx, pulsar, UUID((await entry(ana, alert["id"]))["id"]), ExitStack())
    await engine.stand_still(seconds=50)
    await engine.sweep()
    assert await engine.waiting() == []
    await engine.stand_still(seconds=6)
    await engine.sweep()
    await engine.settle()
    assert len(receiver.received) == 1
    assert (await entry(ana, alert["id"]))["status"] == "sent"


async def test_a_long_queue_is_not_made_longer_but_what_fell_out_of_it_is_found_in_the_end(
    ana: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail, bundle_seconds=0)
    await ladder(ana, level(0, ana))
    await ana.makes("/alerts", message="Lost")
    await engine.lose_jobs()
    await engine.stand_still(minutes=1)
    await ana.makes("/alerts", message="Waits")
    await engine.stand_still(seconds=30)
    await engine.sweep()
    assert await engine.waiting() == ["escalate", "escalate"]
    await engine.settle()
    assert sorted(m.subject for m in mail.mails) == ["[P3] #1 Lost", "[P3] #2 Waits"]
