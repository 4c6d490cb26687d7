"""What is done in an incident: tasks, links, declaring from an alert, closing its alerts, merging duplicates."""

import asyncio

from tests.domain.test_incidents import incident, kinds
from tests.ladders import alert_of, happened, team_of
from tests.world import NOWHERE, Person


async def test_an_incident_is_declared_from_an_alert_which_is_linked(ana: Person, eve: Person) -> None:
    team = await team_of(ana)
    alert = await ana.makes(
        "/alerts", message="Disk full", description="99 %", priority="P1", assigned_to_team_id=team["id"]
    )
    made = await ana.makes(f"/alerts/{alert['id']}/incidents")
    assert (made["title"], made["description"], made["severity"], made["priority"]) == (
        "Disk full",
        "99 %",
        "critical",
        "P1",
    )
    assert made["team"]["id"] == team["id"]
    assert made["started_at"] == alert["created_at"], "it began when the alert came"
    assert made["alert_count"] == 1
    other = await ana.makes(f"/alerts/{alert['id']}/incidents", title="Database is down", severity="high")
    assert (other["title"], other["severity"], other["priority"]) == ("Database is down", "high", "P1")
    assert (await ana.has(f"/alerts/{alert['id']}/incidents"))["total"] == 2
    assert (await eve.post(f"/alerts/{alert['id']}/incidents")).status_code == 404


async def test_a_very_long_alert_makes_an_incident_too(ana: Person) -> None:
    alert = await ana.makes("/alerts", message="x" * 1000, description="y" * 50_000)
    assert (await ana.makes(f"/alerts/{alert['id']}/incidents"))["title"] == "x" * 300


async def test_resolving_closes_the_linked_alerts_if_asked_and_only_then(ana: Person) -> None:
    alerts = [await ana.makes("/alerts", message=message) for message in ("one", "two", "closed already")]
    await ana.makes(f"/alerts/{alerts[2]['id']}/close", reason="by hand")
    made = await incident(ana, alert_ids=[alert["id"] for alert in alerts])
    path = f"/incidents/{made['id']}"
    early = await ana.patch(path, close_alerts=True)
    assert (early.status_code, early.json()["errors"][0]["field"]) == (422, "close_alerts")
    assert (await ana.patch(path, status="resolved")).status_code == 200
    assert (await alert_of(ana, alerts[0]["id"]))["status"] == "open"
    assert (await ana.patch(path, close_alerts=True)).status_code == 200
    for alert in alerts:
        assert (await alert_of(ana, alert["id"]))["status"] == "closed"
    assert (await alert_of(ana, alerts[1]["id"]))["close_reason"] == "incident #1 was resolved"
    assert (await alert_of(ana, alerts[2]["id"]))["close_reason"] == "by hand"
    assert (await happened(ana, alerts[0]["id"]))[-1] == "escalation.stopped"


async def test_two_incidents_that_share_alerts_are_resolved_at_once(ana: Person, bo: Person) -> None:
    alerts = [(await ana.makes("/alerts", message=f"{i}"))["id"] for i in range(6)]
    both = [await incident(ana, alert_ids=order) for order in (alerts, list(reversed(alerts)))]
    done = await asyncio.gather(
        *(
            who.patch(f"/incidents/{one['id']}", status="resolved", close_alerts=True)
            for who, one in zip((ana, bo), both, strict=True)
        )
    )
    assert [answer.status_code for answer in done] == [200, 200]
    for alert in alerts:
        assert (await happened(ana, alert)).count("alert.closed") == 1


async def test_a_duplicate_is_merged_and_points_to_the_one_that_goes_on(ana: Person, bo: Person) -> None:
    shared, own = [(await ana.makes("/alerts", message=message))["id"] for message in ("shared", "own")]
    on_it = [{"user_id": str(bo.id), "role": "incident_commander"}, {"user_id": str(ana.id)}]
    survivor = await incident(ana, alert_ids=[shared], responders=on_it[1:])
    duplicate = await incident(
        ana, "The same", alert_ids=[shared, own], responders=on_it, started_at="2026-11-01T00:00:00Z"
    )
    lost, path = f"/incidents/{duplicate['id']}", f"/incidents/{survivor['id']}"
    await bo.makes(f"{lost}/notes", text="It is DNS")
    await ana.makes(f"{lost}/tasks", title="Restart")
    await ana.makes(f"{lost}/links", url="https://example.org/")
    merged = await ana.makes(f"{lost}/merge", into_id=survivor["id"])
    assert (merged["id"], merged["alert_count"], merged["responder_count"]) == (survivor["id"], 2, 2)
    assert [who["name"] for who in merged["commanders"]] == ["Bo"]
    assert merged["started_at"] == "2026-11-01T00:00:00Z", "it began when the first of them did"
    found = await ana.has(path)
    assert kinds(found) == [
        "created",
        "alert_linked",
        "responder_added",
        "alert_linked",
        "responder_added",
        "note_moved",
        "duplicate_merged",
    ]
    assert (found["timeline"][-2]["note"]["text"], found["timeline"][-2]["note"]["author"]["name"]) == (
        "It is DNS",
        "Bo",
    )
    assert [task["title"] for task in found["tasks"]] == ["Restart"]
    assert len(found["links"]) == 1
    assert [one["number"] for one in found["duplicates"]] == [2]
    gone = await ana.has(lost)
    assert (gone["status"], gone["merged_into"]["number"], gone["alert_count"]) == ("resolved", 1, 0)
    assert [entry["note"]["text"] for entry in gone["timeline"] if entry["kind"] == "note_added"] == ["It is DNS"]
    assert kinds(gone)[-1] == "merged"


