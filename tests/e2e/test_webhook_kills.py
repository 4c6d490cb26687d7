"""kill -9 of the worker while webhooks are on their way: every event arrives, those about one alert in their order."""

import asyncpg

from tests.e2e.processes import Running, until
from tests.e2e.test_kills import killed
from tests.ladders import integration
from tests.receiver import Received, Receiver
from tests.world import Person

ALERTS = 30
ANSWERED = 25
"""Of the first it is written down that they arrived. Then the receiver falls silent, and the worker dies."""


async def test_a_killed_worker_loses_no_webhook_and_mixes_up_no_alerts_events(
    ana: Person, server: Running, outside: Receiver
) -> None:
    def silent_after_some(_: Received) -> str:
        if len(outside.received) >= ANSWERED:
            outside.answering.clear()
        return "200 OK"

    outside.vendor = silent_after_some
    await ana.makes("/webhooks/endpoints", name="Bot", url=outside.url, patterns=["alert.*"])
    monitoring = await integration(ana)
    for action in ("create", "acknowledge", "close"):
        await monitoring.tells_all([{"message": "Full", "alias": f"disk {n}", "action": action} for n in range(ALERTS)])
    await until("a receiver that is silent", lambda: not outside.answering.is_set())

    await killed(server.worker())
    before = len(outside.received)
    assert await taken_for_dead(server, ana) > 0
    outside.vendor = None
    outside.answering.set()

    wanted = await happened(ana)
    assert len(wanted) == 3 * ALERTS
    await until("every event", lambda: {number(one) for one in outside.received} == wanted)
    assert before < 3 * ALERTS
    by_alert: dict[str, list[int]] = {}
    for one in outside.received:
        by_alert.setdefault(one.json["subject"]["id"], []).append(number(one))
    # One that arrived and was not written down comes again, but never after the next.
    assert all(numbers == sorted(numbers) for numbers in by_alert.values())


def number(received: Received) -> int:
    found: int = received.json["number"]
    return found


async def happened(person: Person) -> set[int]:
    """The numbers of the events that the endpoint wants."""
    events = (await person.has("/events", limit=500))["items"]
    return {event["id"] for event in events if event["type"].startswith("alert.")}


async def taken_for_dead(server: Running, person: Person) -> int:
    """What the worker had in hand, as it is after its time to answer has run out: that many deliveries."""
    connection = await asyncpg.connect(server.database_url)
    try:
        done: str = await connection.execute(
            "UPDATE webhook_deliveries SET due_at = now() WHERE org_id = $1 AND state = 'sending'", person.org_id
        )
    finally:
        await connection.close()
    return int(done.split()[-1])
