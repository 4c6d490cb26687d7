"""An organization whose members keep to their teams: what they may not change any more, and what they always may."""

from dataclasses import dataclass
from uuid import UUID

import pytest_asyncio

from pulsar.alerts.presses import Press, press
from pulsar.base.http import Pulsar
from tests.ladders import level
from tests.world import Engine, People, Person

NOT_YOURS = "This belongs to the team Database, and here members change what belongs to their own."
SPAN = {"starts_at": "2100-01-01T00:00:00Z", "ends_at": "2100-01-02T00:00:00Z"}


@dataclass
class House:
    ana: Person
    database: str
    mate: Person
    other: Person

    async def alert(self, team_id: str | None, **more: object) -> str:
        return f"/alerts/{(await self.ana.makes('/alerts', message='Disk', assigned_to_team_id=team_id, **more))['id']}"


@pytest_asyncio.fixture
async def house(ana: Person, people: People) -> House:
    """Ana's organization; `mate` is in the team Database, `other` in another."""
    found = []
    for name in ("Database", "Web"):
        team = await ana.makes("/teams", name=name)
        person = await people.colleague(ana, name, "member")
        await ana.makes(f"/teams/{team['id']}/members", user_id=str(person.id))
        found.append((team["id"], person))
    assert (await ana.patch("/organizations/current", members_within_teams=True)).status_code == 200
    return House(ana, found[0][0], found[0][1], found[1][1])


async def test_a_member_works_on_what_is_their_teams_or_nobodys(house: House, people: People) -> None:
    mine, nobodys = await house.alert(house.database), await house.alert(None)
    refused = await house.other.post(f"{mine}/acknowledge")
    assert (refused.status_code, refused.json()["detail"]) == (403, NOT_YOURS)
    assert refused.json()["code"] == "of_another_team"
    bulk = await house.other.post("/alerts/bulk/close", ids=[nobodys.split("/")[-1], mine.split("/")[-1]])
    assert bulk.status_code == 403
    assert (await house.other.has(mine))["status"] == "open", "and it is read by all"
    assert (await house.other.post(f"{nobodys}/acknowledge")).status_code == 200
    assert (await house.mate.post(f"{mine}/acknowledge")).status_code == 200
    bo = await people.colleague(house.ana, "Bo", "admin")
    assert (await bo.post(f"{mine}/close")).status_code == 200


async def test_whoever_is_paged_answers_whatever_team_they_are_in(house: House, engine: Engine) -> None:
    await house.ana.makes(
        "/notifications/channels", name="Room", channel_type="webhook", config={"url": "http://x.test"}
    )
    ladder = await house.ana.makes("/escalation-policies", name="Web helps", rules=[level(0, house.other)])
    alert = await house.alert(house.database, escalation_policy_id=ladder["id"])
    assert (await house.other.post(f"{alert}/acknowledge")).status_code == 403
    await engine.settle()
    assert (await house.other.post(f"{alert}/acknowledge")).status_code == 200
    assert (await house.other.post(f"{alert}/notes", text="Looking")).status_code == 201


async def test_a_button_in_a_chat_is_no_way_around(house: House, pulsar: Pulsar) -> None:
    pressed = Press(UUID((await house.alert(house.database)).split("/")[-1]), "acknowledge")
    for person, done in ((house.other, False), (house.mate, True)):
        async with pulsar.db.in_org(house.ana.org_id) as tx:
            assert (await press(tx, person.id, pressed)).done is done


async def test_an_incident_is_its_teams_and_its_responders(house: House) -> None:
    made = await house.ana.makes("/incidents", title="Slow", team_id=house.database)
    own = await house.other.makes("/incidents", title="Ours")
    incident = f"/incidents/{made['id']}"
    for path, body in (
        (f"{incident}/notes", {"text": "Hm"}),
        (f"/incidents/{own['id']}/merge", {"into_id": made["id"]}),
    ):
        refused = await house.other.post(path, **body)
        assert (refused.status_code, refused.json()["detail"]) == (403, NOT_YOURS)
    await house.mate.makes(f"{incident}/notes", text="Looking")
    await house.ana.makes(f"{incident}/responders", user_id=str(house.other.id))
    await house.other.makes(f"{incident}/notes", text="Me too")


async def test_who_is_on_call_says_the_team_and_the_rest_stays_open(house: House) -> None:
    schedule = await house.ana.makes("/schedules", name="Nights", time_zone="UTC", team_id=house.database)
    path, body = f"/schedules/{schedule['id']}/overrides", {"user_id": str(house.other.id), **SPAN}
    assert (await house.other.post(path, **body)).status_code == 403
    assert (await house.mate.post(path, **body)).status_code == 201
    cover = await house.other.post("/cover-requests", schedule_id=schedule["id"], **SPAN)
    assert cover.json()["detail"] == "You are not on call in this schedule in this span."
    await house.other.makes("/alerts", message="Please look", assigned_to_team_id=house.database)


async def test_only_an_owner_says_so_and_a_member_is_told(house: House, people: People) -> None:
    bo = await people.colleague(house.ana, "Bo", "admin")
    assert (await bo.patch("/organizations/current", members_within_teams=False)).status_code == 403
    assert ((await bo.has("/auth/me"))["within_teams"], (await house.mate.has("/auth/me"))["within_teams"]) == (
        False,
        True,
    )
    assert (await house.ana.patch("/organizations/current", members_within_teams=False)).status_code == 200
    [event] = (await house.ana.has("/audit", type="organization.updated"))["items"][:1]
    assert event["changes"] == {"members_within_teams": {"before": True, "after": False}}
    assert (await house.other.post(f"{await house.alert(house.database)}/acknowledge")).status_code == 200
