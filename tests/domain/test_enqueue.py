"""What becomes of events that are sent as to PagerDuty?"""

import json
import re
from pathlib import Path

import httpx
import pytest

from tests.ladders import integration
from tests.world import Person

GUIDE = Path(__file__).parents[2] / "docs" / "integrations" / "pagerduty.md"
EVENT = {"event_action": "trigger", "payload": {"summary": "Disk full", "source": "db-1", "severity": "critical"}}


async def test_an_event_without_a_key_is_given_one_by_which_it_is_resolved(
    ana: Person, http: httpx.AsyncClient
) -> None:
    token = (await integration(ana, integration_type="pagerduty")).token
    opened = await http.post("/v2/enqueue", json=EVENT | {"routing_key": token})
    assert (opened.status_code, opened.json()["status"]) == (202, "success")
    over = {"routing_key": token, "event_action": "resolve", "dedup_key": opened.json()["dedup_key"]}
    assert (await http.post("/v2/enqueue", json=over)).status_code == 202
    (alert,) = (await ana.get("/alerts")).json()["items"]
    assert (alert["status"], alert["priority"]) == ("closed", "P1")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"routing_key": None}, "routing_key is missing"),
        ({"routing_key": "short"}, "No integration has this token"),
        ({"payload": None}, "payload is missing"),
    ],
)
async def test_a_refusal_has_pagerduty_s_form(
    ana: Person, http: httpx.AsyncClient, change: dict[str, object], reason: str
) -> None:
    found = await integration(ana, integration_type="pagerduty")
    refused = await http.post("/v2/enqueue", json=EVENT | {"routing_key": found.token} | change)
    assert (refused.status_code, refused.json()["status"]) == (400, "invalid event")
    assert reason in refused.json()["errors"][0]


async def test_the_guide_s_example_opens_an_alert_and_closes_it(ana: Person, http: httpx.AsyncClient) -> None:
    hook = await integration(ana, integration_type="pagerduty")
    shown = re.search(r"-d '(.*)'", GUIDE.read_text())
    assert shown
    event = json.loads(shown[1].replace("TOKEN", hook.token))
    opened = await http.post("/v2/enqueue", json=event)
    assert opened.json() == {"status": "success", "message": "Event processed", "dedup_key": "first-test"}
    del event["payload"]
    assert (await http.post("/v2/enqueue", json=event | {"event_action": "resolve"})).status_code == 202
    (alert,) = (await ana.get("/alerts")).json()["items"]
    assert (alert["message"], alert["status"]) == ("Hello from Pulsar: this is a test", "closed")


async def test_only_post_is_taken_and_only_json(http: httpx.AsyncClient) -> None:
    assert (await http.get("/v2/enqueue")).status_code == 405
    assert (await http.post("/v2/enqueue", content=b"{")).status_code == 400
