"""Rate limits: who is counted, what is said, and that nodes count together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from pulsar import app
from pulsar.base.http import Pulsar
from pulsar.door.limits import ADDRESS, KEY, Bucket, Limits, TooManyRequests, of_address
from pulsar.door.rules import Limit
from pulsar.door.sharing import Sharing
from tests.architecture.openapi import operations
from tests.architecture.test_routes import BY_INVITATION, BY_SESSION, PUBLIC
from tests.domain.test_payloads import kept
from tests.ladders import Integration
from tests.world import API, Person

HERE = (KEY, "0193a5b0")


@asynccontextmanager
async def node(pulsar: Pulsar, **limits: int) -> AsyncIterator[httpx.AsyncClient]:
    """Another one on the same database, with limits that a test can reach."""
    settings = pulsar.settings.model_copy(update=limits)
    edge = app.build(Pulsar(settings, pulsar.keys, pulsar.db))
    transport = httpx.ASGITransport(edge, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://pulsar.test") as client:
        yield client


def of(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.access_token}"}


async def test_who_calls_too_often_is_told_by_which_limit_and_how_long_to_wait(pulsar: Pulsar, ana: Person) -> None:
    async with node(pulsar, limit_per_caller=3) as http:
        answers = [await http.get(f"{API}/alerts", headers=of(ana)) for _ in range(4)]
        health = await http.get("/health/live")
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    first, last = answers[0].headers, answers[-1].headers
    assert first["ratelimit-policy"] == '"person";q=3;w=60'
    assert first["ratelimit"] == '"person";r=2;t=20'
    assert (first["ratelimit-limit"], first["ratelimit-remaining"], first["ratelimit-reset"]) == ("3", "2", "20")
    assert last["ratelimit"].startswith('"person";r=0;')
    assert 1 <= int(last["retry-after"]) <= 20
    said = answers[-1].json()
    assert answers[-1].headers["content-type"] == "application/problem+json"
    assert (said["code"], said["limit"], said["status"]) == ("too_many_requests", "person", 429)
    assert said["retry_after_seconds"] == int(last["retry-after"])
    assert "ratelimit" not in health.headers


async def test_each_key_and_each_person_has_a_count_of_its_own_and_the_organization_one_for_all(
    pulsar: Pulsar, ana: Person, bo: Person, eve: Person
) -> None:
    keys = [(await ana.makes("/api-keys", name=name, scopes=["read"]))["key"] for name in ("CI", "Cron")]
    async with node(pulsar, limit_per_caller=2, limit_per_organization=5) as http:

        async def twice(**headers: str) -> list[int]:
            return [(await http.get(f"{API}/alerts", headers=headers)).status_code for _ in range(2)]

        assert await twice(**{"X-API-Key": keys[0]}) == [200, 200]
        assert (await http.get(f"{API}/alerts", headers={"X-API-Key": keys[0]})).json()["limit"] == "key"
        assert await twice(**{"X-API-Key": keys[1]}) == [200, 200]
        assert await twice(**of(bo)) == [200, 429]
        refused = await http.get(f"{API}/alerts", headers=of(ana))
        assert (refused.status_code, refused.json()["limit"]) == (429, "organization")
        assert await twice(**of(eve)) == [200, 200]


async def test_what_needs_no_credentials_is_counted_by_its_address_whatever_it_shows(
    pulsar: Pulsar,
) -> None:
    """All such routes, as the table of routes has them; integrations and heartbeats have limits of their own."""
    strangers = PUBLIC | BY_INVITATION | BY_SESSION
    routes = [
        route
        for route in operations(app.build_api(pulsar).openapi())
        if str(route) in strangers and "{token}" not in route.path
    ]
    assert len(routes) >= 7
    for route in routes:
        async with node(pulsar, limit_per_address=1) as http:
            answers = [
                await http.request(route.method, API + route.path, json={}, headers={"Authorization": "Bearer x"})
                for _ in range(2)
            ]
            assert answers[0].status_code != 429, route
            assert (answers[1].status_code, answers[1].json().get("limit")) == (429, "address"), route


async def test_guesses_of_keys_and_integrations_are_counted_by_their_address_and_those_known_are_not(
    pulsar: Pulsar, ana: Person
) -> None:
    token = (await ana.makes("/webhooks/incoming", name="Nagios"))["token"]
    key = (await ana.makes("/api-keys", name="CI", scopes=["read"]))["key"]
    async with node(pulsar, limit_per_address=4) as http:

        async def statuses(key: str, token: str) -> list[int]:
            asked = await http.get(f"{API}/alerts", headers={"X-API-Key": key})
            sent = await http.post(f"{API}/webhook/{token}", json={"message": "Disk full"})
            return [asked.status_code, sent.status_code]

        assert await statuses(key, token) == [200, 202]
        assert await statuses("pulsar_guess", "0" * 64) == [401, 404]
        assert await statuses("pulsar_other", "1" * 64) == [429, 429]
        assert await statuses(key, token) == [200, 202]


async def test_an_integration_that_sends_too_much_is_asked_to_wait_and_its_page_says_so_once(
    pulsar: Pulsar, ana: Person, eve: Person
) -> None:
    made = await ana.makes("/webhooks/incoming", name="Nagios")
    other = (await eve.makes("/webhooks/incoming", name="Nagios"))["token"]
    async with node(pulsar, limit_per_integration=3) as http:

        async def send(token: str) -> httpx.Response:
            return await http.post(f"{API}/webhook/{token}", json={"message": "Disk full"})

        answers = [await send(made["token"]) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [202] * 3 + [429] * 3
        assert answers[0].headers["ratelimit-policy"] == '"integration";q=3;w=60'
        assert answers[3].headers["retry-after"] == "20"
        assert answers[3].json()["code"] == "too_many_requests"
        event = {"routing_key": made["token"], "event_action": "trigger", "payload": {}}
        pagerduty = await http.post("/v2/enqueue", json=event)
        assert (pagerduty.status_code, pagerduty.headers["retry-after"]) == (429, "20")
        assert (await send(other)).status_code == 202
    shown = await ana.has(f"/webhooks/incoming/{made['id']}")
    assert "3 requests a minute" in shown["last_error"]
    assert shown["request_count"] == 3
    # One for all that were too many, or they would push out what was taken.
    refused, *taken = await kept(ana, Integration(ana.http, made["id"], made["token"]), 4)
    assert (refused["outcome"], refused["reason"]) == ("refused", shown["last_error"])
    assert [one["outcome"] for one in taken] == ["taken"] * 3


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2", True),
    ],
)
def test_of_ipv6_the_network_counts(one: str, other: str, same: bool) -> None:
    assert (of_address({"client": (one, 1)}) == of_address({"client": (other, 2)})) is same
    assert of_address({"client": None}) == (ADDRESS, "")


@asynccontextmanager
async def nodes(url: str, many: int, per_minute: int) -> AsyncIterator[list[Limits]]:
    """Each with a connection of its own, as in processes of their own; they have heard of each other."""
    made = [Limits({KEY: Limit("key", per_minute)}) for _ in range(many)]
    shared = [Sharing(url, limits) for limits in made]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_kept(one)) for one in shared]
        async with asyncio.timeout(20):
            while any(one.known_others < many - 1 for one in shared):
                await asyncio.sleep(0.02)
        yield made
        for task in tasks:
            task.cancel()


async def _kept(sharing: Sharing) -> None:
    async with sharing.running():
        await asyncio.Event().wait()


def takes(limits: Limits, bucket: Bucket) -> bool:
    try:
        limits.take(bucket)
    except TooManyRequests:
        return False
    return True


@pytest.mark.parametrize("shares", [(1, 1), (5, 1), (1, 0)])
async def test_two_nodes_let_through_what_one_would_within_a_tenth(database_url: str, shares: tuple[int, int]) -> None:
    """However the load is shared out between them, at twice as much as may pass."""
    most = 2000
    async with nodes(database_url, 2, most) as both:
        through, asked, loop = 0, 0, asyncio.get_running_loop()
        began = loop.time()
        while asked < 2 * most:
            for limits, share in zip(both, shares, strict=True):
                for _ in range(share):
                    through += takes(limits, HERE)
                    asked += 1
            if asked % 30 < sum(shares):
                await asyncio.sleep(0.004)
        refilled = (loop.time() - began) * most / 60
    assert most * 0.98 <= through <= (most + refilled) * 1.1


async def test_a_node_that_comes_learns_what_was_let_through_before(database_url: str) -> None:
    async with nodes(database_url, 2, 100) as (first, second):
        for _ in range(100):
            first.take(HERE)
        late = Limits({KEY: Limit("key", 100)})
        async with Sharing(database_url, late).running(), asyncio.timeout(20):
            while not late.spent():
                await asyncio.sleep(0.02)
            assert late.spent()[HERE] >= 90
            assert second.spent()[HERE] >= 90


async def test_without_the_database_each_node_counts_for_itself() -> None:
    limits = Limits({KEY: Limit("key", 2)})
    async with Sharing("postgresql://127.0.0.1:1/none", limits).running():
        assert [takes(limits, HERE) for _ in range(3)] == [True, True, False]


def test_what_is_full_again_is_forgotten_and_what_is_not_is_kept() -> None:
    now = 0.0
    limits = Limits({ADDRESS: Limit("address", 60)}, lambda: now)
    for number in range(100_000):
        limits.take((ADDRESS, str(number)))
    now = 30.0
    for _ in range(60):
        limits.take((ADDRESS, "busy"))
    assert list(limits.spent()) == [(ADDRESS, "busy")]
    assert not takes(limits, (ADDRESS, "busy"))
