"""A webhook at which nothing arrives is seen by who can mend it: among the problems, and in the metrics."""

from typing import Any

import httpx

from tests.domain.hooking import Carrier, hook
from tests.domain.test_health import metrics
from tests.domain.test_setup_problems import kinds, problems
from tests.receiver import Receiver
from tests.world import Person

METRIC = "pulsar_webhooks_failing"


async def of_webhooks(person: Person) -> list[dict[str, Any]]:
    return [one for one in await problems(person) if "webhook" in one["kind"]]


async def failing(ana: Person, receiver: Receiver, carrier: Carrier, times: int) -> dict[str, Any]:
    made = await hook(ana, receiver)
    receiver.answers.extend(["500 Broken"] * times)
    for n in range(times):
        await ana.makes("/alerts", message=f"Disk {n} full")
    await carrier.settle()
    return made


async def test_a_webhook_that_failed_five_times_is_a_problem_until_it_works_again(
    ana: Person, vic: Person, eve: Person, receiver: Receiver, carrier: Carrier, http: httpx.AsyncClient
) -> None:
    before = (await metrics(http))[METRIC]
    made = await failing(ana, receiver, carrier, 5)
    [found] = await of_webhooks(vic)
    assert (found["kind"], found["severity"]) == ("failing_webhook", "warning")
    assert found["message"] == "Nothing arrives at the webhook Chat: The receiver answered 500."
    assert found["subject"] == {"type": "webhook", "id": made["id"], "name": "Chat"}
    assert await of_webhooks(eve) == []
    assert (await metrics(http))[METRIC] == before + 1
    await carrier.advance(minutes=5)
    assert await of_webhooks(ana) == []
    assert (await metrics(http))[METRIC] == before


async def test_a_few_failures_are_no_problem_yet(ana: Person, receiver: Receiver, carrier: Carrier) -> None:
    await failing(ana, receiver, carrier, 4)
    assert await of_webhooks(ana) == []


async def test_one_that_pulsar_switched_off_is_a_problem_and_one_that_somebody_paused_is_none(
    ana: Person, receiver: Receiver, carrier: Carrier
) -> None:
    made = await hook(ana, receiver)
    receiver.answers.append("410 Gone")
    await ana.makes("/alerts", message="Disk full")
    await carrier.settle()
    [found] = await of_webhooks(ana)
    assert found["message"] == ("The webhook Chat was switched off. The receiver answered 410 Gone: it wants no more.")
    for enabled in (True, False):
        assert (await ana.patch(f"/webhooks/endpoints/{made['id']}", enabled=enabled)).status_code == 200
        assert "disabled_webhook" not in await kinds(ana)
