"""Every refusal is a problem document (RFC 9457), whoever refuses: a verb, the framework, the way in, the console."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from pulsar import app
from pulsar.base.crypto import Keys
from pulsar.base.db import Database
from pulsar.base.http import Pulsar
from pulsar.settings import Settings
from tests.conftest import SECRET_KEY
from tests.e2e.processes import free_port
from tests.world import API, NOWHERE, Person


def check(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == "about:blank"
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == answer.headers["x-request-id"]
    return problem


async def test_what_the_verbs_refuse(ana: Person, vic: Person, http: httpx.AsyncClient) -> None:
    await ana.makes("/teams", name="Database")
    alert = await ana.makes("/alerts", message="Disk full")
    await ana.makes(f"/alerts/{alert['id']}/acknowledge")
    check(await http.get(f"{API}/alerts"), 401, "not_signed_in")
    check(await vic.post("/alerts", message="No"), 403, "forbidden")
    check(await ana.get(f"/alerts/{NOWHERE}"), 404, "not_found")
    check(await ana.post("/teams", name="Database"), 409, "name_taken")
    conflict = check(await ana.post(f"/alerts/{alert['id']}/acknowledge"), 409, "alert_state_conflict")
    assert conflict["current"]["status"] == "acknowledged"
    invalid = check(await ana.post("/alerts", message="", priority="P9"), 422, "invalid")
    assert [error["field"] for error in invalid["errors"]] == ["message", "priority"]
    assert all(error["message"] in invalid["detail"] for error in invalid["errors"])


async def test_what_the_framework_refuses(ana: Person, http: httpx.AsyncClient) -> None:
    check(await http.get("/api/nothing/here"), 404, "not_found")
    check(await http.get(f"{API}/nothing/here"), 404, "not_found")
    refused = await ana.request("PUT", "/teams")
    check(refused, 405, "method_not_allowed")
    assert "GET" in refused.headers["allow"]
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {ana.access_token}"}
    for body in (b"", b"{", b"nothing", b"\xff\xfe", b"null", b"[]"):
        check(await http.post(f"{API}/alerts", content=body, headers=headers), 422, "invalid")
    deep = b'{"message":' + b"[" * 100_000
    check(await http.post(f"{API}/alerts", content=deep, headers=headers), 400, "bad_request")


async def _chunks(size: int) -> AsyncIterator[bytes]:
    """A body that does not say how long it is."""
    for _ in range(size // 65_536 + 1):
        yield b" " * 65_536


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
async def test_a_body_of_more_than_a_mebibyte(announced: bool, ana: Person, http: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {ana.access_token}"}
    token = (await ana.makes("/webhooks/incoming", name="Nagios"))["token"]
    for path, code in (
        ("/alerts", "too_large"),
        (f"/webhook/{token}", "payload_too_large"),
        ("/auth/login", "too_large"),
    ):
        body: Any = b" " * (1024 * 1024 + 1) if announced else _chunks(1024 * 1024)
        check(await http.post(API + path, content=body, headers=headers), 413, code)
    fits = b'{"message":"Disk full"}'.ljust(1024 * 1024)
    assert (await http.post(f"{API}/alerts", content=fits, headers=headers)).status_code == 201


async def test_what_the_way_in_refuses(ana: Person, http: httpx.AsyncClient) -> None:
    made = await ana.makes("/webhooks/incoming", name="Nagios")
    url = f"{API}/webhook/{made['token']}"
    check(await http.get(url), 405, "method_not_allowed")
    check(await http.post(url, content=b"{"), 400, "malformed_json")
    check(await http.post(url, json={}), 422, "unreadable_payload")
    for token in ("0" * 64, "short", ""):
        check(await http.post(f"{API}/webhook/{token}", json={"message": "x"}), 404, "unknown_token")
    await ana.patch(f"/webhooks/incoming/{made['id']}", enabled=False)
    check(await http.post(url, json={"message": "x"}), 403, "token_disabled")


async def test_what_the_console_refuses(http: httpx.AsyncClient) -> None:
    check(await http.get("/nothing.js"), 404, "no_such_file")
    refused = await http.post("/alerts")
    check(refused, 405, "only_to_be_read")
    assert refused.headers["allow"] == "GET, HEAD"


WITH_NUL: list[tuple[str, Any]] = [
    ("/alerts", {"message": "a\0b"}),
    ("/alerts", {"message": "a", "details": {"a\0": "b"}}),
    ("/alerts", {"message": "a", "tags": ["\0"]}),
    ("/teams", {"name": "\0"}),
    ("/escalation-policies", {"name": "\0"}),
    ("/webhooks/incoming", {"name": "\0"}),
    ("/organizations", {"name": "\0"}),
    ("/auth/login", {"email": "\0", "password": "x"}),
    ("/notifications/channels", {"name": "\0", "channel_type": "webhook", "config": {"url": "http://x.test"}}),
]
OUT_OF_BOUNDS = [
    {"search": "\0"},
    {"tag": "\0"},
    {"source": "\0"},
    {"created_after": "0001-01-01T00:00:00+14:00"},
    {"created_before": "9999-12-31T23:59:59-14:00"},
]


async def test_what_postgresql_can_neither_store_nor_look_for(ana: Person) -> None:
    for path, body in WITH_NUL:
        check(await ana.post(path, **body), 422, "unstorable")
    for query in OUT_OF_BOUNDS:
        check(await ana.get("/alerts", **query), 422, "unstorable")


async def test_a_fault_of_ours_says_nothing_of_what_happened(
    pulsar: Pulsar, http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    edge = app.build(pulsar)

    async def fail() -> None:
        raise RuntimeError("a secret")

    edge.api.add_api_route("/api/v1/fault", fail)
    transport = httpx.ASGITransport(edge, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://pulsar.test") as client:
        answer = await client.get("/api/v1/fault")
    problem = check(answer, 500, "internal_error")
    assert "secret" not in answer.text
    logged = [record for record in caplog.records if "request_failed" in str(record.msg)]
    assert [problem["request_id"] in str(record.msg) for record in logged] == [True], "it leads to the log"


async def test_a_database_that_is_away_asks_to_come_again(http: httpx.AsyncClient) -> None:
    url = f"postgresql://pulsar@127.0.0.1:{free_port()}/pulsar"
    keys = Keys(SECRET_KEY)
    away = Pulsar(Settings(database_url=url), keys, Database(url, keys, size=2))
    transport = httpx.ASGITransport(app.build(away), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://pulsar.test") as client:
        answers = await asyncio.gather(
            client.post(f"{API}/auth/login", json={"email": "ana@example.org", "password": "x"}),
            client.post(f"{API}/auth/refresh", json={"refresh_token": "x"}),
            client.post(f"{API}/webhook/{'0' * 64}", json={"message": "x"}),
        )
    for answer in answers:
        check(answer, 503, "unavailable")
        assert answer.headers["retry-after"] == "2"
