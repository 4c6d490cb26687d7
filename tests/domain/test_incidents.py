"""Incidents: declared, worked on, resolved; who may, and what two people do to one at once."""

import asyncio
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ladders import Json, team_of
from tests.world import NOWHERE, Person

STATUSES = ["investigating", "identified", "monitoring", "resolved"]


async def incident(person: Person, title: str = "Checkout is down", **fields: Any) -> Json:
    made: Json = await person.makes("/incidents", title=title, **fields)
    return made


def kinds(details: Json) -> list[str]:
    return [entry["kind"] for entry in details["timeline"]]


async def test_an_incident_is_declared_whole_and_read_whole_in_one_call(ana: Person, bo: Person) -> None:
    team = await team_of(ana)
    alert = await ana.makes("/alerts", message="Disk full")
    made = await incident(
        ana,
        description="Nobody can **pay**",
        severity="critical",
        priority="P1",
        team_id=team["id"],
        alert_ids=[alert["id"]],
        responders=[{"user_id": str(bo.id), "role": "incident_commander"}, {"user_id": str(ana.id)}],
    )
    found = await ana.has(f"/incidents/{made['id']}")
    assert made.items() <= found.items()
    assert (made["number"], made["severity"], made["status"], made["priority"]) == (
        1,
        "critical",
        "investigating",
        "P1",
    )
    assert (made["team"]["name"], made["created_by"]["name"], made["version"]) == ("Database", "Ana", 1)
    assert [who["name"] for who in made["commanders"]] == ["Bo"]
    assert [(one["user"]["name"], one["role"]) for one in found["responders"]] == [
        ("Bo", "incident_commander"),
        ("Ana", "responder"),
    ]
    assert [one["message"] for one in found["alerts"]] == ["Disk full"]
    assert (made["responder_count"], made["alert_count"]) == (2, 1)
    assert kinds(found) == ["created", "alert_linked", "responder_added", "responder_added"]
    assert made["acknowledged_at"], "somebody is on it"
    assert made["mitigated_at"] is made["resolved_at"] is None


async def test_numbers_count_up_in_each_organization_also_when_many_declare_at_once(ana: Person, eve: Person) -> None:
    made = await asyncio.gather(*(incident(ana, f"Incident {i}") for i in range(8)))
    assert sorted(one["number"] for one in made) == list(range(1, 9))
    assert (await incident(eve))["number"] == 1


async def test_the_timeline_writes_itself_line_by_line(ana: Person) -> None:
    made = await incident(ana)
    path = f"/incidents/{made['id']}"
    for change in (
        {"severity": "high", "status": "identified", "title": "Payments are down"},
        {"status": "resolved"},
        {"status": "investigating"},
        {"status": "investigating"},
    ):
        assert (await ana.patch(path, **change)).status_code == 200
    found = (await ana.has(f"{path}/timeline"))["items"]
    assert [entry["kind"] for entry in found] == [
        "created",
        "severity_changed",
        "updated",
        "status_changed",
        "resolved",
        "reopened",
    ], "an edit that changes nothing leaves no line"
    assert {entry["actor"]["name"] for entry in found} == {"Ana"}
    assert found[1]["data"]["changes"] == {"severity": {"before": "medium", "after": "high"}}
    assert found[2]["data"]["changes"]["title"]["after"] == "Payments are down"
    assert [entry["type"] for entry in found[1:]] == ["incident.updated"] * 5
    assert [entry["id"] for entry in found] == sorted(entry["id"] for entry in found)
    first = await ana.has(f"{path}/timeline", page_size=2)
    rest = await ana.has(f"{path}/timeline", page_size=100, cursor=first["next_cursor"])
    assert first["items"] + rest["items"] == found == (await ana.has(path))["timeline"]


async def test_resolved_at_follows_the_status_there_and_back(ana: Person) -> None:
    made = await incident(ana)
    path = f"/incidents/{made['id']}"
    resolved = (await ana.patch(path, status="resolved")).json()
    assert resolved["resolved_at"] == resolved["mitigated_at"] is not None
    assert resolved["resolved_after_seconds"] == 0
    again = (await ana.patch(path, description="Was not it")).json()
    assert again["resolved_at"] == resolved["resolved_at"]
    reopened = (await ana.patch(path, status="monitoring")).json()
    assert reopened["resolved_at"] is None
    assert reopened["mitigated_at"] == resolved["mitigated_at"], "it was calm once"
    already = await incident(ana, status="resolved", started_at="2026-01-01T00:00:00Z")
    assert already["resolved_at"]
    assert already["resolved_after_seconds"] > 86400 * 300


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(STATUSES), max_size=6))
async def test_whatever_statuses_it_goes_through_it_has_an_end_while_it_is_resolved(
    ana: Person, walk: list[str]
) -> None:
    made = await incident(ana)
    for status in walk:
        now = (await ana.patch(f"/incidents/{made['id']}", status=status)).json()
        assert (now["resolved_at"] is not None) == (status == "resolved")
    found = await ana.has(f"/incidents/{made['id']}")
    turns = [after for before, after in zip(["investigating", *walk], walk, strict=False) if before != after]
    assert len(found["timeline"]) == 1 + len(turns)
    assert kinds(found).count("resolved") == turns.count("resolved")


