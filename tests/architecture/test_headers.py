"""What does every answer tell a browser? Asked of every route, of the console's files, and of what goes past the
framework."""

import httpx
import pytest

from pulsar import app
from pulsar.base.http import Pulsar
from pulsar.settings import Settings
from tests.architecture.conftest import Household
from tests.architecture.openapi import API, Operation

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
OTHERS = [
    "/",
    "/alerts",
    "/favicon.svg",
    "/no-such-file.js",
    "/ack/none",
    "/status/none",
    "/api/v1/none",
    "/api/docs",
    f"{API}/openapi.json",
    f"{API}/docs",
    f"{API}/webhook/none",
    f"{API}/heartbeat/none",
    "/v2/enqueue",
    "/health",
    "/health/live",
    "/healthz",
    "/readyz",
    "/metrics",
]


def faults(answer: httpx.Response) -> list[str]:
    headers = answer.headers
    found = [name for name, value in ALWAYS.items() if headers.get_list(name) != [value]]
    policy = headers.get("content-security-policy", "")
    if "frame-ancestors 'none'" not in policy or "default-src" not in policy or "unsafe-inline" in policy:
        found.append(f"policy {policy}")
    if "unsafe-eval" in policy or headers.get("referrer-policy") not in ("same-origin", "no-referrer"):
        found.append("referrer or eval")
    # Nobody of another site may read an answer or send a request with credentials.
    found += [name for name in headers if name.startswith("access-control-")]
    return found


async def test_every_route_answers_with_all_security_headers_and_opens_nothing_to_other_sites(
    http: httpx.AsyncClient, routes: list[Operation], anas: Household
) -> None:
    wrong = {}
    foreign = {"Origin": "https://evil.example", "Authorization": f"Bearer {anas.viewer.access_token}"}
    for route in routes:
        asked = {"Access-Control-Request-Method": route.method, "Origin": "https://evil.example"}
        for method, headers in ((route.method, foreign), ("OPTIONS", asked)):
            answer = await http.request(method, API + route.at(anas.ids | {"token": "none"}), headers=headers)
            if (found := faults(answer)) or "no-store" not in answer.headers.get("cache-control", "no-store"):
                wrong[f"{method} {route}"] = found
            if method == "OPTIONS" and answer.status_code < 400:
                wrong[f"preflight of {route}"] = [str(answer.status_code)]
    assert wrong == {}


@pytest.mark.parametrize("path", OTHERS)
async def test_so_does_everything_else(http: httpx.AsyncClient, path: str) -> None:
    assert faults(await http.get(path, headers={"Origin": "https://evil.example"})) == []


async def test_what_the_api_answers_is_kept_by_no_cache(http: httpx.AsyncClient, anas: Household) -> None:
    assert (await anas.viewer.get("/alerts")).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("public_url", "said"),
    [("https://pulsar.example.org", "max-age=31536000; includeSubDomains"), ("http://pulsar.example.org", None)],
)
async def test_a_browser_is_told_to_come_by_tls_only_where_there_is_tls(
    pulsar: Pulsar, public_url: str, said: str | None
) -> None:
    node = Pulsar(Settings(public_url=public_url, data_dir=pulsar.settings.data_dir), pulsar.keys, pulsar.db)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app.build(node)), base_url="http://x") as client:
        for path in ("/", f"{API}/meta"):
            assert (await client.get(path)).headers.get("strict-transport-security") == said


async def test_the_consoles_policy_allows_the_one_script_that_stands_in_its_page(http: httpx.AsyncClient) -> None:
    answer = await http.get("/")
    policy = answer.headers["content-security-policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src")).split()[1:]
    assert scripts[0] == "'self'"
    assert [one[:8] for one in scripts[1:]] == ["'sha256-"]
    assert answer.text.count("<script>") == 1
    assert " style=" not in answer.text
    assert " onload=" not in answer.text
