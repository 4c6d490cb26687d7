"""How a mapping is saved, tried and followed, and what becomes of what cannot be read."""

import asyncio
import json
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.domain.test_payloads import content, kept
from tests.ladders import Integration, Json, integration, read
from tests.world import Person

JOB = {"job": "backup", "state": "FAILED"}
RULES = {"message": "{{job}} failed", "alias": "job", "close": "state=='OK'"}


@pytest_asyncio.fixture
async def jobs(ana: Person) -> Integration:
    return await integration(ana, name="Jobs", integration_type="custom")


def at(which: Integration, rest: str = "") -> str:
    return f"/webhooks/incoming/{which.id}/mapping{rest}"


async def save(person: Person, which: Integration, mapping: Json | None, **more: Any) -> httpx.Response:
    return await person.request("PUT", at(which), json={"mapping": mapping, **more})


async def alerts(person: Person) -> list[Json]:
    items: list[Json] = (await read(person, "/alerts", page_size=100))["items"]
    return items


async def test_the_next_payload_is_read_by_what_was_saved_last(ana: Person, jobs: Integration) -> None:
    refused = await jobs.post(JOB)
    assert (refused.status_code, refused.json()["code"]) == (422, "unreadable_payload")
    assert (await save(ana, jobs, RULES)).status_code == 200
    assert (await jobs.tells(**JOB))["created"] == 1
    assert (await save(ana, jobs, RULES | {"message": "{{job}} is broken", "alias": "'x'"})).status_code == 200
    assert (await jobs.tells(**JOB))["created"] == 1
    assert [alert["message"] for alert in await alerts(ana)] == ["backup is broken", "backup failed"]
    assert (await save(ana, jobs, None)).json()["mapping"] is None
    assert (await jobs.post(JOB)).status_code == 422


async def test_a_refused_payload_is_replayed_by_the_mapping_that_was_made_from_it(
    ana: Person, jobs: Integration
) -> None:
    await jobs.post(JOB)
    (first,) = await kept(ana, jobs, 1)
    await save(ana, jobs, RULES)
    again = (await ana.post(f"/webhooks/incoming/{jobs.id}/payloads/{first['id']}/replay")).json()
    assert (again["outcome"], again["results"][0]["alias"]) == ("taken", "backup")
    assert (await jobs.tells(job="backup", state="OK"))["closed"] == 1


async def test_who_saves_from_an_older_state_is_told_what_stands(ana: Person, bo: Person, jobs: Integration) -> None:
    version = (await read(ana, at(jobs)))["version"]
    assert (await save(ana, jobs, RULES, version=version)).json()["version"] == version + 1
    late = await save(bo, jobs, RULES | {"alias": ""}, version=version)
    assert (late.status_code, late.json()["code"]) == (409, "stale_version")
    assert late.json()["current"]["mapping"]["alias"] == "job"
    renamed = await ana.patch(f"/webhooks/incoming/{jobs.id}", name="Runs", version=version)
    assert renamed.status_code == 409
    (updated,) = (await read(ana, "/events", type="integration.updated"))["items"]
    assert updated["payload"]["data"]["changes"]["mapping"]["after"]["alias"] == "job"


async def test_faults_are_told_by_field_and_place(ana: Person, jobs: Integration) -> None:
    answer = await save(ana, jobs, {"message": "{{job}} at {{..}}", "alias": "nope(job)", "tags": "a["})
    assert (answer.status_code, answer.json()["code"]) == (422, "faulty_mapping")
    told = {error["field"]: error["position"] for error in answer.json()["errors"]}
    assert told == {"mapping.message": 13, "mapping.alias": 0, "mapping.tags": 2}
    assert (await read(ana, at(jobs)))["mapping"] is None


async def test_a_kind_with_a_form_of_its_own_has_no_mapping(ana: Person) -> None:
    grafana = await integration(ana, integration_type="grafana")
    refused = await save(ana, grafana, RULES)
    assert (refused.status_code, refused.json()["code"]) == (422, "not_mapped")


async def test_a_preview_says_what_would_come_of_it_and_does_nothing(ana: Person, vic: Person) -> None:
    jobs = await integration(ana, name="Jobs", integration_type="custom", default_tags=["batch"], default_priority="P2")
    await jobs.post([JOB, {"job": "x", "state": "OK"}, {"job": "y", "state": "?"}])
    (first,) = await kept(ana, jobs, 1)
    rules = RULES | {"items": "@", "ignore": "state=='?'", "entity": "lower(nowhere)"}
    tried = (await ana.post(at(jobs, "/preview"), mapping=rules, payload_id=first["id"])).json()
    assert (tried["total"], tried["error"]) == (3, None)
    assert [item["action"] for item in tried["items"]] == ["create", "close", None]
    made = tried["items"][0]
    assert (made["message"], made["alias"], made["priority"], made["tags"]) == (
        "backup failed",
        "backup",
        "P2",
        ["batch"],
    )
    assert [note["field"] for note in made["notes"]] == ["entity"]

    pasted = (await ana.post(at(jobs, "/preview"), mapping=RULES, payload='{"state": "FAILED", "job": null}')).json()
    assert (pasted["items"], pasted["error"]["field"]) == ([], "message")
    missing = (await ana.post(at(jobs, "/preview"), mapping={"message": "jop"}, payload=json.dumps(JOB))).json()
    assert missing["error"] == {"field": "message", "message": "there is nothing at this place"}
    broken = await ana.post(at(jobs, "/preview"), mapping=RULES, payload='{"job":')
    assert (broken.status_code, broken.json()["errors"][0]["field"]) == (422, "payload")
    faulty = await ana.post(at(jobs, "/preview"), mapping={"message": "("}, payload="{}")
    assert faulty.json()["errors"][0]["field"] == "mapping.message"
    assert await alerts(ana) == []
    assert (await vic.post(at(jobs, "/preview"), mapping=RULES, payload="{}")).status_code == 403


