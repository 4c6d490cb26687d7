"""What is a tool told that sends to another's address, or sends rubbish? Something short, and never that we broke."""

import json
from pathlib import Path

import httpx
import pytest

from pulsar.inbound.source import registry
from tests.ladders import Json, integration, read
from tests.world import Person

PAYLOADS = Path(__file__).parents[1] / "inbound" / "payloads"
FIRST = {folder.name: next(iter(sorted(folder.glob("*.json")))).read_bytes() for folder in PAYLOADS.iterdir()
         if folder.is_dir()}  # fmt: skip
MIB = 1024 * 1024


def rubbish(kind: str) -> list[bytes]:
    own = FIRST[kind]
    others = list(FIRST.values())
    place = list(FIRST).index(kind)
    return [
        *(others[(place + step) % len(others)] for step in (1, 7, 13)),
        own[: len(own) // 2],
        own.replace(b":", b":\xff", 1),
        b"[" * MIB,
        b'{"a":' * (MIB // 6) + b"1" + b"}" * (MIB // 6),
        json.dumps({"x": "y" * (MIB - 20)}).encode(),
    ]


def answers_clearly(answer: httpx.Response) -> None:
    assert answer.status_code in (202, 400, 403, 413, 422), answer.text[:300]
    assert len(answer.content) < 2000
    if answer.status_code != 202:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]


async def test_every_kind_answers_rubbish_and_its_owner_reads_why(ana: Person) -> None:
    for kind in sorted(registry()):
        found = await integration(ana, name=kind, integration_type=kind)
        for body in rubbish(kind):
            answers_clearly(await found.post(content=body))
        token: Json = await read(ana, f"/webhooks/incoming/{found.id}")
        assert 5 < len(token["last_error"]) < 300, kind


async def test_a_form_is_read_where_one_is_sent(ana: Person) -> None:
    found = await integration(ana, integration_type="statuscake")
    test = {"URL": "https://shop.example", "Name": "Größe & mehr", "StatusCode": "503"}
    opened = await found.post(data=test | {"Status": "DOWN"})
    assert (opened.status_code, opened.json()["created"]) == (202, 1)
    closed = await found.post(data=test | {"Status": "UP"})
    assert closed.json()["closed"] == 1
    (alert,) = (await read(ana, "/alerts"))["items"]
    assert (alert["message"], alert["status"]) == ("Größe & mehr is down", "closed")


async def test_an_event_in_binary_mode_is_taken(ana: Person) -> None:
    found = await integration(ana, integration_type="cloudevents")
    named = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/a", "ce-subject": "db-1"}
    for last, result in (("failed", "created"), ("recovered", "closed")):
        said = await found.post(json={"message": "Disk full"}, headers=named | {"ce-type": f"com.example.disk.{last}"})
        assert said.json()[result] == 1, said.text


@pytest.mark.parametrize("kind", ["generic", "github"])
async def test_what_curl_calls_a_form_is_read_as_the_json_that_it_is(ana: Person, kind: str) -> None:
    found = await integration(ana, integration_type=kind)
    body = PAYLOADS / {"generic": "generic/made_here_everything", "github": "github/made_here_failure"}[kind]
    form = {"content-type": "application/x-www-form-urlencoded"}
    said = await found.post(content=body.with_suffix(".json").read_bytes(), headers=form)
    assert said.json()["created"] == 1
