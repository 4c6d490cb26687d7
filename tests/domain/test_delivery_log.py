"""Which messages? The pages of the delivery log, and that a rare filter does not read all of it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from pulsar.base.http import Pulsar
from pulsar.notify.log_listing import LogFilter, found
from tests.ladders import read
from tests.reports import Message, tell
from tests.world import Clock, Person

MANY = """
INSERT INTO notifications (org_id, id, key, purpose, user_id, channel_id, channel_name, channel_type, content, status,
                           tries, created_at)
SELECT :org, gen_random_uuid(), 'many:' || n, 'page', :person, :channel, 'Chat', 'webhook', '{}', 'sent', 1,
       now() - n * interval '1 minute'
FROM generate_series(1, 5000) AS n
"""


async def test_pages_come_newest_first_and_a_cursor_skips_nothing(pulsar: Pulsar, ana: Person, clock: Clock) -> None:
    at = clock.now()
    await tell(pulsar, ana, [Message(ana, at, occasion=f"run:{n}") for n in range(3)])
    await tell(pulsar, ana, [Message(ana, at + timedelta(minutes=n), status="failed") for n in (2, 1)])
    seen: list[str] = []
    page: dict[str, Any] = {"next_cursor": None}
    while not seen or page["next_cursor"]:
        cursor = {"cursor": page["next_cursor"]} if seen else {}
        page = await read(ana, "/notifications/logs", page_size=2, **cursor)
        assert (page["total"], page["total_is_exact"]) == (5, True)
        seen += [one["id"] for one in page["items"]]
    whole = (await read(ana, "/notifications/logs"))["items"]
    assert seen == [one["id"] for one in whole]
    assert [one["status"] for one in whole] == ["failed", "failed", "sent", "sent", "sent"]
    assert [one["created_at"] for one in whole] == sorted((one["created_at"] for one in whole), reverse=True)
    assert [one["id"] for one in (await read(ana, "/notifications/logs", page_size=2, page=2))["items"]] == seen[2:4]
    assert (await ana.get("/notifications/logs", cursor="broken")).status_code == 422


async def test_a_rare_filter_is_looked_up_in_an_index(
    pulsar: Pulsar, ana: Person, bo: Person, owner: AsyncConnection
) -> None:
    channel = "00000000-0000-7000-8000-000000000001"
    await owner.execute(text(MANY), {"org": ana.org_id, "person": ana.id, "channel": channel})
    await owner.commit()
    await owner.execute(text("ANALYZE notifications"))
    await owner.commit()
    wanted = {
        "ix_notifications_status": LogFilter(status=["failed"]),
        "ix_notifications_user": LogFilter(user_id=bo.id, status=["failed"]),
        "ix_notifications_channel": LogFilter(channel_id=bo.id),
    }
    async with pulsar.db.in_org(ana.org_id) as tx:
        for index, chosen in wanted.items():
            query = found(chosen, 21).compile(dialect=pulsar.db.engine.dialect, compile_kwargs={"literal_binds": True})
            plan = "\n".join((await tx.execute(text(f"EXPLAIN {query}"))).scalars())
            assert index in plan, plan
            assert "Seq Scan" not in plan, plan
