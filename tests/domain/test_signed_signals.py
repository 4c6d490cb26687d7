"""An integration with a secret takes what GitHub and GitLab send who know it, and nothing else."""

import hmac
import json
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from sqlalchemy import text

from pulsar.base.http import Pulsar
from pulsar.inbound.signing import KINDS
from tests.domain.test_payloads import kept
from tests.ladders import Integration, integration
from tests.world import Person

SECRET = "It's a Secret to Everybody"
PAYLOADS = Path(__file__).parents[1] / "inbound" / "payloads"
FAILURE = json.loads((PAYLOADS / "github" / "made_here_failure.json").read_text())
HUB, TOKEN = "X-Hub-Signature-256", "X-Gitlab-Token"


def hub(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {HUB: "sha256=" + hmac.new(secret.encode(), body, sha256).hexdigest()}


def test_the_proof_is_the_one_of_githubs_own_documentation() -> None:
    said = KINDS["github"].proof(SECRET.encode(), b"Hello, World!")
    assert said == b"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


async def github(person: Person) -> Integration:
    return await integration(person, integration_type="github", signing_secret=SECRET)


async def sent(to: Integration, body: bytes, headers: dict[str, str], kind: str = "json") -> httpx.Response:
    media = {"json": "application/json", "form": "application/x-www-form-urlencoded"}[kind]
    return await to.post(content=body, headers={"Content-Type": media, **headers})


async def test_what_github_signed_is_taken_as_json_and_as_a_form(ana: Person) -> None:
    hook = await github(ana)
    body = json.dumps(FAILURE).encode()
    taken = await sent(hook, body, hub(body))
    assert (taken.status_code, taken.json()["created"]) == (202, 1)
    form = urlencode({"payload": json.dumps(FAILURE)}).encode()
    again = await sent(hook, form, hub(form), "form")
    assert (again.status_code, again.json()["repeated"]) == (202, 1)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "The header X-Hub-Signature-256 is missing"),
        (hub(b"something else"), "The header X-Hub-Signature-256 is wrong"),
        (hub(json.dumps(FAILURE).encode(), "another secret"), "The header X-Hub-Signature-256 is wrong"),
        ({HUB: "sha256="}, "The header X-Hub-Signature-256 is wrong"),
        ({HUB: "\u00e9"}, "The header X-Hub-Signature-256 is wrong"),
    ],
)
async def test_anything_else_opens_nothing_and_says_why_on_the_page(
    ana: Person, headers: dict[str, str], reason: str
) -> None:
    hook = await github(ana)
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    refused = await sent(hook, json.dumps(FAILURE).encode(), raw)  # type: ignore[arg-type]
    assert (refused.status_code, refused.json()["code"]) == (403, "not_signed")
    assert refused.json()["detail"].startswith(reason)
    assert (await ana.has("/alerts"))["items"] == []
    assert (await ana.has(f"/webhooks/incoming/{hook.id}"))["last_error"] == refused.json()["detail"]
    [payload] = await kept(ana, hook, 1)
    assert (payload["outcome"], payload["reason"]) == ("refused", refused.json()["detail"])


async def test_gitlab_brings_the_secret_itself(ana: Person) -> None:
    hook = await integration(ana, integration_type="gitlab", signing_secret=SECRET)
    body = (PAYLOADS / "gitlab" / "made_here_failed.json").read_bytes()
    assert (await sent(hook, body, {TOKEN: SECRET[:-1]})).status_code == 403
    assert (await sent(hook, body, {})).json()["code"] == "not_signed"
    assert (await sent(hook, body, {TOKEN: SECRET})).status_code == 202


async def test_a_secret_is_set_changed_and_given_up_from_one_request_to_the_next(ana: Person) -> None:
    """Though the node remembers how the integration stood."""
    hook = await integration(ana, integration_type="github")
    body = json.dumps(FAILURE).encode()
    assert (await sent(hook, body, {})).status_code == 202

    async def set_to(secret: str | None) -> None:
        changed = await ana.patch(f"/webhooks/incoming/{hook.id}", signing_secret=secret)
        assert (changed.status_code, changed.json()["signed"]) == (200, secret is not None)
        assert SECRET not in changed.text

    await set_to(SECRET)
    assert (await sent(hook, body, {})).status_code == 403
    assert (await sent(hook, body, hub(body))).status_code == 202
    await set_to("another secret")
    assert (await sent(hook, body, hub(body, "another secret"))).status_code == 202
    assert (await sent(hook, body, hub(body))).status_code == 403
    await set_to(None)
    assert (await sent(hook, body, {})).status_code == 202
    assert (await ana.patch(f"/webhooks/incoming/{hook.id}", name="CI")).json()["signed"] is False


async def test_the_secret_is_sealed_and_told_to_nobody(ana: Person, pulsar: Pulsar) -> None:
    hook = await github(ana)
    await ana.patch(f"/webhooks/incoming/{hook.id}", signing_secret="another secret")
    shown: dict[str, Any] = await ana.has(f"/webhooks/incoming/{hook.id}")
    assert shown["signed"] is True
    log = await ana.get("/audit")
    for said in (json.dumps(shown), log.text):
        assert SECRET not in said
        assert "another secret" not in said
    assert "signing_secret" in log.text
    async with pulsar.db.in_org(ana.org_id) as tx:
        stored: bytes = (await tx.execute(text("SELECT signing_secret FROM incoming_tokens"))).scalar_one()
    assert b"another secret" not in stored


async def test_no_other_door_leads_past_the_secret(ana: Person, http: httpx.AsyncClient) -> None:
    hook = await github(ana)
    event = {"routing_key": hook.token, "event_action": "trigger"}
    event |= {"payload": {"summary": "Disk full", "source": "db-1", "severity": "error"}}  # type: ignore[dict-item]
    refused = await http.post("/v2/enqueue", json=event)
    assert refused.status_code == 400
    assert "X-Hub-Signature-256 is missing" in refused.json()["errors"][0]
    assert (await ana.has("/alerts"))["items"] == []


@pytest.mark.parametrize(
    ("kind", "secret"),
    [
        ("generic", SECRET),
        ("github", "short"),
        ("github", "with a\nline break"),
        ("github", "zu kurz ist es nicht, aber schön"),
    ],
)
async def test_a_secret_that_could_not_be_checked_is_refused(ana: Person, kind: str, secret: str) -> None:
    made = await ana.post("/webhooks/incoming", name="CI", integration_type=kind, signing_secret=secret)
    assert made.status_code == 422
    assert made.json()["errors"][0]["field"] == "signing_secret"


async def test_the_gallery_says_who_can_sign(ana: Person) -> None:
    kinds = {one["slug"]: one["signature_header"] for one in (await ana.has("/webhooks/incoming/sources"))["items"]}
    assert (kinds["github"], kinds["gitlab"], kinds["generic"]) == (HUB, TOKEN, None)
