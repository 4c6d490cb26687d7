"""What does the lead of a team open? Every route that is named is asked, by somebody who leads another team."""

import httpx

from pulsar.people import team_roles
from pulsar.people.team_keys import shape
from tests.architecture.conftest import Household
from tests.architecture.openapi import API, Operation
from tests.architecture.permissions import PAGE
from tests.world import People

ALWAYS_OPEN = {
    "POST /alerts",
    "POST /incidents",
    "POST /cover-requests",
    *(f"POST /cover-requests/{{cover_request_id}}/{verb}" for verb in ("accept", "decline", "cancel")),
    *(f"{method} /alert-searches/{{search_id}}" for method in ("PATCH", "DELETE")),
    "POST /alert-searches",
    "POST /notifications/send",
    "PUT /status-page/components/{component_id}/state",
    "POST /status-page/notices",
    "POST /status-page/notices/{notice_id}/updates",
}
"""What is about no team's things: asking for help, one's own shifts and searches, what the organization tells."""


def led(routes: list[Operation], ids: dict[str, str]) -> list[Operation]:
    about = [route for route in routes if route.parameters and "token" not in route.parameters]
    return [route for route in about if team_roles.is_led(route.method, route.at(ids).removeprefix("/"))]


async def test_a_lead_changes_nothing_of_a_team_of_others(
    http: httpx.AsyncClient, routes: list[Operation], anas: Household, people: People
) -> None:
    mel = await people.colleague(anas.owner, "Mel", "member")
    team = await anas.owner.makes("/teams", name="Mel's")
    await anas.owner.makes(f"/teams/{team['id']}/members", user_id=str(mel.id), role="lead")
    policy = f"/escalation-policies/{anas.ids['policy_id']}"
    assert (await anas.owner.patch(policy, team_id=anas.ids["team_id"], is_default=False)).status_code == 200
    wrong = {}
    for route in led(routes, anas.ids):
        headers = {"Authorization": f"Bearer {mel.access_token}"}
        answer = await http.request(route.method, API + route.at(anas.ids), json=route.body, headers=headers)
        named = answer.json().get("detail")
        if answer.status_code != 403 or named != "This belongs to the team Database, which you do not lead.":
            wrong[str(route)] = answer.text
    assert (await anas.owner.patch(policy, team_id=None, is_default=True)).status_code == 200
    assert wrong == {}


async def test_every_route_that_is_named_for_leads_is_there(routes: list[Operation], anas: Household) -> None:
    there = {f"{route.method} {shape(route.at(anas.ids).removeprefix('/'))}" for route in led(routes, anas.ids)}
    named = {
        f"{method} {area}/{{id}}{'/' if part else ''}{part}"
        for area, some in team_roles.LED.items()
        for method, _, part in (one.partition(" ") for one in some)
    }
    assert named == there


async def test_where_members_keep_to_their_teams_they_change_nothing_of_a_team_of_others(
    http: httpx.AsyncClient, routes: list[Operation], anas: Household, people: People
) -> None:
    """All that a member may do is asked for, so that one that is new is thought of."""
    kim = await people.colleague(anas.owner, "Kim", "member")
    headers = {"Authorization": f"Bearer {kim.access_token}"}
    kept = {"members_within_teams": True}
    assert (await anas.owner.patch("/organizations/current", **kept)).status_code == 200
    opened = set()
    for route in routes:
        if not route.reads and f"| `{route}` | member |" in PAGE.read_text():
            ids = anas.ids if route.parameters else {}
            body = {**(route.body or {}), "ids": [anas.ids["alert_id"]]} if "/bulk/" in route.path else route.body
            answer = await http.request(route.method, API + route.at(ids), json=body, headers=headers)
            if answer.status_code != 403 or "belongs to the team Database" not in answer.json()["detail"]:
                opened.add(str(route))
    assert (await anas.owner.patch("/organizations/current", members_within_teams=False)).status_code == 200
    assert opened == ALWAYS_OPEN
