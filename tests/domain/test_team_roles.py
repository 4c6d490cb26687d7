"""Who may change what belongs to a team: its lead, a member of it, a member of another, an admin, a viewer."""

from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from tests.world import People, Person

NOT_YOURS = "This belongs to the team Database, which you do not lead."
NEEDS_ADMIN = "This needs the role admin; yours is member."


@dataclass
class House:
    """Two teams, and everybody who could want to change what belongs to the first."""

    teams: dict[str, str]
    crew: dict[str, Person]
    things: dict[str, str]
    """What belongs to Database, by its path."""

    def may(self) -> dict[str, Person]:
        return {name: self.crew[name] for name in ("lead", "admin")}

    def may_not(self) -> dict[str, Person]:
        return {name: person for name, person in self.crew.items() if name not in ("lead", "admin")}


async def _join(owner: Person, team_id: str, person: Person, role: str) -> None:
    await owner.makes(f"/teams/{team_id}/members", user_id=str(person.id), role=role)


async def things_of(owner: Person, team_id: str | None) -> dict[str, str]:
    made: dict[str, dict[str, Any]] = {
        "/schedules": {"name": f"Nights {team_id}", "time_zone": "UTC"},
        "/heartbeats": {"name": f"Backup {team_id}", "interval_seconds": 60},
        "/webhooks/incoming": {"name": f"Nagios {team_id}"},
        "/escalation-policies": {"name": f"Ladder {team_id}"},
    }
    found = {}
    for path, body in made.items():
        found[path] = f"{path}/{(await owner.makes(path, **body, team_id=team_id))['id']}"
    return found


@pytest_asyncio.fixture
async def house(ana: Person, people: People) -> House:
    teams = {name: (await ana.makes("/teams", name=name))["id"] for name in ("Database", "Web")}
    roles = {"lead": "member", "mate": "member", "other": "member", "viewer": "viewer", "admin": "admin"}
    crew = {name: await people.colleague(ana, name.title(), role) for name, role in roles.items()}
    for name in ("lead", "viewer"):
        await _join(ana, teams["Database"], crew[name], "lead")
    await _join(ana, teams["Database"], crew["mate"], "member")
    await _join(ana, teams["Web"], crew["other"], "lead")
    return House(teams, crew, await things_of(ana, teams["Database"]))


async def test_who_may_change_what_belongs_to_a_team(house: House) -> None:
    for path in (*house.things.values(), f"/teams/{house.teams['Database']}"):
        for name, person in house.may_not().items():
            refused = await person.patch(path, name="No")
            assert refused.status_code == 403, (path, name)
            assert (refused.json()["detail"] == NOT_YOURS) is (name == "other")
        for name, person in house.may().items():
            assert (await person.patch(path, name=f"By {name}")).status_code == 200, (path, name)
        assert (await house.crew["viewer"].has(path))["name"] == "By admin", "all read all, and a viewer only that"


async def test_a_lead_makes_what_the_team_needs_and_names_it(house: House) -> None:
    lead = house.crew["lead"]
    bodies: dict[str, dict[str, Any]] = {
        "/schedules": {"time_zone": "UTC"},
        "/heartbeats": {"interval_seconds": 60},
    }
    for path in house.things:
        body = {"name": "New", **bodies.get(path, {})}
        made = await lead.makes(path, **body, team_id=house.teams["Database"])
        assert made["team_id"] == house.teams["Database"]
        nameless = await lead.post(path, **body)
        assert nameless.status_code == 403
        assert nameless.json()["errors"][0]["field"] == "team_id"
        foreign = (await lead.post(path, **body, team_id=house.teams["Web"])).json()
        assert foreign["detail"] == "You do not lead the team Web: name a team that you lead."


async def test_nothing_is_given_away_and_what_is_nobodys_stays_with_the_admins(
    house: House, ana: Person, eve: Person
) -> None:
    lead = house.crew["lead"]
    for path in house.things.values():
        for team_id in (house.teams["Web"], None):
            assert (await lead.patch(path, team_id=team_id)).status_code == 403
        assert (await lead.patch(path, name="Same", team_id=house.teams["Database"])).status_code == 200
    await _join(ana, house.teams["Web"], lead, "lead")
    assert (await lead.patch(house.things["/heartbeats"], team_id=house.teams["Web"])).status_code == 200
    for path in (await things_of(ana, None)).values():
        assert (await lead.patch(path, name="Mine")).json()["detail"] == NEEDS_ADMIN
    assert (await lead.delete(f"/teams/{house.teams['Database']}")).status_code == 403
    assert (await lead.post("/teams", name="Another")).status_code == 403
    for path in (await things_of(eve, None)).values():
        assert (await lead.patch(path, name="Ours")).status_code == 404


async def test_a_lead_says_who_is_in_the_team_and_who_leads_it(house: House) -> None:
    path, lead, mate = f"/teams/{house.teams['Database']}/members", house.crew["lead"], house.crew["mate"]
    await lead.makes(path, user_id=str(house.crew["other"].id))
    assert (await lead.delete(f"{path}/{house.crew['other'].id}")).status_code == 204
    assert (await mate.patch(house.things["/heartbeats"], name="Mine")).status_code == 403
    assert (await lead.patch(f"{path}/{mate.id}", role="lead")).status_code == 200
    [own] = (await mate.has("/auth/me"))["teams"]
    assert own == {"id": house.teams["Database"], "name": "Database", "role": "lead"}
    assert (await mate.patch(house.things["/heartbeats"], name="Mine")).status_code == 200
    assert (await mate.patch(f"{path}/{lead.id}", role="member")).status_code == 200
    assert (await lead.patch(house.things["/heartbeats"], name="Mine")).status_code == 403, "at once"


async def test_the_default_policy_is_the_organizations_also_when_it_is_a_teams(house: House) -> None:
    lead, path = house.crew["lead"], house.things["/escalation-policies"]
    refused = (await lead.patch(path, is_default=True)).json()
    assert refused["errors"][0]["field"] == "is_default"
    copy = await lead.makes(f"{path}/copy")
    assert copy["team_id"] == house.teams["Database"]
    assert (await house.crew["admin"].patch(path, is_default=True)).status_code == 200
    assert (await lead.patch(path, description="Ours")).json()["detail"] == NEEDS_ADMIN
    unknown = await house.crew["admin"].patch(path, team_id=str(lead.id))
    assert unknown.json()["errors"][0]["field"] == "team_id"
