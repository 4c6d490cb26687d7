"""A sender of CloudEvents asks first whether it may: whoever knows the address may, and learns how fast."""

import httpx

from pulsar.base.http import Pulsar
from tests.domain.test_limits import node
from tests.ladders import Integration, integration
from tests.world import API, Person

ORIGIN = "eventemitter.example.com"


async def asks(hook: Integration, http: httpx.AsyncClient, token: str = "", **headers: str) -> httpx.Response:
    asked = {"WebHook-Request-Origin": ORIGIN, "WebHook-Request-Rate": "120"} | headers
    return await http.request("OPTIONS", f"{API}/webhook/{token or hook.token}", headers=asked)


async def test_who_knows_the_address_may_send_as_fast_as_the_limits_let_through(pulsar: Pulsar, ana: Person) -> None:
    hook = await integration(ana, integration_type="cloudevents")
    async with node(pulsar, limit_per_integration=90, limit_signals_per_organization=600) as http:
        granted = await asks(hook, http)
        assert granted.status_code == 200
        assert granted.headers["webhook-allowed-origin"] == ORIGIN
        assert granted.headers["webhook-allowed-rate"] == "90"
        assert granted.headers["allow"] == "POST"
    async with node(pulsar, limit_per_integration=0, limit_signals_per_organization=0) as http:
        assert (await asks(hook, http)).headers["webhook-allowed-rate"] == "*"
    assert (await ana.has("/alerts"))["items"] == []


async def test_nobody_else_is_granted_anything(ana: Person, http: httpx.AsyncClient) -> None:
    hook = await integration(ana, integration_type="cloudevents")
    unknown = await asks(hook, http, "0" * 64)
    await ana.patch(f"/webhooks/incoming/{hook.id}", enabled=False)
    off = await asks(hook, http)
    await ana.delete(f"/webhooks/incoming/{hook.id}")
    gone = await asks(hook, http)
    assert [answer.status_code for answer in (unknown, off, gone)] == [404, 403, 404]
    assert not any("webhook-allowed-origin" in answer.headers for answer in (unknown, off, gone))


async def test_other_questions_are_as_unwelcome_as_before(ana: Person, http: httpx.AsyncClient) -> None:
    hook = await integration(ana)
    for method in ("OPTIONS", "GET"):
        assert (await http.request(method, f"{API}/webhook/{hook.token}")).status_code == 405
