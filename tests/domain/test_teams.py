"""Teams and their members."""

from uuid import UUID

from sqlalchemy import select

from pulsar.base.events import EventRow
from pulsar.base.http import Pulsar
from tests.world import Person


async def test_a_team_is_made_read_changed_and_deleted(ana: Person) -> None:
    made = await ana.makes("/teams", name=" Database ", description="Keeps the data")
    assert (made["name"], made["member_count"], made["members"], made["version"]) == ("Database", 0, [], 1)
    changed = (await ana.patch(f"/teams/{made['id']}", description="Loses it")).json()
    assert (changed["name"], changed["description"], changed["version"]) == ("Database", "Loses it", 2)
    assert await ana.has(f"/teams/{made['id']}") == changed
    assert changed["updated_at"] > made["updated_at"]
    assert (await ana.delete(f"/teams/{made['id']}")).status_code == 204
    assert (await ana.get(f"/teams/{made['id']}")).status_code == 404
    assert (await ana.delete(f"/teams/{made['id']}")).status_code == 404


async def test_a_name_is_given_once_in_an_organization_however_it_is_written(ana: Person, eve: Person) -> None:
    await ana.makes("/teams", name="Database")
    other = await ana.makes("/teams", name="Network")
    for answer in (
        await ana.post("/teams", name="DATABASE"),
        await ana.patch(f"/teams/{other['id']}", name="database"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
        assert [error["field"] for error in answer.json()["errors"]] == ["name"]
    assert (await eve.post("/teams", name="Database")).status_code == 201
    assert (await ana.patch(f"/teams/{other['id']}", name="NETWORK")).status_code == 200, "its own name is free to it"


async def test_a_change_made_from_an_old_reading_is_refused(ana: Person, bo: Person) -> None:
    team = await ana.makes("/teams", name="Database")
    first = await bo.patch(f"/teams/{team['id']}", name="Databases", version=team["version"])
    assert first.status_code == 200
    late = await ana.patch(f"/teams/{team['id']}", name="Data", version=team["version"])
    assert (late.status_code, late.json()["code"]) == (409, "stale_version")
    assert late.json()["current"]["name"] == "Databases"
    assert (await ana.has(f"/teams/{team['id']}"))["name"] == "Databases"


async def test_members_come_change_their_role_and_go(ana: Person, bo: Person) -> None:
    team = await ana.makes("/teams", name="Database")
    members = f"/teams/{team['id']}/members"
    added = await ana.makes(members, user_id=str(bo.id))
    assert (added["full_name"], added["email"], added["role"]) == ("Bo", bo.email, "member")
    await ana.makes(members, user_id=str(ana.id), role="lead")

    shown = await ana.has(f"/teams/{team['id']}")
    assert [(member["full_name"], member["role"]) for member in shown["members"]] == [("Ana", "lead"), ("Bo", "member")]
    assert shown["member_count"] == (await ana.has(members))["total"] == 2
    assert (await ana.has("/teams"))["items"][0]["member_count"] == 2

    raised = await ana.patch(f"{members}/{bo.id}", role="lead")
    assert raised.json()["role"] == "lead"
    assert (await ana.delete(f"{members}/{bo.id}")).status_code == 204
    assert (await ana.delete(f"{members}/{bo.id}")).status_code == 404
    assert (await ana.patch(f"{members}/{bo.id}", role="lead")).status_code == 404
    assert (await ana.has(members))["total"] == 1


async def test_a_member_is_added_once_and_must_be_of_the_organization(ana: Person, eve: Person) -> None:
    team = await ana.makes("/teams", name="Database")
    members = f"/teams/{team['id']}/members"
    await ana.makes(members, user_id=str(ana.id))
    again = await ana.post(members, user_id=str(ana.id), role="lead")
    assert (again.status_code, again.json()["code"]) == (409, "already_in_team")
    foreign = await ana.post(members, user_id=str(eve.id))
    assert foreign.status_code == 422
    assert [error["field"] for error in foreign.json()["errors"]] == ["user_id"]
    assert (await ana.post(members, user_id=str(eve.id), role="boss")).status_code == 422


async def test_a_team_that_somebody_counts_on_is_not_deleted(ana: Person) -> None:
    """An escalation that led to it would page nobody, and nobody would know."""
    team = await ana.makes("/teams", name="Database")
    target = {"type": "team", "team_id": team["id"]}
    policy = await ana.makes("/escalation-policies", name="P", rules=[{"delay_seconds": 0, "targets": [target]}])
    refused = await ana.delete(f"/teams/{team['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "team_in_use")
    assert (await ana.delete(f"/escalation-policies/{policy['id']}")).status_code == 204
    token = await ana.makes("/webhooks/incoming", name="Nagios", team_id=team["id"])
    assert (await ana.delete(f"/teams/{team['id']}")).status_code == 409
    assert (await ana.delete(f"/webhooks/incoming/{token['id']}")).status_code == 204
    assert (await ana.delete(f"/teams/{team['id']}")).status_code == 204


async def test_an_alert_does_not_hold_on_to_its_team(ana: Person) -> None:
    team = await ana.makes("/teams", name="Database")
    alert = await ana.makes("/alerts", message="Disk full", assigned_to_team_id=team["id"])
    assert (await ana.delete(f"/teams/{team['id']}")).status_code == 204
    assert (await ana.has(f"/alerts/{alert['id']}"))["assignee"] is None


async def test_the_policy_of_a_team_must_exist(ana: Person, eve: Person) -> None:
    hers = await eve.makes("/escalation-policies", name="Eve's")
    mine = await ana.makes("/escalation-policies", name="Ana's")
    refused = await ana.post("/teams", name="Database", escalation_policy_id=hers["id"])
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["escalation_policy_id"]
    team = await ana.makes("/teams", name="Database", escalation_policy_id=mine["id"])
    cleared = await ana.patch(f"/teams/{team['id']}", escalation_policy_id=None)
    assert cleared.json()["escalation_policy_id"] is None


async def test_what_is_done_to_a_team_stands_in_the_events(ana: Person, bo: Person, pulsar: Pulsar) -> None:
    team = await ana.makes("/teams", name="Database")
    await ana.makes(f"/teams/{team['id']}/members", user_id=str(bo.id))
    await bo.patch(f"/teams/{team['id']}", name="Data")
    await bo.patch(f"/teams/{team['id']}/members/{bo.id}", role="lead")
    await bo.delete(f"/teams/{team['id']}/members/{bo.id}")
    await ana.delete(f"/teams/{team['id']}")
    async with pulsar.db.in_org(ana.org_id) as tx:
        about_it = select(EventRow).where(EventRow.subject_id == UUID(team["id"])).order_by(EventRow.number)
        events = (await tx.scalars(about_it)).all()
    assert [(event.type, event.actor_name) for event in events] == [
        ("team.created", "Ana"),
        ("team.member_added", "Ana"),
        ("team.updated", "Bo"),
        ("team.member_changed", "Bo"),
        ("team.member_removed", "Bo"),
        ("team.deleted", "Ana"),
    ]


async def test_teams_are_found_by_words_of_their_name(ana: Person) -> None:
    for name in ("Database", "Data science", "Network"):
        await ana.makes("/teams", name=name)

    async def found(search: str) -> list[str]:
        return [one["name"] for one in (await ana.has("/teams", search=search))["items"]]

    assert await found("dAta") == ["Database", "Data science"]
    assert await found("science data") == ["Data science"]
    assert await found("_") == [], "a letter like any other"
