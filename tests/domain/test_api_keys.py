"""API keys: what a script may do with one, for how long, and who is said to have done it."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import event, select

from pulsar import app
from pulsar.base import clock
from pulsar.base.db import Database
from pulsar.base.http import Pulsar
from pulsar.people.model import ApiKey
from tests.ladders import Json, activity
from tests.receiver import Receiver
from tests.world import API, Clock, Person

KEYS = "/api-keys"


async def key(owner: Person, *scopes: str, **fields: Any) -> Json:
    made: Json = await owner.makes(KEYS, name="CI", scopes=list(scopes), **fields)
    return made


async def asked(http: httpx.AsyncClient, made: Json | str, method: str, path: str, **options: Any) -> httpx.Response:
    secret = made if isinstance(made, str) else made["key"]
    return await http.request(method, API + path, headers={"X-API-Key": secret}, **options)


async def test_a_key_is_shown_once_and_only_its_hash_is_kept(ana: Person, pulsar: Pulsar) -> None:
    made = await key(ana, "alerts", "read")
    assert made["key"].startswith("pulsar_")
    assert len(made["key"]) == len("pulsar_") + 64
    assert made["scopes"] == ["read", "alerts"]
    assert made["created_by"] == {"id": str(ana.id), "name": "Ana"}
    shown = (await ana.has(KEYS))["items"]
    assert shown == [{name: value for name, value in made.items() if name != "key"}]
    assert shown[0]["key_prefix"] == made["key"][:15]
    async with pulsar.db.in_org(ana.org_id) as tx:
        row = (await tx.scalars(select(ApiKey))).one()
    assert made["key"].encode() not in row.key_hash


async def test_it_comes_in_either_header(http: httpx.AsyncClient, ana: Person) -> None:
    made = await key(ana, "read")
    assert (await asked(http, made, "GET", "/alerts")).status_code == 200
    bearer = await http.get(f"{API}/alerts", headers={"Authorization": f"Bearer {made['key']}"})
    assert bearer.status_code == 200


async def test_a_script_does_what_its_scope_says_and_every_event_says_which_key_it_was(
    http: httpx.AsyncClient, ana: Person
) -> None:
    made = await key(ana, "alerts")
    alert = (await asked(http, made, "POST", "/alerts", json={"message": "Disk full"})).json()
    path = f"/alerts/{alert['id']}"
    assert (await asked(http, made, "POST", f"{path}/acknowledge")).status_code == 200
    note = (await asked(http, made, "POST", f"{path}/notes", json={"text": "Looking"})).json()
    assert note["author"] == {"id": made["id"], "name": "CI"}
    done = {event["type"]: event["actor"] for event in await activity(ana, alert["id"])}
    for type_ in ("alert.created", "alert.acknowledged", "alert.note_added"):
        assert done[type_] == {"type": "key", "id": made["id"], "name": "CI"}
    # When it is gone, its notes still say whose they were.
    assert (await ana.delete(f"{KEYS}/{made['id']}")).status_code == 204
    assert (await ana.has(f"{path}/notes"))["items"][0]["author"]["name"] == "CI"


REFUSED = [
    ("read", "POST", "/alerts", {"message": "Disk full"}),
    ("alerts", "GET", "/teams", None),
    ("alerts", "POST", "/teams", {"name": "Database"}),
    ("on-call", "POST", "/alerts", {"message": "Disk full"}),
    ("configuration", "GET", "/api-keys", None),
    ("configuration", "GET", "/alerts", None),
]


@pytest.mark.parametrize(("scope", "method", "path", "body"), REFUSED)
async def test_what_its_scope_does_not_say_is_refused_with_the_scope_that_is_needed(
    http: httpx.AsyncClient, ana: Person, scope: str, method: str, path: str, body: Json | None
) -> None:
    refused = await asked(http, await key(ana, scope), method, path, json=body)
    assert refused.status_code == 403
    assert "This needs a key with the scope" in refused.json()["detail"]


@pytest.mark.parametrize("path", ["/auth/me", "/users/me/contacts", "/notifications/logs/user/me"])
async def test_a_key_is_no_person(http: httpx.AsyncClient, ana: Person, path: str) -> None:
    refused = await asked(http, await key(ana, "admin"), "GET", path)
    assert (refused.status_code, refused.json()["code"]) == (403, "needs_person")
    ticket = await asked(http, await key(ana, "admin"), "POST", "/ws/ticket")
    assert ticket.json()["code"] == "needs_person"


async def test_a_key_sees_its_own_organization_only(http: httpx.AsyncClient, ana: Person, eve: Person) -> None:
    alert = await ana.makes("/alerts", message="Disk full")
    of_eve = await key(eve, "admin")
    assert (await asked(http, of_eve, "GET", f"/alerts/{alert['id']}")).status_code == 404
    assert (await asked(http, of_eve, "GET", "/alerts")).json()["items"] == []
    of_ana = await key(ana, "read")
    assert (await eve.get(f"{KEYS}/{of_ana['id']}")).status_code == 404


async def test_a_revoked_key_is_refused_at_once(http: httpx.AsyncClient, ana: Person) -> None:
    made = await key(ana, "read")
    assert (await asked(http, made, "GET", "/alerts")).status_code == 200
    assert (await ana.delete(f"{KEYS}/{made['id']}")).status_code == 204
    assert (await asked(http, made, "GET", "/alerts")).status_code == 401


async def test_an_expired_key_is_refused(http: httpx.AsyncClient, ana: Person, clock: Clock) -> None:
    at = (clock.now() + timedelta(minutes=5)).isoformat()
    made = await key(ana, "read", expires_at=at)
    assert (await asked(http, made, "GET", "/alerts")).status_code == 200
    clock.pass_time(timedelta(minutes=5))
    assert (await asked(http, made, "GET", "/alerts")).status_code == 401


async def test_an_expiry_in_the_past_is_refused(ana: Person) -> None:
    past = (clock.now() - timedelta(seconds=1)).isoformat()
    refused = await ana.post(KEYS, name="CI", scopes=["read"], expires_at=past)
    assert [error["field"] for error in refused.json()["errors"]] == ["expires_at"]


async def test_after_a_rotation_both_secrets_are_good_for_as_long_as_was_said(
    http: httpx.AsyncClient, ana: Person, clock: Clock
) -> None:
    before = await key(ana, "read")
    after = await ana.makes(f"{KEYS}/{before['id']}/rotate", overlap_hours=1)
    assert after["id"] == before["id"]
    for secret in (before["key"], after["key"]):
        assert (await asked(http, secret, "GET", "/alerts")).status_code == 200
    clock.pass_time(timedelta(hours=1))
    assert (await asked(http, before["key"], "GET", "/alerts")).status_code == 401
    assert (await asked(http, after["key"], "GET", "/alerts")).status_code == 200


async def test_a_rotation_without_an_overlap_ends_the_old_secret(http: httpx.AsyncClient, ana: Person) -> None:
    before = await key(ana, "read")
    await ana.makes(f"{KEYS}/{before['id']}/rotate")
    assert (await asked(http, before["key"], "GET", "/alerts")).status_code == 401


async def test_nobody_gives_a_key_more_than_they_have(http: httpx.AsyncClient, ana: Person, bo: Person) -> None:
    assert (await bo.post(KEYS, name="CI", scopes=["configuration"])).status_code == 201
    assert (await bo.post(KEYS, name="CI", scopes=["admin"])).status_code == 403
    strong = await key(ana, "admin")
    # Nor do they take over one that can do more, by a rotation or an edit.
    assert (await bo.post(f"{KEYS}/{strong['id']}/rotate")).status_code == 403
    assert (await bo.patch(f"{KEYS}/{strong['id']}", scopes=["read"])).status_code == 403
    # They may end it.
    assert (await bo.delete(f"{KEYS}/{strong['id']}")).status_code == 204


async def test_its_last_use_is_seen_and_not_written_for_every_request(
    http: httpx.AsyncClient, ana: Person, clock: Clock
) -> None:
    made = await key(ana, "read")
    seen = []
    for _ in range(3):
        await asked(http, made, "GET", "/alerts")
        seen.append((await ana.has(f"{KEYS}/{made['id']}"))["last_used_at"])
        clock.pass_time(timedelta(seconds=40))
    assert made["last_used_at"] is None
    assert seen[0] == seen[1] < seen[2]


async def test_an_edit_from_what_is_no_longer_so_is_refused(ana: Person) -> None:
    made = await key(ana, "read")
    changed = (await ana.patch(f"{KEYS}/{made['id']}", name="Deploys", version=1)).json()
    assert (changed["name"], changed["version"]) == ("Deploys", 2)
    stale = await ana.patch(f"{KEYS}/{made['id']}", name="Nightly", version=1)
    assert stale.status_code == 409


async def test_many_requests_at_once_with_one_key_are_all_answered(http: httpx.AsyncClient, ana: Person) -> None:
    made = await key(ana, "read")
    answers = await asyncio.gather(*(asked(http, made, "GET", "/alerts") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}


async def test_a_key_that_never_was_is_refused(http: httpx.AsyncClient) -> None:
    assert (await asked(http, "pulsar_" + "0" * 64, "GET", "/alerts")).status_code == 401


async def test_a_script_configures_channels_catches_up_with_events_and_exports_the_audit_log(
    http: httpx.AsyncClient, ana: Person, receiver: Receiver
) -> None:
    made = await asked(
        http, await key(ana, "configuration"), "POST", "/notifications/channels", json=receiver.channel()
    )
    assert made.status_code == 201
    events = (await asked(http, await key(ana, "read"), "GET", "/events", params={"after": 0})).json()
    assert "channel.created" in {event["type"] for event in events["items"]}
    exported = await asked(http, await key(ana, "admin"), "GET", "/audit/export")
    assert exported.status_code == 200
    assert "channel.created" in exported.text


async def test_a_request_by_a_key_is_one_transaction_once_the_key_is_known(pulsar: Pulsar, ana: Person) -> None:
    made = await key(ana, "read")
    begun: list[str] = []
    database = Database(pulsar.db.url, pulsar.keys, size=1)

    def listen(_: Any, slot: Any) -> None:
        slot.driver_connection.add_query_logger(lambda said: begun.append(said.query))

    event.listen(database.engine.sync_engine, "connect", listen)
    edge = app.build(replace(pulsar, db=database))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(edge), base_url="http://pulsar.test") as http:
        for transactions in (2, 1, 1):
            begun.clear()
            assert (await asked(http, made, "GET", "/teams")).status_code == 200
            assert sum(query.startswith("BEGIN") for query in begun) == transactions
        assert (await ana.delete(f"{KEYS}/{made['id']}")).status_code == 204
        # What is remembered is whose it is, and not that it is good.
        assert (await asked(http, made, "GET", "/teams")).status_code == 401
    await database.engine.dispose()