async def test_of_two_edits_of_the_same_reading_the_second_is_refused(ana: Person, bo: Person) -> None:
    made = await incident(ana)
    path = f"/incidents/{made['id']}"
    answers = await asyncio.gather(
        *(who.patch(path, title=name, version=made["version"]) for who, name in ((ana, "Ana's"), (bo, "Bo's")))
    )
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code, lost.json()["code"]) == (200, 409, "stale_version")
    assert lost.json()["current"]["title"] == won.json()["title"]
    assert (await ana.patch(path, title="Without a version the last one wins")).status_code == 200


async def test_who_may_what(ana: Person, vic: Person, people: Any) -> None:
    mia = await people.colleague(ana, "Mia", "member")
    made = await incident(mia)
    path = f"/incidents/{made['id']}"
    assert (await vic.get(path)).status_code == 200
    assert (await vic.post("/incidents", title="No")).status_code == 403
    assert (await vic.post(f"{path}/notes", text="No")).status_code == 403
    assert (await mia.patch(path, status="identified")).status_code == 200
    assert (await mia.delete(path)).status_code == 403
    assert (await ana.delete(path)).status_code == 204
    assert (await ana.get(path)).status_code == 404


async def test_what_does_not_fit_names_its_field(ana: Person, eve: Person) -> None:
    made = await incident(ana)
    foreign = await team_of(eve)
    theirs = await eve.makes("/alerts", message="Theirs")
    path = f"/incidents/{made['id']}"
    for body, field in (
        ({"title": ""}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"title": "x", "severity": "awful"}, "severity"),
        ({"title": "x", "status": "closed"}, "status"),
        ({"title": "x", "priority": "P0"}, "priority"),
        ({"title": "x", "team_id": foreign["id"]}, "team_id"),
        ({"title": "x", "started_at": "2999-01-01T00:00:00Z"}, "started_at"),
        ({"title": "x", "alert_ids": [theirs["id"]]}, "alert_id"),
        ({"title": "x", "responders": [{"user_id": str(eve.id)}]}, "user_id"),
        ({"title": "x", "number": 7}, "number"),
    ):
        answer = await ana.post("/incidents", **body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), answer.text
    assert (await ana.patch(path, title=None)).status_code == 422
    assert (await ana.patch(path, team_id=foreign["id"])).status_code == 422
    assert (await ana.post("/incidents", title="a\0b")).status_code == 422
    assert (await ana.has("/incidents"))["total"] == 1


async def test_another_organizations_incident_is_not_there(ana: Person, eve: Person) -> None:
    made = await incident(ana, "Secret plans")
    for path in (f"/incidents/{made['id']}", f"/incidents/{made['id']}/timeline", f"/incidents/{NOWHERE}"):
        assert (await eve.get(path)).status_code == 404
    assert (await eve.patch(f"/incidents/{made['id']}", status="resolved")).status_code == 404
    assert (await eve.has("/incidents", search="secret"))["total"] == 0


async def test_a_team_that_goes_leaves_its_incidents(ana: Person) -> None:
    team = await team_of(ana)
    made = await incident(ana, team_id=team["id"])
    assert (await ana.delete(f"/teams/{team['id']}")).status_code == 204
    assert (await ana.has(f"/incidents/{made['id']}"))["team"] is None


async def test_what_is_deleted_goes_with_all_it_had_and_stays_in_the_stream(ana: Person) -> None:
    alert = await ana.makes("/alerts", message="Disk full")
    made = await incident(ana, alert_ids=[alert["id"]])
    await ana.makes(f"/incidents/{made['id']}/notes", text="Looking")
    assert (await ana.delete(f"/incidents/{made['id']}")).status_code == 204
    assert (await ana.has(f"/alerts/{alert['id']}/incidents"))["items"] == []
    assert (await ana.has(f"/alerts/{alert['id']}"))["message"] == "Disk full"
