"""What does Pulsar do with a request before anybody looks at what it says? Its name, and how large it may be."""

import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.world import API, Person

MEBIBYTE = 1024 * 1024


async def test_a_request_keeps_the_name_that_a_proxy_gave_it(http: httpx.AsyncClient, ana: Person) -> None:
    named = {"X-Request-Id": "proxy-7f3c.2026_11"}
    answer = await http.get(f"{API}/alerts", headers=named)
    assert answer.headers.get_list("x-request-id") == ["proxy-7f3c.2026_11"]
    assert answer.json()["request_id"] == "proxy-7f3c.2026_11"


@pytest.mark.parametrize(
    "name", ["short", "x" * 65, "two words here", "évasion-12345", '{"level":"error"}', "-12345678"]
)
async def test_a_name_that_is_none_is_replaced(http: httpx.AsyncClient, name: str) -> None:
    answer = await http.get(f"{API}/meta", headers=[(b"X-Request-Id", name.encode())])
    assert answer.headers["x-request-id"] != name
    assert len(answer.headers["x-request-id"]) == 36


async def test_two_names_are_none(http: httpx.AsyncClient) -> None:
    answer = await http.get(f"{API}/meta", headers=[("X-Request-Id", "first-name"), ("X-Request-Id", "other-name")])
    assert len(answer.headers["x-request-id"]) == 36


async def endless(size: int = 3 * MEBIBYTE) -> AsyncIterator[bytes]:
    """In pieces, without a word of how many there will be."""
    for _ in range(size // 65536):
        yield b" " * 65536


WAYS_IN = [
    ("POST", f"{API}/auth/login"),
    ("POST", f"{API}/auth/register"),
    ("POST", f"{API}/auth/refresh"),
    ("POST", f"{API}/alerts"),
    ("POST", f"{API}/invitations/look"),
    ("POST", "/v2/enqueue"),
]


@pytest.mark.parametrize(("method", "path"), WAYS_IN)
@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_that_is_too_large_is_413_whether_it_says_so_or_not(
    http: httpx.AsyncClient, ana: Person, method: str, path: str, announced: bool
) -> None:
    body: Any = b" " * (3 * MEBIBYTE) if announced else endless()
    headers = {"Authorization": f"Bearer {ana.access_token}", "Content-Type": "application/json"}
    answer = await http.request(method, path, content=body, headers=headers)
    assert answer.status_code == 413
    if path != "/v2/enqueue":
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == 413


async def test_an_integration_takes_no_body_that_is_too_large_either(http: httpx.AsyncClient, ana: Person) -> None:
    token = (await ana.makes("/webhooks/incoming", name="Nagios"))["token"]
    answer = await http.post(f"{API}/webhook/{token}", content=endless())
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")


async def test_what_is_compressed_is_not_unpacked(http: httpx.AsyncClient, ana: Person) -> None:
    """So a small request cannot become a large one."""
    token = (await ana.makes("/webhooks/incoming", name="Nagios"))["token"]
    bomb = gzip.compress(json.dumps({"message": "x" * (8 * MEBIBYTE)}).encode())
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = await http.post(f"{API}/webhook/{token}", content=bomb, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")
    signed_in = headers | {"Authorization": f"Bearer {ana.access_token}"}
    assert (await http.post(f"{API}/alerts", content=bomb, headers=signed_in)).status_code in (400, 422)


@pytest.mark.parametrize("body", ["[" * 100_000, '{"message":' * 50_000, "[" * 5000 + "]" * 5000])
async def test_a_body_that_is_too_deep_is_the_senders_fault(http: httpx.AsyncClient, ana: Person, body: str) -> None:
    token = (await ana.makes("/webhooks/incoming", name="Nagios"))["token"]
    headers = {"Authorization": f"Bearer {ana.access_token}", "Content-Type": "application/json"}
    for path in (f"/webhook/{token}", "/alerts"):
        answer = await http.post(API + path, content=body, headers=headers)
        assert answer.status_code in (400, 422), path


async def test_an_empty_password_is_a_wrong_one(http: httpx.AsyncClient, ana: Person) -> None:
    """And no way in past the check (CVE-2020-26214)."""
    for password in ("", " ", "\0"):
        answer = await http.post(f"{API}/auth/login", json={"email": ana.email, "password": password})
        assert answer.status_code in (401, 422), password


BROKEN = [
    ("/auth/register", {"username": "ana\nroot"}, "username"),
    ("/auth/register", {"username": "\nana\n-"}, "username"),
    ("/auth/register", {"email": "ana@example.org\nbcc:eve@example.org"}, "email"),
    ("/users/me/contacts", {"kind": "phone", "value": "+4915112345678\n+1900"}, "value"),
    ("/invitations", {"email": "bo@example.org\r\nBcc: eve@example.org"}, "email"),
]


@pytest.mark.parametrize(("path", "body", "field"), BROKEN)
async def test_a_line_break_gets_past_no_check(ana: Person, path: str, body: dict[str, str], field: str) -> None:
    """Where a pattern is looked for in each line and not in the whole, the second line is anything (CVE-2026-23920)."""
    answer = await ana.post(path, **body)
    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json()["errors"]}
