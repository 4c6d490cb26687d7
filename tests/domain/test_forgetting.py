"""What is old and over is forgotten, if the operator wants it so. What is not over never is."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from pulsar.base import clock
from pulsar.base.http import Pulsar
from pulsar.base.ids import first_id_at
from pulsar.engine import housekeeping
from pulsar.webhooks.model import Delivery
from tests.ladders import fire, ladder, level, mail_channel
from tests.world import Engine, Mailbox, People, Person


def keeping(pulsar: Pulsar, **settings: int) -> Pulsar:
    return Pulsar(pulsar.settings.model_copy(update=settings), pulsar.keys, pulsar.db)


async def count(engine: Engine, table: str) -> int:
    async with engine.pulsar.db.in_org(engine.org_id) as tx:
        found: int = await tx.scalar(text(f"SELECT count(*) FROM {table}")) or 0
        return found


async def opened(ana: Person, **fields: Any) -> str:
    return str((await ana.makes("/alerts", **({"message": "Disk full"} | fields)))["id"])


async def closed(ana: Person, engine: Engine) -> str:
    alert = await opened(ana)
    await engine.settle()
    await ana.makes(f"/alerts/{alert}/close")
    await engine.settle()
    return alert


async def test_deliveries_of_webhooks_are_forgotten_after_a_month(ana: Person, engine: Engine, pulsar: Pulsar) -> None:
    hook = await ana.makes("/webhooks/endpoints", name="Nobody's", url="http://127.0.0.1:9/")
    assert not (await ana.makes(f"/webhooks/endpoints/{hook['id']}/test"))["delivered"]
    old = clock.now() - timedelta(days=31)
    said = {
        "event_type": "alert.created",
        "subject_type": "alert",
        "subject_id": ana.id,
        "body": "{}",
        "state": "waiting",
    }
    async with pulsar.db.in_org(ana.org_id) as tx:
        tx.add(Delivery(id=first_id_at(old), endpoint_id=UUID(hook["id"]), number=1, created_at=old, **said))
    await housekeeping.clean(pulsar)
    assert (await count(engine, "webhook_deliveries"), await count(engine, "webhook_attempts")) == (1, 1)


async def test_without_a_setting_all_is_kept(ana: Person, engine: Engine, mail: Mailbox, pulsar: Pulsar) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    alert = await closed(ana, engine)
    await engine.stand_still(days=5000)
    await housekeeping.clean(pulsar)
    assert await count(engine, "notifications") == 1
    assert await count(engine, "alerts") == 1
    assert alert


async def test_the_log_of_what_is_closed_goes_with_its_attempts_when_it_is_old(
    ana: Person, engine: Engine, mail: Mailbox, pulsar: Pulsar
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    await closed(ana, engine)
    assert await count(engine, "notification_attempts") == 1
    await engine.stand_still(days=29)
    await housekeeping.clean(keeping(pulsar, keep_delivery_log_days=30))
    assert await count(engine, "notifications") == 1
    await engine.stand_still(days=2)
    await housekeeping.clean(keeping(pulsar, keep_delivery_log_days=30))
    assert (await count(engine, "notifications"), await count(engine, "notification_attempts")) == (0, 0)
    assert await count(engine, "alerts") == 1
    assert await count(engine, "escalations") == 1


@pytest.mark.parametrize("end", [None, "acknowledge"])
async def test_the_log_of_what_is_not_closed_stays_however_old(
    ana: Person, engine: Engine, mail: Mailbox, pulsar: Pulsar, end: str | None
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    alert = await opened(ana)
    await engine.settle()
    if end:
        await ana.makes(f"/alerts/{alert}/{end}")
        await engine.settle()
    await engine.stand_still(days=1000)
    await housekeeping.clean(keeping(pulsar, keep_delivery_log_days=1, keep_closed_alerts_days=1))
    assert (await count(engine, "notifications"), await count(engine, "alerts")) == (1, 1)


async def test_a_message_that_is_still_to_go_out_is_never_forgotten(
    ana: Person, engine: Engine, mail: Mailbox, pulsar: Pulsar
) -> None:
    """Here the workers were away for a month, and the alert is gone."""
    await mail_channel(ana, mail, bundle_seconds=0)
    await ladder(ana, level(0, ana))
    await opened(ana)
    await fire(engine)
    async with pulsar.db.in_org(ana.org_id) as tx:
        await tx.execute(text("UPDATE alerts SET status = 'closed', closed_at = created_at"))
    await engine.stand_still(days=31)
    await housekeeping.clean(keeping(pulsar, keep_delivery_log_days=1, keep_closed_alerts_days=1))
    assert (await count(engine, "notifications"), await count(engine, "alerts")) == (1, 1)
    await engine.settle()
    assert len(mail.mails) == 1


async def test_old_alerts_go_with_all_that_is_theirs_and_the_rest_of_the_record_stays(
    ana: Person, people: People, engine: Engine, mail: Mailbox, pulsar: Pulsar
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    old = await closed(ana, engine)
    await ana.makes(f"/alerts/{old}/notes", text="It was the logs")
    await engine.stand_still(days=40)
    cy = await people.colleague(ana, "Cy", "member")
    young, open_one = await closed(cy, engine), await opened(cy)
    await engine.settle()
    await housekeeping.clean(keeping(pulsar, keep_closed_alerts_days=30))
    assert {one["id"] for one in (await cy.has("/alerts"))["items"]} == {young, open_one}
    async with pulsar.db.in_org(ana.org_id) as tx:
        left = await tx.scalar(text("SELECT count(*) FROM events WHERE subject_id = :old"), {"old": old})
        record = await tx.scalar(text("SELECT count(*) FROM events WHERE type = 'channel.created'"))
    assert (left, record, await count(engine, "alert_notes"), await count(engine, "escalations")) == (0, 1, 0, 2)


async def test_a_heap_goes_batch_by_batch(ana: Person, engine: Engine, pulsar: Pulsar) -> None:
    async with pulsar.db.in_org(ana.org_id) as tx:
        await tx.execute(
            text(
                "INSERT INTO notifications (id, key, purpose, channel_id, channel_name, channel_type, content, status,"
                " tries, created_at) SELECT gen_random_uuid(), 'k' || n, 'direct', gen_random_uuid(), 'E', 'email',"
                " '{}', 'sent', 1, now() FROM generate_series(1, 1300) AS n"
            )
        )
        # As those of that time have: ids that are lower than today's.
        await tx.execute(text("UPDATE notifications SET id = ('00' || substr(id::text, 3))::uuid"))
    await engine.stand_still(days=31)
    await housekeeping.clean(keeping(pulsar, keep_delivery_log_days=30))
    assert await count(engine, "notifications") == 0
    assert engine.clock.offset > timedelta(days=30)
