"""What no wake-up would ever move is found, mended, counted and logged: messages without a time, news that nobody was
told, jobs that are held by a worker that is dead."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from pulsar.base.http import Pulsar
from pulsar.engine.audit import audit, mend_queue
from tests.domain.delivering import entry
from tests.ladders import do, fire, ladder, level, mail_channel
from tests.receiver import Receiver
from tests.world import Engine, Mailbox, Person


async def write(engine: Engine, statement: str, **values: Any) -> None:
    async with engine.pulsar.db.in_org(engine.org_id) as tx:
        await tx.execute(text(statement), values)


async def queue(engine: Engine, change: str) -> None:
    """Of the jobs of this organization."""
    async with engine.pulsar.db.without_org() as tx:
        mine = "convert_from(payload, 'UTF8')::jsonb->>'org' = :org"
        await tx.execute(text(f"UPDATE pgqueuer SET {change} WHERE {mine}"), {"org": str(engine.org_id)})


async def audited(engine: Engine) -> None:
    for _ in range(3):
        await audit(engine.pulsar.db)
    await engine.settle()


@pytest.mark.parametrize("status", ["pending", "sending"])
async def test_a_message_that_no_time_is_set_for_is_found_and_goes_out_once(
    ana: Person, engine: Engine, mail: Mailbox, status: str
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    alert = (await ana.makes("/alerts", message="Disk full"))["id"]
    await fire(engine)
    await engine.lose_jobs()
    await write(engine, "UPDATE notifications SET next_attempt_at = NULL, status = :status", status=status)
    await engine.stand_still(seconds=10)
    await engine.sweep()
    assert await engine.waiting() == []
    await audited(engine)
    await audited(engine)
    assert [m.to for m in mail.mails] == [ana.email]
    assert (await entry(ana, alert))["status"] == "sent"


async def test_what_waits_for_a_digest_that_is_gone_goes_out(ana: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    for n in range(3):
        await ana.makes("/alerts", message=f"m{n}")
    await engine.settle()
    mail.refuse_with = "451 busy"
    await engine.advance(seconds=61)
    await engine.lose_jobs()
    await write(engine, "DELETE FROM notifications WHERE purpose = 'digest'")
    mail.refuse_with = None
    await engine.stand_still(seconds=10)
    await audited(engine)
    await engine.advance(minutes=2)
    told = "".join(m.text + m.subject for m in mail.mails)
    assert all(f"m{n}" in told for n in range(3))


async def test_what_was_withdrawn_is_not_brought_back(ana: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    alert = (await ana.makes("/alerts", message="Disk full"))["id"]
    await fire(engine)
    await engine.lose_jobs()
    await ana.makes(f"/alerts/{alert}/acknowledge")
    await engine.lose_jobs()
    await engine.stand_still(minutes=1)
    await engine.sweep()
    await audited(engine)
    assert mail.mails == []


@pytest.mark.parametrize(("verb", "subject"), [("acknowledge", "Acknowledged by Bo"), ("close", "Closed by Bo")])
async def test_how_it_went_is_told_though_the_job_for_that_is_lost_and_once(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, verb: str, subject: str
) -> None:
    """F18: also when everything was killed right after the 2xx."""
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    alert = (await ana.makes("/alerts", message="Disk full"))["id"]
    await engine.settle()
    mail.mails.clear()
    await bo.makes(f"/alerts/{alert}/{verb}")
    assert await engine.lose_jobs() == 1
    for _ in range(2):
        await engine.stand_still(seconds=6)
        for _ in range(3):
            await engine.sweep()
        await engine.advance(minutes=2)
    assert [m.subject.partition(":")[0] for m in mail.mails] == [subject]


async def test_how_it_went_is_not_told_of_what_has_opened_again_meanwhile(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    alert = (await ana.makes("/alerts", message="Disk full"))["id"]
    await engine.settle()
    mail.mails.clear()
    await bo.makes(f"/alerts/{alert}/acknowledge")
    await bo.makes(f"/alerts/{alert}/unacknowledge")
    await engine.lose_jobs()
    await engine.stand_still(minutes=1)
    await engine.sweep()
    await engine.settle()
    assert [m.subject for m in mail.mails] == ["[P3] #1 Disk full"]


async def test_nobody_was_told_so_nothing_is_owed(ana: Person, bo: Person, engine: Engine) -> None:
    await ladder(ana, level(300, ana))
    alert = (await ana.makes("/alerts", message="Disk full"))["id"]
    await bo.makes(f"/alerts/{alert}/close")
    await engine.lose_jobs()
    await engine.stand_still(minutes=1)
    await engine.sweep()
    assert await engine.waiting() == []


async def test_the_owner_hears_of_a_broken_channel_though_the_job_for_that_is_lost_and_once(
    ana: Person, engine: Engine, receiver: Receiver, mail: Mailbox
) -> None:
    await ana.makes("/notifications/channels", **receiver.channel())
    await mail_channel(ana, mail, bundle_seconds=0)
    await ladder(ana, level(0, ana))
    receiver.answers.append("401 Who")
    await ana.makes("/alerts", message="Disk full")
    await fire(engine)
    await do(engine, "deliver")
    assert await engine.waiting() == ["report_channel"]
    await engine.lose_jobs()
    for _ in range(2):
        await engine.stand_still(seconds=6)
        for _ in range(3):
            await engine.sweep()
        await engine.settle()
    assert [m.subject for m in mail.mails if "does not work" in m.subject] == ["The channel Webhook does not work"]


async def test_a_job_that_a_dead_worker_holds_and_no_other_takes_is_brought_back(
    ana: Person, engine: Engine, mail: Mailbox, pulsar: Pulsar
) -> None:
    """Its key is taken, so the sweep cannot ask for another one."""
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    await ana.makes("/alerts", message="Disk full")
    await queue(
        engine,
        "status = 'picked', queue_manager_id = gen_random_uuid(), heartbeat = now() - interval '2 minutes',"
        " execute_after = now() + interval '1 hour'",
    )
    assert await mend_queue(pulsar.db) == 1
    assert await mend_queue(pulsar.db) == 0
    await engine.settle()
    assert len(mail.mails) == 1


async def test_a_job_that_a_living_worker_holds_is_left_to_it(ana: Person, engine: Engine, pulsar: Pulsar) -> None:
    await ladder(ana, level(0, ana))
    await ana.makes("/alerts", message="Disk full")
    await queue(engine, "status = 'picked', queue_manager_id = gen_random_uuid(), heartbeat = now()")
    assert await mend_queue(pulsar.db) == 0
    await queue(engine, "status = 'queued', queue_manager_id = NULL")


async def test_jobs_keep_their_time_though_the_clock_of_the_database_was_put_back(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, pulsar: Pulsar
) -> None:
    """R11: by an hour, while one step waits for its time."""
    await mail_channel(ana, mail, bundle_seconds=0)
    await ladder(ana, level(0, ana), level(300, bo))
    await ana.makes("/alerts", message="Disk full")
    await engine.settle()
    await queue(engine, "created = created + interval '1 hour', execute_after = execute_after + interval '1 hour'")
    assert await mend_queue(pulsar.db) == 1
    assert await mend_queue(pulsar.db) == 0
    await engine.advance(minutes=4, seconds=55)
    assert [m.to for m in mail.mails] == [ana.email]
    await engine.advance(seconds=10)
    assert [m.to for m in mail.mails] == [ana.email, bo.email]


@pytest.mark.parametrize("minutes", [-60, -10, 10])
async def test_a_step_comes_at_its_time_though_the_clock_of_the_node_is_wrong(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, minutes: int
) -> None:
    """R11: it was right when the step was planned. The queue goes by the database's clock."""
    await mail_channel(ana, mail, bundle_seconds=0)
    await ladder(ana, level(0, ana), level(300, bo))
    await ana.makes("/alerts", message="Disk full")
    await engine.settle()
    engine.clock.pass_time(timedelta(minutes=minutes))
    await engine.sweep()
    await engine.advance(minutes=4, seconds=55)
    assert [m.to for m in mail.mails] == [ana.email]
    await engine.advance(seconds=6)
    assert [m.to for m in mail.mails] == [ana.email, bo.email]


async def test_what_was_mended_can_be_told_from_what_came_by_itself(
    ana: Person, engine: Engine, pulsar: Pulsar
) -> None:
    """Counted: the worker adds it to what /metrics shows as mended."""
    await ladder(ana, level(0, ana))
    await ana.makes("/alerts", message="Disk full")
    await audit(pulsar.db)
    await queue(engine, "status = 'picked', heartbeat = now() - interval '2 minutes'")
    assert await audit(pulsar.db) >= 1
    await engine.settle()