BAD = [
    (json.dumps({"receiver": "x", "alerts": [{"labels": {}}]}).encode(), 422),
    (b'{"job": "backup", "state"', 400),
    (b"[" * 500_000 + b"]" * 500_000, 400),
    (b'{"a":' * 170_000 + b"1" + b"}" * 170_000, 400),
    (b"job=backup&state=failed", 400),
    (b"", 400),
]


@pytest.mark.parametrize(("body", "status"), BAD, ids=["wrong tool", "truncated", "nested", "deep", "form", "empty"])
async def test_what_is_no_payload_gets_a_clear_answer_and_stays_to_be_looked_at(
    ana: Person, jobs: Integration, body: bytes, status: int
) -> None:
    await save(ana, jobs, RULES)
    answer = await jobs.post(content=body)
    assert answer.status_code == status
    assert len(answer.json()["detail"]) < 300
    token = await read(ana, f"/webhooks/incoming/{jobs.id}")
    assert token["last_error"] == answer.json()["detail"]
    (entry,) = await kept(ana, jobs, 1)
    assert (entry["outcome"], entry["reason"], entry["size"]) == ("refused", answer.json()["detail"], len(body))
    assert await content(ana, jobs, entry) == body[: 64 * 1024].decode()


async def test_bytes_that_are_no_unicode_are_read_with_the_rest_of_it(ana: Person, jobs: Integration) -> None:
    await save(ana, jobs, RULES)
    assert (await jobs.post(content=b'{"job": "K\xfchlung", "state": "FAILED"}')).status_code == 202
    assert [alert["message"] for alert in await alerts(ana)] == ["K\ufffdhlung failed"]


async def test_a_mapping_that_would_never_end_refuses_with_its_reason(ana: Person, jobs: Integration) -> None:
    doubling = "|".join(["[@,@]"] * 40)
    assert (await save(ana, jobs, RULES | {"alias": f"to_string({doubling})"})).status_code == 200
    refused, other = await asyncio.gather(jobs.post(JOB), ana.get("/alerts"))
    assert (refused.status_code, other.status_code) == (422, 200)
    assert "too much to do" in refused.json()["detail"]


async def test_if_wanted_what_cannot_be_read_becomes_an_alert_that_says_so(ana: Person, jobs: Integration) -> None:
    await save(ana, jobs, RULES | {"message": "job.name"})
    assert (await ana.patch(f"/webhooks/incoming/{jobs.id}", unreadable="alert")).status_code == 200
    summaries = [await jobs.tells(**JOB), await jobs.tells(job="again", state="FAILED")]
    assert [summary["alerts"][0]["result"] for summary in summaries] == ["created", "repeated"]
    (alert,) = await alerts(ana)
    reason = "message: there is nothing at this place"
    assert alert["message"] == f"Jobs received something that it cannot read: {reason}"
    assert json.loads(alert["description"]) == JOB
    assert (alert["tags"], alert["details"]) == (["unreadable"], {"reason": reason})
    assert (await read(ana, f"/webhooks/incoming/{jobs.id}"))["last_error"] == reason
    newest, _ = await kept(ana, jobs, 2)
    assert (newest["outcome"], newest["reason"], newest["results"][0]["result"]) == ("unreadable", reason, "repeated")
    assert (await jobs.post(content=b"no json")).status_code == 400


async def test_every_kind_can_open_an_alert_for_what_it_cannot_read(ana: Person) -> None:
    prometheus = await integration(ana, integration_type="prometheus", unreadable="alert")
    assert (await prometheus.tells(message="from the wrong tool"))["created"] == 1


async def test_an_edit_between_reading_and_committing_has_the_payload_read_once_more(
    ana: Person, jobs: Integration
) -> None:
    await save(ana, jobs, RULES)
    answers = await asyncio.gather(
        *(jobs.post({"job": f"j{i}", "state": "FAILED"}) for i in range(30)),
        save(ana, jobs, RULES | {"message": "{{job}} broke"}),
        *(jobs.post({"job": f"k{i}", "state": "FAILED"}) for i in range(30)),
    )
    assert {answer.status_code for answer in answers} <= {200, 202}
    assert len(await alerts(ana)) == 60


async def test_a_mapping_that_is_not_good_any_more_says_so_instead_of_reading_something_else(
    ana: Person, jobs: Integration, owner: AsyncConnection
) -> None:
    await save(ana, jobs, RULES)
    await owner.execute(
        text('UPDATE integration_mappings SET definition = \'{"message": "("}\' WHERE id = :id'), {"id": jobs.id}
    )
    await owner.execute(text("UPDATE incoming_tokens SET version = version + 1 WHERE id = :id"), {"id": jobs.id})
    await owner.commit()
    refused = await jobs.post({"message": "read as by a webhook"})
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith("its mapping cannot be used any more: message: ")
