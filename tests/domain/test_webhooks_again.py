"""What somebody has sent now: a test, one delivery once more, or what was missed in a range of time."""

from datetime import timedelta
from typing import Any

from standardwebhooks import Webhook

from tests.domain.hooking import Carrier, hook, of_alert, types
from tests.receiver import Receiver
from tests.world import Person

LOG = "/webhooks/deliveries"


def around(carrier: Carrier, which: str) -> dict[str, Any]:
    now = carrier.clock.now()
    return {
        "since": (now - timedelta(minutes=5)).isoformat(),
        "until": (now + timedelta(minutes=5)).isoformat(),
        "which": which,
    }


async def test_a_test_answers_what_the_receiver_said_and_stands_in_the_log(ana: Person, receiver: Receiver) -> None:
    made = await hook(ana, receiver, enabled=False)
    path = f"/webhooks/endpoints/{made['id']}/test"
    receiver.answers.append("418 Teapot\r\n\r\nshort and stout")
    refused = await ana.makes(path)
    assert (refused["delivered"], refused["status"], refused["answer"]) == (False, 418, "short and stout")
    taken = await ana.makes(path)
    assert taken["delivered"]
    assert Webhook(made["standard_secret"]).verify(receiver.received[1].body, receiver.received[1].headers)
    log = (await ana.has(LOG, event_type="webhook.test"))["items"]
    assert [line["state"] for line in log] == ["delivered", "failed"]
    assert (await ana.has(f"{LOG}/{taken['delivery_id']}"))["attempts"][0]["response_body"] == "ok"


async def test_a_test_of_an_address_inside_says_that_it_may_not(ana: Person, receiver: Receiver) -> None:
    made = await hook(ana, receiver, url="http://10.0.0.1/")
    answer = await ana.makes(f"/webhooks/endpoints/{made['id']}/test")
    assert not answer["delivered"]
    assert "PULSAR_OUTBOUND_ALLOW" in answer["answer"]


async def test_what_was_given_up_is_sent_again_under_the_same_id(
    ana: Person, receiver: Receiver, carrier: Carrier
) -> None:
    await hook(ana, receiver, alert_created=True, max_retries=0)
    receiver.answers.append("500 Oh")
    await ana.makes("/alerts", message="Disk full")
    await carrier.settle()
    [line] = (await ana.has(LOG))["items"]
    assert line["state"] == "failed"
    again = await ana.makes(f"{LOG}/{line['id']}/redeliver")
    assert again["state"] == "pending"
    await carrier.settle()
    assert len({received.headers["webhook-id"] for received in receiver.received}) == 1
    whole = await ana.has(f"{LOG}/{line['id']}")
    assert (whole["state"], [one["status"] for one in whole["attempts"]]) == ("delivered", [500, 200])


async def test_of_an_endpoint_that_is_off_nothing_is_sent_again(
    ana: Person, receiver: Receiver, carrier: Carrier
) -> None:
    made = await hook(ana, receiver)
    await ana.makes("/alerts", message="Disk full")
    await carrier.settle()
    [line] = (await ana.has(LOG))["items"]
    await ana.patch(f"/webhooks/endpoints/{made['id']}", enabled=False)
    assert (await ana.post(f"{LOG}/{line['id']}/redeliver")).status_code == 409
    refused = await ana.post(f"/webhooks/endpoints/{made['id']}/redeliver", **around(carrier, "all"))
    assert refused.status_code == 409
    await ana.delete(f"/webhooks/endpoints/{made['id']}")
    assert (await ana.post(f"{LOG}/{line['id']}/redeliver")).status_code == 404


async def test_a_range_is_sent_again_in_the_order_of_each_object(
    ana: Person, receiver: Receiver, carrier: Carrier
) -> None:
    made = await hook(ana, receiver, max_retries=0, alert_created=True, alert_closed=True)
    receiver.answers.extend(["500 A", "500 B"])
    alert = await ana.makes("/alerts", message="Disk full")
    await ana.makes(f"/alerts/{alert['id']}/close")
    await carrier.settle()
    await ana.makes("/alerts", message="Fine")
    await carrier.settle()
    path = f"/webhooks/endpoints/{made['id']}/redeliver"
    assert await ana.makes(path, **around(carrier, "failed")) == {"count": 2, "more": False}
    await carrier.settle()
    assert types(receiver)[3:] == ["alert.created", "alert.closed"]
    assert await ana.makes(path, **around(carrier, "all")) == {"count": 3, "more": False}
    await carrier.settle()
    assert len(receiver.received) == 8
    assert (await ana.has("/audit", type="webhook.redelivered"))["items"][0]["data"]["count"] == 3


async def test_what_happened_while_it_was_paused_can_be_sent_afterwards(
    ana: Person, receiver: Receiver, carrier: Carrier
) -> None:
    made = await hook(ana, receiver)
    path = f"/webhooks/endpoints/{made['id']}"
    await ana.makes("/alerts", message="Before")
    await carrier.settle()
    await ana.patch(path, enabled=False)
    meanwhile = await ana.makes("/alerts", message="Meanwhile")
    await ana.makes(f"/alerts/{meanwhile['id']}/close")
    await ana.patch(path, enabled=True)
    await carrier.settle()
    assert await ana.makes(f"{path}/redeliver", **around(carrier, "missed")) == {"count": 2, "more": False}
    await carrier.settle()
    assert [of_alert(received) for received in receiver.received] == ["Before", "Meanwhile", "Meanwhile"]
    assert types(receiver)[1:] == ["alert.created", "alert.closed"]
    assert (await ana.makes(f"{path}/redeliver", **around(carrier, "missed")))["count"] == 0


async def test_a_range_that_ends_before_it_begins_is_refused(ana: Person, receiver: Receiver, carrier: Carrier) -> None:
    made = await hook(ana, receiver)
    span = around(carrier, "all")
    refused = await ana.post(
        f"/webhooks/endpoints/{made['id']}/redeliver", since=span["until"], until=span["since"], which="all"
    )
    assert refused.json()["errors"][0]["field"] == "until"
