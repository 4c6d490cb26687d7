"""Heartbeats: a sign of life that does not come becomes an alert, and one that comes back closes it."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from pulsar.base.http import Pulsar
from pulsar.heartbeats import watch
from tests.ladders import Json
from tests.world import API, NOWHERE, Clock, People, Person

PATH = "/heartbeats"


async def heartbeat(owner: Person, **fields: Any) -> Json:
    made: Json = await owner.makes(PATH, **({"name": "Nightly backup", "interval_seconds": 60} | fields))
    return made


async def ping(http: httpx.AsyncClient, made: Json, method: str = "GET") -> httpx.Response:
    return await http.request(method, made["url"].removeprefix("http://pulsar.test"))


async def alerts(person: Person) -> list[Json]:
    items: list[Json] = (await person.has("/alerts"))["items"]
    return items


async def test_nothing_is_due_before_the_first_ping(ana: Person, pulsar: Pulsar, clock: Clock) -> None:
    made = await heartbeat(ana)
    assert (made["standing"], made["due_at"]) == ("waiting", None)
    clock.pass_time(timedelta(minutes=14))
    await watch.watch(pulsar.db)
    assert await alerts(ana) == []


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
async def test_a_ping_needs_nothing_but_the_address(
    http: httpx.AsyncClient, ana: Person, clock: Clock, method: str
) -> None:
    made = await heartbeat(ana)
    answer = await ping(http, made, method)
    assert answer.status_code == 200
    stands = await ana.has(f"{PATH}/{made['id']}")
    assert stands["standing"] == "alive"
    assert stands["recent_pings"] == [stands["last_ping_at"]]


async def test_one_that_is_late_becomes_an_alert_and_its_return_closes_it(
    http: httpx.AsyncClient, ana: Person, pulsar: Pulsar, clock: Clock
) -> None:
    team = await ana.makes("/teams", name="Database")
    fields = {"priority": "P2", "tags": ["backup"], "team_id": team["id"], "grace_seconds": 10}
    made = await heartbeat(ana, description="See the runbook", **fields)
    await ping(http, made)
    clock.pass_time(timedelta(seconds=69))
    await watch.watch(pulsar.db)
    assert await alerts(ana) == []
    clock.pass_time(timedelta(seconds=2))
    await watch.watch(pulsar.db)
    await watch.watch(pulsar.db)
    (alert,) = await alerts(ana)
    assert alert["message"] == "Nightly backup is silent: it promised a sign of life every minute"
    assert (alert["priority"], alert["tags"], alert["description"]) == ("P2", ["backup"], "See the runbook")
    assert (alert["assignee"]["id"], alert["count"]) == (team["id"], 1)
    assert (await ana.has(f"{PATH}/{made['id']}"))["standing"] == "late"
    await ping(http, made)
    await watch.watch(pulsar.db)
    assert [one["status"] for one in await alerts(ana)] == ["closed"]
    assert (await ana.has(f"{PATH}/{made['id']}"))["late_since"] is None


async def test_the_next_silence_is_another_alert(
    http: httpx.AsyncClient, ana: Person, pulsar: Pulsar, clock: Clock
) -> None:
    made = await heartbeat(ana)
    for _ in range(2):
        await ping(http, made)
        await watch.watch(pulsar.db)
        clock.pass_time(timedelta(minutes=2))
        await watch.watch(pulsar.db)
    assert sorted(one["status"] for one in await alerts(ana)) == ["closed", "open"]


async def test_one_that_is_switched_off_is_not_missed_and_its_alert_is_closed(
    http: httpx.AsyncClient, ana: Person, pulsar: Pulsar, clock: Clock
) -> None:
    made = await heartbeat(ana)
    await ping(http, made)
    clock.pass_time(timedelta(minutes=2))
    await watch.watch(pulsar.db)
    assert (await ana.patch(f"{PATH}/{made['id']}", enabled=False)).json()["standing"] == "off"
    assert [one["status"] for one in await alerts(ana)] == ["closed"]
    # A ping says that it lives, and still nothing is due; switched on, it waits for the next.
    await ping(http, made)
    assert (await ana.has(f"{PATH}/{made['id']}"))["due_at"] is None
    assert (await ana.patch(f"{PATH}/{made['id']}", enabled=True)).json()["standing"] == "waiting"


async def test_a_longer_interval_counts_from_the_last_ping(
    http: httpx.AsyncClient, ana: Person, pulsar: Pulsar, clock: Clock
) -> None:
    made = await heartbeat(ana)
    await ping(http, made)
    clock.pass_time(timedelta(minutes=2))
    await watch.watch(pulsar.db)
    changed = (await ana.patch(f"{PATH}/{made['id']}", interval_seconds=3600)).json()
    assert changed["standing"] == "alive"
    assert [one["status"] for one in await alerts(ana)] == ["closed"]


async def test_a_deleted_one_takes_its_alert_with_it(
    http: httpx.AsyncClient, ana: Person, pulsar: Pulsar, clock: Clock
) -> None:
    made = await heartbeat(ana)
    await ping(http, made)
    clock.pass_time(timedelta(minutes=2))
    await watch.watch(pulsar.db)
    assert (await ana.delete(f"{PATH}/{made['id']}")).status_code == 204
    assert [one["status"] for one in await alerts(ana)] == ["closed"]
    assert (await ping(http, made)).json()["code"] == "no_such_heartbeat"


async def test_a_new_address_ends_the_old_one(http: httpx.AsyncClient, ana: Person) -> None:
    made = await heartbeat(ana)
    renewed = await ana.makes(f"{PATH}/{made['id']}/renew")
    assert (await ping(http, made)).status_code == 404
    assert (await ping(http, renewed)).status_code == 200


async def test_a_script_pings_with_an_api_key(http: httpx.AsyncClient, ana: Person) -> None:
    made = await heartbeat(ana)
    key = (await ana.makes("/api-keys", name="Cron", scopes=["alerts"]))["key"]
    answer = await http.post(f"{API}{PATH}/{made['id']}/ping", headers={"X-API-Key": key})
    assert answer.json()["standing"] == "alive"


async def test_many_pings_at_once_are_all_written_and_the_last_forty_kept(http: httpx.AsyncClient, ana: Person) -> None:
    first, second = await heartbeat(ana), await heartbeat(ana, name="Poller")
    answers = await asyncio.gather(*(ping(http, one) for one in [first, second] * 50))
    assert {answer.status_code for answer in answers} == {200}
    for _ in range(45):
        await ping(http, first)
    kept = (await ana.has(f"{PATH}/{first['id']}"))["recent_pings"]
    assert len(kept) == 40
    assert kept == sorted(kept, reverse=True)


async def test_an_address_of_nothing_and_a_wrong_method_are_refused(http: httpx.AsyncClient, ana: Person) -> None:
    made = await heartbeat(ana)
    for path in ("0" * 64, "short", ""):
        assert (await http.get(f"{API}/heartbeat/{path}")).json()["code"] == "no_such_heartbeat"
    assert (await ping(http, made, "DELETE")).json()["code"] == "not_a_ping"


REFUSED = [
    ("interval_seconds", {"interval_seconds": 4}),
    ("interval_seconds", {"interval_seconds": 90 * 86400 + 1}),
    ("grace_seconds", {"grace_seconds": -1}),
    ("name", {"name": " "}),
    ("team_id", {"team_id": NOWHERE}),
    ("priority", {"priority": "P9"}),
]


@pytest.mark.parametrize(("field", "fields"), REFUSED)
async def test_what_does_not_fit_is_refused_by_its_name(ana: Person, field: str, fields: Json) -> None:
    answer = await ana.post(PATH, **({"name": "Backup", "interval_seconds": 60} | fields))
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_whoever_edits_what_is_no_longer_so_is_told(ana: Person) -> None:
    made = await heartbeat(ana)
    assert (await ana.patch(f"{PATH}/{made['id']}", name="Backup", version=1)).status_code == 200
    assert (await ana.patch(f"{PATH}/{made['id']}", name="Restore", version=1)).status_code == 409


async def test_two_workers_at_once_make_one_alert(
    http: httpx.AsyncClient, ana: Person, pulsar: Pulsar, clock: Clock
) -> None:
    for number in range(5):
        await ping(http, await heartbeat(ana, name=f"Poller {number}"))
    clock.pass_time(timedelta(minutes=2))
    await asyncio.gather(*(watch.watch(pulsar.db) for _ in range(3)))
    assert sorted(one["count"] for one in await alerts(ana)) == [1] * 5


async def test_others_see_none_of_it(ana: Person, eve: Person, people: People, pulsar: Pulsar) -> None:
    made = await heartbeat(ana)
    assert (await eve.get(f"{PATH}/{made['id']}")).status_code == 404
    async with pulsar.db.in_org(eve.org_id) as tx:
        assert await tx.scalar(text("SELECT count(*) FROM heartbeats")) == 0
