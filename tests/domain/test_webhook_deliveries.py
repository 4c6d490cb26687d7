"""From an event to a receiver: signed, in the order of each object, again until it has arrived, and written down."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from pulsar.base.http import Pulsar
from pulsar.webhooks.claiming import claim
from pulsar.webhooks.planner import Planner
from tests.domain.hooking import ALERTS, Carrier, hook, of_alert, types
from tests.receiver import Receiver
from tests.world import Engine, Mailbox, Person

LOG = "/webhooks/deliveries"


async def test_an_alert_is_told_signed_as_standard_webhooks_and_as_ever(
    ana: Person, receiver: Receiver, carrier: Carrier
) -> None:
    made = await hook(ana, receiver)
    alert = await ana.makes("/alerts", message="Disk full", priority="P2")
    await carrier.settle()
    [received] = receiver.received
    assert received.method == "POST"
    assert received.headers["user-agent"] == "Pulsar-Webhooks/1.0"
    assert received.headers["x-pulsar-event"] == "alert.created"
    assert received.headers["x-pulsar-delivery"] == received.headers["webhook-id"]
    said = Webhook(made["standard_secret"]).verify(received.body, received.headers)
    assert said["type"] == "alert.created"
    assert said["alert"]["id"] == alert["id"]
    assert said["alert"]["url"] == f"http://pulsar.test/alerts/{alert['id']}"
    assert said["actor"]["name"] == "Ana"
    with pytest.raises(WebhookVerificationError):
        Webhook(made["standard_secret"]).verify(received.body + b" ", received.headers)
    [line] = (await ana.has(LOG))["items"]
    assert (line["state"], line["last_status"], line["event_type"]) == ("delivered", 200, "alert.created")
    whole = await ana.has(f"{LOG}/{line['id']}")
    assert json.loads(whole["body"]) == said
    assert [(one["status"], one["response_body"]) for one in whole["attempts"]] == [(200, "ok")]


async def test_during_a_rotation_both_secrets_are_good_and_afterwards_the_new_one(
    ana: Person, receiver: Receiver, carrier: Carrier
) -> None:
    old = await hook(ana, receiver)
    new = await ana.makes(f"/webhooks/endpoints/{old['id']}/rotate-secret", overlap_hours=2)
    assert new["previous_secret_until"]
    await ana.makes("/alerts", message="One")
    await carrier.settle()
    for secret in (old["standard_secret"], new["standard_secret"]):
        assert Webhook(secret).verify(receiver.received[0].body, receiver.received[0].headers)
    assert "x-pulsar-signature-previous" in receiver.received[0].headers
    await ana.makes("/alerts", message="Two")
    await carrier.advance(hours=2)
    assert "x-pulsar-signature-previous" not in receiver.received[1].headers
    assert " " not in receiver.received[1].headers["webhook-signature"]


async def test_only_what_an_endpoint_asked_for_is_sent_there(
    ana: Person, receiver: Receiver, carrier: Carrier, pulsar: Pulsar
) -> None:
    team = await ana.makes("/teams", name="Database")
    mine = {"alert_created": True, "team_ids": [team["id"]], "priorities": ["P1", "P2"], "patterns": ["team.*"]}
    await hook(ana, receiver, **mine)
    await ana.makes("/alerts", message="Of nobody", priority="P1")
    await ana.makes("/alerts", message="Of theirs", priority="P1", assigned_to_team_id=team["id"])
    await ana.makes("/alerts", message="Low", priority="P4", assigned_to_team_id=team["id"])
    await ana.makes("/teams", name="Web")
    await ana.makes("/heartbeats", name="Backup", interval_seconds=60)
    await carrier.settle()
    assert sorted(types(receiver)) == ["alert.created", "team.created"]
    assert [one.json["alert"]["message"] for one in receiver.received if "alert" in one.json] == ["Of theirs"]


async def test_what_happens_to_webhooks_is_told_to_none_whatever_it_asks_for(
    ana: Person, receiver: Receiver, carrier: Carrier
) -> None:
    made = await hook(ana, receiver, patterns=["*", "webhook.*"])
    await ana.patch(f"/webhooks/endpoints/{made['id']}", name="Room")
    await carrier.settle()
    await ana.makes("/teams", name="Web")
    await carrier.settle()
    assert types(receiver) == ["team.created"]


async def test_nobody_hears_of_others(ana: Person, eve: Person, receiver: Receiver, carrier: Carrier) -> None:
    await hook(ana, receiver)
    await eve.makes("/alerts", message="Eve's")
    await carrier.settle()
    assert receiver.received == []
    assert (await eve.has(LOG))["items"] == []


async def test_events_of_one_object_wait_for_each_other_and_others_pass_by(
    ana: Person, receiver: Receiver, carrier: Carrier
) -> None:
    await hook(ana, receiver)
    first = await ana.makes("/alerts", message="First")
    receiver.answers.append("500 Oh")
    await carrier.settle()
    await ana.makes(f"/alerts/{first['id']}/acknowledge")
    await ana.makes("/alerts", message="Second")
    await ana.makes(f"/alerts/{first['id']}/close")
    await carrier.settle()
    assert types(receiver) == ["alert.created", "alert.created"]
    states = [line["state"] for line in (await ana.has(LOG))["items"]]
    assert states == ["waiting", "delivered", "waiting", "pending"]
    await carrier.advance(seconds=5)
    assert types(receiver)[2:] == ["alert.created", "alert.acknowledged", "alert.closed"]
    ids = [received.headers["webhook-id"] for received in receiver.received]
    assert ids[0] == ids[2]
    assert len(set(ids)) == 4


async def test_it_is_tried_again_at_growing_intervals_and_given_up_in_the_end(
    ana: Person, receiver: Receiver, carrier: Carrier
) -> None:
    await hook(ana, receiver, alert_created=True, max_retries=2, retry_delay_seconds=10)
    receiver.answers.extend(["500 A", "502 B", "404 C"])
    await ana.makes("/alerts", message="Disk full")
    await carrier.settle()
    await carrier.advance(seconds=5)
    assert len(receiver.received) == 1
    await carrier.advance(seconds=6)
    assert len(receiver.received) == 2
    await carrier.advance(seconds=21)
    assert len(receiver.received) == 3
    [line] = (await ana.has(LOG))["items"]
    assert (line["state"], line["tries"], line["last_status"]) == ("failed", 3, 404)
    whole = await ana.has(f"{LOG}/{line['id']}")
    assert [one["status"] for one in whole["attempts"]] == [500, 502, 404]


async def test_a_redirect_is_not_followed(ana: Person, receiver: Receiver, carrier: Carrier) -> None:
    await hook(ana, receiver)
    receiver.answers.append(f"302 Found\r\nLocation: {receiver.root}/elsewhere")
    await ana.makes("/alerts", message="Disk full")
    await carrier.settle()
    assert [received.path for received in receiver.received] == ["/hook"]
    assert (await ana.has(LOG))["items"][0]["last_status"] == 302


async def test_who_says_when_to_come_again_is_left_in_peace_until_then(
    ana: Person, receiver: Receiver, carrier: Carrier
) -> None:
    await hook(ana, receiver)
    receiver.answers.append("429 Slow\r\nRetry-After: 120")
    await ana.makes("/alerts", message="First")
    await carrier.settle()
    await ana.makes("/alerts", message="Second")
    await carrier.advance(seconds=100)
    assert len(receiver.received) == 1
    await carrier.advance(seconds=21)
    assert len(receiver.received) == 3


async def test_410_switches_an_endpoint_off_at_once_and_the_owners_and_admins_get_a_mail(
    ana: Person, bo: Person, vic: Person, receiver: Receiver, carrier: Carrier, mail: Mailbox, engine: Engine
) -> None:
    await ana.makes("/notifications/channels", **mail.channel)
    made = await hook(ana, receiver)
    receiver.answers.append("410 Gone")
    await ana.makes("/alerts", message="First")
    await ana.makes("/alerts", message="Second")
    await carrier.settle()
    seen = await ana.has(f"/webhooks/endpoints/{made['id']}")
    assert (seen["enabled"], seen["standing"]) == (False, "disabled")
    assert "410" in seen["disabled_reason"]
    await engine.settle()
    switched_off = [one for one in mail.mails if "switched off" in one.subject]
    assert sorted(one.to for one in switched_off) == sorted([ana.email, bo.email])
    [event] = (await ana.has("/audit", type="webhook.disabled"))["items"]
    assert event["actor"]["type"] == "system"
    await ana.makes("/alerts", message="Third")
    before = len(receiver.received)
    await carrier.settle()
    assert len(receiver.received) == before


async def test_what_has_failed_for_days_is_switched_off(ana: Person, receiver: Receiver, carrier: Carrier) -> None:
    made = await hook(ana, receiver, alert_created=True, max_retries=30, retry_delay_seconds=3600)
    receiver.vendor = lambda _: "503 Down"
    await ana.makes("/alerts", message="Disk full")
    await carrier.settle()
    for _ in range(19):
        await carrier.advance(hours=6)
    assert (await carrier.endpoint(made["id"])).enabled
    for _ in range(2):
        await carrier.advance(hours=6)
    endpoint = await carrier.endpoint(made["id"])
    assert (endpoint.enabled, endpoint.disabled_reason) == (False, "Nothing has arrived for 5 days.")


async def test_a_paused_endpoint_is_sent_what_was_on_its_way_and_nothing_of_the_time_between(
    ana: Person, receiver: Receiver, carrier: Carrier
) -> None:
    made = await hook(ana, receiver)
    path = f"/webhooks/endpoints/{made['id']}"
    await ana.makes("/alerts", message="Before")
    await carrier.plan()
    await ana.patch(path, enabled=False)
    await ana.makes("/alerts", message="Meanwhile")
    await carrier.settle()
    assert receiver.received == []
    await ana.patch(path, enabled=True)
    await ana.makes("/alerts", message="After")
    await carrier.settle()
    assert {of_alert(received) for received in receiver.received} == {"Before", "After"}
    assert len(receiver.received) == 2


async def test_one_that_hangs_takes_its_own_places_only(ana: Person, receiver: Receiver, carrier: Carrier) -> None:
    hanging = Receiver()
    await hanging.start()
    hanging.answering.clear()
    try:
        await hook(ana, hanging)
        await hook(ana, receiver)
        for number in range(30):
            await ana.makes("/alerts", message=f"Number {number}")
        await carrier.plan()
        while len(receiver.received) < 30:
            await carrier.begin()
            await asyncio.sleep(0.01)
        assert len(hanging.received) <= 20
    finally:
        await hanging.stop()
        await carrier.courier.settled()


async def test_what_a_worker_was_sending_when_it_died_is_sent_by_another(
    ana: Person, receiver: Receiver, carrier: Carrier
) -> None:
    made = await hook(ana, receiver, **ALERTS, timeout_seconds=5)
    await ana.makes("/alerts", message="Disk full")
    await carrier.plan()
    endpoint = await carrier.endpoint(made["id"])
    async with carrier.pulsar.db.in_org(ana.org_id) as tx:
        [request] = await claim(tx, {endpoint.id: 5})
    await carrier.advance(seconds=14)
    assert receiver.received == []
    await carrier.advance(seconds=2)
    assert [one.headers["webhook-id"] for one in receiver.received] == [str(request.delivery_id)]


async def test_no_event_is_left_out_when_many_are_written_at_once_while_others_plan(
    ana: Person, receiver: Receiver, carrier: Carrier
) -> None:
    await hook(ana, receiver, alert_created=True)

    async def plan_on() -> None:
        while not done.is_set():
            await carrier.plan()

    done = asyncio.Event()
    planners = [asyncio.create_task(plan_on()) for _ in range(2)]
    await asyncio.gather(*(ana.makes("/alerts", message=f"Number {number}") for number in range(40)))
    done.set()
    await asyncio.gather(*planners)
    await carrier.settle()
    assert sorted(map(of_alert, receiver.received)) == sorted(f"Number {number}" for number in range(40))
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 40


async def test_an_address_inside_is_refused_and_the_log_says_so(
    ana: Person, receiver: Receiver, carrier: Carrier
) -> None:
    await hook(ana, receiver, alert_created=True, url="http://169.254.169.254/latest")
    await ana.makes("/alerts", message="Disk full")
    await carrier.settle()
    [line] = (await ana.has(LOG))["items"]
    assert line["state"] == "failed"
    assert "not an address of the public internet" in line["last_error"]


async def test_the_log_has_the_headers_but_not_what_is_secret_in_them(
    ana: Person, receiver: Receiver, carrier: Carrier
) -> None:
    headers = [{"name": "Authorization", "value": "Bearer hush", "secret": True}]
    await hook(ana, receiver, **ALERTS, headers=headers)
    receiver.answers.append("200 OK\r\nX-Trace: 17\r\n\r\n" + "x" * 70_000)
    await ana.makes("/alerts", message="Disk full")
    await carrier.settle()
    assert receiver.received[0].headers["authorization"] == "Bearer hush"
    [line] = (await ana.has(LOG))["items"]
    [attempt] = (await ana.has(f"{LOG}/{line['id']}"))["attempts"]
    assert attempt["request_headers"]["Authorization"] == "(secret)"
    assert attempt["response_headers"]["x-trace"] == "17"
    assert len(attempt["response_body"]) == 64 * 1024


async def test_the_log_is_found_by_endpoint_event_state_time(ana: Person, receiver: Receiver, carrier: Carrier) -> None:
    one, other = await hook(ana, receiver), await hook(ana, receiver, alert_closed=True)
    alert = await ana.makes("/alerts", message="Disk full")
    await ana.makes(f"/alerts/{alert['id']}/close")
    await carrier.settle()
    await ana.makes("/alerts", message="Later")
    await carrier.plan()
    for filters, count in (
        ({}, 4),
        ({"endpoint_id": one["id"]}, 3),
        ({"endpoint_id": other["id"]}, 1),
        ({"event_type": "alert.created"}, 2),
        ({"state": "pending"}, 1),
        ({"state": "failed"}, 0),
        ({"since": (carrier.clock.now() + timedelta(minutes=1)).isoformat()}, 0),
        ({"until": (carrier.clock.now() + timedelta(minutes=1)).isoformat()}, 4),
        ({"since": "0001-01-01T00:00:00Z", "until": "9999-12-31T23:59:59Z"}, 4),
    ):
        assert len((await ana.has(LOG, **filters))["items"]) == count, filters
    await ana.delete(f"/webhooks/endpoints/{one['id']}")
    assert (await ana.has(LOG, state="failed"))["items"][0]["endpoint"]["name"] == "(deleted)"


async def test_a_worker_looks_at_the_stream_when_something_happens_and_only_where_there_are_endpoints(
    ana: Person, eve: Person, receiver: Receiver, pulsar: Pulsar
) -> None:
    await hook(ana, receiver, alert_created=True)
    planned: asyncio.Queue[UUID] = asyncio.Queue()
    planner = Planner(pulsar, planned.put_nowait)
    working = asyncio.create_task(planner.work(asyncio.Event()))
    try:
        await eve.makes("/alerts", message="Eve's")
        await ana.makes("/alerts", message="Ana's")
        async with asyncio.timeout(5):
            while await planned.get() != ana.org_id:
                pass
        assert [line["state"] for line in (await ana.has(LOG))["items"]] == ["pending"]
        assert eve.org_id not in planner.with_endpoints
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
