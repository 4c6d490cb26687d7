"""What does the lead of a team open? Every route that is named is asked, by somebody who leads another team."""

import httpx

from pulsar.people import team_roles
from pulsar.people.team_keys import shape
from tests.architecture.conftest import Household
from tests.architecture.openapi import API, Operation
from tests.world import People


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
