"""The console's static build: pages, files, what a browser may keep, and nothing from outside of its folder."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from pulsar.console_files import Console

PAGE = "<!doctype html><title>Pulsar</title>"
SCRIPT = "console.log('pulsar')"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    built = tmp_path / "console"
    immutable = built / "_app/immutable"
    immutable.mkdir(parents=True)
    (built / "index.html").write_text(PAGE)
    (built / "favicon.svg").write_text("<svg/>")
    (immutable / "start.abc123.js").write_text(SCRIPT)
    (immutable / "start.abc123.js.br").write_bytes(b"as brotli")
    (immutable / "start.abc123.js.gz").write_bytes(b"as gzip")
    (tmp_path / "secret.key").write_text("not yours")
    (tmp_path / "console-of-another").mkdir()
    (tmp_path / "console-of-another/secret.txt").write_text("not yours")
    (built / "way-out.txt").symlink_to(tmp_path / "secret.key")
    return built


@pytest_asyncio.fixture
async def http(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Console(folder))
    async with httpx.AsyncClient(transport=transport, base_url="http://pulsar.test") as client:
        client.headers.pop("accept-encoding")
        yield client


@pytest.mark.parametrize("path", ["/", "/alerts", "/alerts/0193a5b0", "/login?next=/alerts", "/a/b/c", "/index.html"])
async def test_every_page_is_the_one_page_and_asked_for_again(path: str, http: httpx.AsyncClient) -> None:
    answer = await http.get(path)
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"


async def test_a_file_with_a_digest_in_its_name_is_kept_for_good(http: httpx.AsyncClient) -> None:
    answer = await http.get("/_app/immutable/start.abc123.js")
    assert (answer.status_code, answer.text) == (200, SCRIPT)
    assert "javascript" in answer.headers["content-type"]
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (await http.get("/favicon.svg")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/_app/immutable/start.old.js", "/_app/none", "/favicon.ico", "/robots.txt", "/_app/immutable", "/.env"]
)
async def test_a_file_that_is_not_there_is_missing_and_never_the_page(path: str, http: httpx.AsyncClient) -> None:
    """A browser that asks for a script of an older build must not get HTML and keep it."""
    answer = await http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "cache-control" not in answer.headers


@pytest.mark.parametrize(
    ("accepted", "encoding", "content"),
    [
        ("gzip, deflate, br", "br", b"as brotli"),
        ("br;q=1.0, gzip;q=0.8", "br", b"as brotli"),
        ("gzip", "gzip", b"as gzip"),
        ("br;q=0, gzip", "gzip", b"as gzip"),
        ("gzip;q=0.0", None, SCRIPT.encode()),
        ("identity", None, SCRIPT.encode()),
        ("", None, SCRIPT.encode()),
        ("zebra", None, SCRIPT.encode()),
    ],
)
async def test_a_file_comes_in_the_best_encoding_that_is_accepted(
    accepted: str, encoding: str | None, content: bytes, http: httpx.AsyncClient
) -> None:
    request = http.build_request("GET", "/_app/immutable/start.abc123.js", headers={"Accept-Encoding": accepted})
    answer = await http.send(request, stream=True)
    assert b"".join([part async for part in answer.aiter_raw()]) == content
    assert answer.headers.get("content-encoding") == encoding
    assert "javascript" in answer.headers["content-type"]
    assert answer.headers["vary"] == "Accept-Encoding"


async def test_head_has_the_headers_and_no_body(http: httpx.AsyncClient) -> None:
    for path in ("/", "/alerts", "/_app/immutable/start.abc123.js"):
        with_body, without = await http.get(path), await http.head(path)
        assert without.status_code == 200
        assert without.content == b""
        assert without.headers["content-length"] == with_body.headers["content-length"]
    assert (await http.head("/missing.js")).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_nothing_else_can_be_done_with_files(method: str, http: httpx.AsyncClient) -> None:
    answer = await http.request(method, "/alerts")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


async def as_sent(folder: Path, path: str) -> tuple[int, bytes]:
    """The path as a server hands it over, which no client has tidied up."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError("nothing comes")

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    await Console(folder)(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.key",
        "/../console-of-another/secret.txt",
        "/_app/../../secret.key",
        "/./../secret.key",
        "//etc/passwd",
        "/..",
        "/way-out.txt",
        "/..\\secret.key",
        "/secret.key\0.js",
        "/" + "a" * 5000,
        "/" + "../" * 40 + "etc/passwd",
    ],
)
async def test_no_path_leads_out_of_the_folder(path: str, folder: Path) -> None:
    status, body = await as_sent(folder, path)
    assert status in (200, 404)
    assert b"not yours" not in body
    assert b"root:" not in body
    assert status == 404 or body == PAGE.encode()


async def test_where_it_was_not_built_it_says_what_to_do(tmp_path: Path) -> None:
    transport = httpx.ASGITransport(Console(tmp_path))
    async with httpx.AsyncClient(transport=transport, base_url="http://pulsar.test") as client:
        answer = await client.get("/")
    assert answer.status_code == 503
    assert "make install" in answer.text
