"""An API key that is bound to a team: what it makes, what it works on, and what it cannot draw in."""

from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.world import API, Person


class Script:
    """What sends the key."""

    def __init__(self, http: httpx.AsyncClient, key: str) -> None:
        self.http, self.key = http, key

    async def __call__(self, method: str, path: str, params: dict[str, Any] | None = None, **body: Any) -> Any:
        headers = {"X-API-Key": self.key}
        return await self.http.request(method, API + path, headers=headers, params=params, json=body or None)


@pytest_asyncio.fixture
async def teams(ana: Person) -> dict[str, str]:
    return {name: (await ana.makes("/teams", name=name))["id"] for name in ("Database", "Web")}


@pytest_asyncio.fixture
async def script(http: httpx.AsyncClient, ana: Person, teams: dict[str, str]) -> Script:
    scopes = ["read", "alerts", "on-call", "configuration"]
    key = await ana.makes("/api-keys", name="DB", scopes=scopes, team_id=teams["Database"])
    assert key["team"] == {"id": teams["Database"], "name": "Database"}
    return Script(http, key["key"])


async def test_it_makes_and_works_on_what_is_the_teams(script: Script, teams: dict[str, str]) -> None:
    mine = teams["Database"]
    alert = (await script("POST", "/alerts", message="Disk full", assigned_to_team_id=mine)).json()
    path = f"/alerts/{alert['id']}"
    assert (await script("POST", f"{path}/acknowledge")).status_code == 200
    assert (await script("POST", f"{path}/notes", text="Looking")).status_code == 201
    assert (await script("GET", f"{path}/activity")).status_code == 200
    assert (await script("POST", f"{path}/close")).status_code == 200
    listed = (await script("GET", "/alerts", params={"assigned_to_team_id": mine})).json()
    assert [one["id"] for one in listed["items"]] == [alert["id"]]
    schedule = (await script("POST", "/schedules", name="Nights", time_zone="UTC", team_id=mine)).json()
    assert (await script("PATCH", f"/schedules/{schedule['id']}", name="Days")).status_code == 200
    incident = (await script("POST", "/incidents", title="Down", team_id=mine)).json()
    assert (await script("PATCH", f"/incidents/{incident['id']}", status="investigating")).status_code in (200, 422)
    assert (await script("GET", f"/incidents/{incident['id']}")).status_code == 200


async def test_what_is_another_teams_or_nobodys_is_not_there(
    script: Script, ana: Person, teams: dict[str, str]
) -> None:
    for team_id in (teams["Web"], None):
        alert = await ana.makes("/alerts", message="Slow", assigned_to_team_id=team_id)
        for method, part in (("GET", ""), ("POST", "/acknowledge"), ("POST", "/close"), ("GET", "/activity")):
            assert (await script(method, f"/alerts/{alert['id']}{part}")).status_code == 404
        assert (await ana.has(f"/alerts/{alert['id']}"))["status"] == "open"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/alerts", {"message": "x"}),
        ("/alerts", {"message": "x", "assigned_to_team_id": "Web"}),
        ("/alerts", {"message": "x", "assigned_to_team_id": "Database", "escalation_policy_id": "Web"}),
        ("/schedules", {"name": "x", "time_zone": "UTC"}),
        ("/schedules", {"name": "x", "time_zone": "UTC", "team_id": "Web"}),
        ("/incidents", {"title": "x", "team_id": "Web"}),
        ("/incidents", {"title": "x", "team_id": "Database", "alert_ids": ["Web"]}),
        ("/heartbeats", {"name": "x", "interval_seconds": 60, "team_id": "Web"}),
        ("/teams", {"name": "x"}),
        ("/escalation-policies", {"name": "x", "rules": []}),
        ("/alerts/bulk/close", {"ids": []}),
    ],
)
async def test_it_makes_nothing_that_is_others_and_draws_nothing_of_others_in(
    script: Script, teams: dict[str, str], path: str, body: dict[str, Any]
) -> None:
    given: dict[str, Any] = {
        name: [teams.get(one, one) for one in value] if isinstance(value, list) else teams.get(value, value)
        for name, value in body.items()
    }
    assert (await script("POST", path, **given)).status_code == 403


async def test_the_same_alias_does_not_reach_an_alert_of_others(
    script: Script, ana: Person, teams: dict[str, str]
) -> None:
    alert = await ana.makes("/alerts", message="Slow", alias="web-1", assigned_to_team_id=teams["Web"])
    answer = await script("POST", "/alerts", message="x", alias=" web-1 ", assigned_to_team_id=teams["Database"])
    assert answer.status_code == 403
    assert (await ana.has(f"/alerts/{alert['id']}"))["count"] == 1


async def test_an_object_cannot_be_given_away(script: Script, ana: Person, teams: dict[str, str]) -> None:
    schedule = await ana.makes("/schedules", name="Nights", time_zone="UTC", team_id=teams["Database"])
    for other in (teams["Web"], None):
        answer = await script("PATCH", f"/schedules/{schedule['id']}", team_id=other)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (403, "team_id")


async def test_it_administers_nothing_and_goes_with_its_team(
    script: Script, ana: Person, teams: dict[str, str]
) -> None:
    refused = await ana.post("/api-keys", name="x", scopes=["admin"], team_id=teams["Web"])
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "scopes")
    stranger = await ana.post("/api-keys", name="x", scopes=["read"], team_id=str(ana.id))
    assert (stranger.status_code, stranger.json()["errors"][0]["field"]) == (422, "team_id")
    key = (await ana.has("/api-keys"))["items"][0]
    assert (await ana.patch(f"/api-keys/{key['id']}", scopes=["admin"])).status_code == 422
    assert (await ana.delete(f"/teams/{teams['Database']}")).status_code == 204
    assert (await script("GET", "/alerts", params={"assigned_to_team_id": teams["Database"]})).status_code == 401