async def test_nobody_works_on_what_was_merged(ana: Person) -> None:
    survivor, duplicate, third = [await incident(ana) for _ in range(3)]
    path = f"/incidents/{duplicate['id']}"
    await ana.makes(f"{path}/merge", into_id=survivor["id"])
    for answer in (
        await ana.patch(path, status="investigating"),
        await ana.post(f"{path}/notes", text="Hello?"),
        await ana.post(f"{path}/merge", into_id=third["id"]),
        await ana.post(f"/incidents/{third['id']}/merge", into_id=duplicate["id"]),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "already_merged")
        assert answer.json()["merged_into_id"] == survivor["id"]
    await ana.makes(f"/incidents/{survivor['id']}/merge", into_id=third["id"])
    assert (await ana.has(path))["merged_into"]["id"] == third["id"], "it points to where work goes on"
    assert (await ana.delete(f"/incidents/{third['id']}")).status_code == 204
    assert (await ana.has(path))["merged_into"] is None


async def test_what_cannot_be_merged(ana: Person, eve: Person) -> None:
    made, theirs = await incident(ana), await incident(eve)
    path = f"/incidents/{made['id']}/merge"
    for wrong in (made["id"], theirs["id"], NOWHERE):
        answer = await ana.post(path, into_id=wrong)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "into_id"), answer.text
    assert (await eve.post(path, into_id=theirs["id"])).status_code == 404


async def test_of_two_merged_into_each_other_at_once_one_goes_on(ana: Person, bo: Person) -> None:
    one, other = await incident(ana), await incident(ana)
    answers = await asyncio.gather(
        ana.post(f"/incidents/{one['id']}/merge", into_id=other["id"]),
        bo.post(f"/incidents/{other['id']}/merge", into_id=one["id"]),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_tasks_have_an_owner_and_a_time_and_get_done(ana: Person, bo: Person, eve: Person) -> None:
    path = f"/incidents/{(await incident(ana))['id']}"
    task = await ana.makes(f"{path}/tasks", title="Restart", owner_id=str(bo.id), due_at="2026-01-01T00:00:00Z")
    assert (task["owner"]["name"], task["overdue"], task["done_at"], task["kind"]) == ("Bo", True, None, "task")
    mine = f"{path}/tasks/{task['id']}"
    done = (await bo.patch(mine, done=True)).json()
    assert done["done_at"]
    assert not done["overdue"]
    assert (await bo.patch(mine, done=True)).json() == done, "done is done"
    assert (await bo.patch(mine, done=False, title="Restart it", owner_id=None)).json()["owner"] is None
    stale = await ana.patch(mine, title="Else", version=1)
    assert (stale.status_code, stale.json()["current"]["title"]) == (409, "Restart it")
    for wrong in ({"owner_id": str(eve.id)}, {"title": ""}, {"due_at": "soon"}):
        assert (await ana.patch(mine, **wrong)).status_code == 422
    item = await ana.makes(f"{path}/tasks", title="Monitor it", kind="action_item")
    assert [one["id"] for one in (await ana.has(f"{path}/tasks"))["items"]] == [task["id"], item["id"]]
    assert (await ana.delete(mine)).status_code == 204
    assert kinds(await ana.has(path)) == [
        "created",
        "task_added",
        "task_done",
        "task_updated",
        "task_reopened",
        "task_added",
        "task_removed",
    ]


async def test_a_link_leads_to_a_page_and_nowhere_else(ana: Person) -> None:
    path = f"/incidents/{(await incident(ana))['id']}"
    link = await ana.makes(f"{path}/links", url="https://example.org/board?a=1", title="Dashboard")
    assert (link["title"], link["url"]) == ("Dashboard", "https://example.org/board?a=1")
    for wrong in ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "x", "https://"):
        assert (await ana.post(f"{path}/links", url=wrong)).status_code == 422, wrong
    assert (await ana.has(f"{path}/links"))["items"] == [link]
    assert (await ana.delete(f"{path}/links/{link['id']}")).status_code == 204
    assert kinds(await ana.has(path)) == ["created", "link_added", "link_removed"]


async def test_a_task_of_another_incident_is_not_found_in_this_one(ana: Person) -> None:
    one, other = await incident(ana), await incident(ana)
    task = await ana.makes(f"/incidents/{other['id']}/tasks", title="Elsewhere")
    link = await ana.makes(f"/incidents/{other['id']}/links", url="https://example.org")
    assert (await ana.patch(f"/incidents/{one['id']}/tasks/{task['id']}", done=True)).status_code == 404
    assert (await ana.delete(f"/incidents/{one['id']}/links/{link['id']}")).status_code == 404
