"""What a role may do. That a viewer changes nothing anywhere is asked of every route in tests/architecture."""

import itertools
from typing import Any

import pytest_asyncio

from pulsar.orgs.roles import Role
from tests.world import People, Person

# The least role that may do it.
ALLOWED = {
    "read": Role.VIEWER,
    "take in": Role.MEMBER,
    "acknowledge": Role.MEMBER,
    "note": Role.MEMBER,
    "send": Role.MEMBER,
    "override": Role.MEMBER,
    "preview": Role.MEMBER,
    "delete an alert": Role.ADMIN,
    "make a team": Role.ADMIN,
    "make a policy": Role.ADMIN,
    "make a schedule": Role.ADMIN,
    "make a rotation": Role.ADMIN,
    "make an integration": Role.ADMIN,
    "make a channel": Role.ADMIN,
    "test a channel": Role.ADMIN,
}


@pytest_asyncio.fixture
async def crew(ana: Person, people: People) -> dict[Role, Person]:
    others = {role: await people.colleague(ana, role.value.title(), role) for role in Role if role is not Role.OWNER}
    return others | {Role.OWNER: ana}


async def attempt(deed: str, who: Person, alert_id: str, channel_id: str, schedule_id: str) -> int:
    span = {"starts_at": "2100-01-01T00:00:00Z", "ends_at": "2100-01-02T00:00:00Z"}
    webhook = {"channel_type": "webhook", "config": {"url": "http://127.0.0.1:1/"}}
    posts: dict[str, tuple[str, dict[str, Any]]] = {
        "take in": ("/alerts", {"message": "Another"}),
        "acknowledge": (f"/alerts/{alert_id}/acknowledge", {}),
        "note": (f"/alerts/{alert_id}/notes", {"text": "Looking"}),
        "send": ("/notifications/send", {"channel_id": channel_id, "subject": "Hello"}),
        "override": (f"/schedules/{schedule_id}/overrides", {"user_id": str(who.id), **span}),
        "preview": (f"/schedules/{schedule_id}/preview", {"from": span["starts_at"], "to": span["ends_at"]}),
        "make a schedule": ("/schedules", {"name": f"Of {who.id}", "time_zone": "UTC"}),
        "make a rotation": (f"/schedules/{schedule_id}/rotations", {"name": "Line"}),
        "make a team": ("/teams", {"name": f"Of {who.id}"}),
        "make a policy": ("/escalation-policies", {"name": f"Of {who.id}"}),
        "make an integration": ("/webhooks/incoming", {"name": "Nagios"}),
        "make a channel": ("/notifications/channels", {"name": f"Of {who.id}", **webhook}),
        "test a channel": (f"/notifications/channels/{channel_id}/test", {}),
    }
    if deed == "read":
        return (await who.get(f"/alerts/{alert_id}")).status_code
    if deed == "delete an alert":
        return (await who.delete(f"/alerts/{alert_id}")).status_code
    path, body = posts[deed]
    return (await who.post(path, **body)).status_code


async def test_each_role_may_do_what_those_below_it_may_and_more(ana: Person, crew: dict[Role, Person]) -> None:
    webhook = {"channel_type": "webhook", "config": {"url": "http://127.0.0.1:1/"}}
    channel = await ana.makes("/notifications/channels", name="Room", **webhook)
    nights = await ana.makes("/schedules", name="Nights", time_zone="UTC")
    may, did = {}, {}
    for (deed, least), (role, who) in itertools.product(ALLOWED.items(), crew.items()):
        alert = await ana.makes("/alerts", message=f"For {role}")
        status = await attempt(deed, who, alert["id"], channel["id"], nights["id"])
        assert status == 403 or status < 300, f"{role}, {deed}: {status}"
        may[deed, role], did[deed, role] = role.includes(least), status != 403
    assert did == may


async def test_who_may_not_is_told_what_it_takes(vic: Person) -> None:
    answer = await vic.post("/teams", name="Vic's")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "admin" in answer.json()["detail"]
    assert "viewer" in answer.json()["detail"]


def test_the_roles_are_in_one_order() -> None:
    for lower, higher in itertools.combinations(Role, 2):
        assert higher.includes(lower)
        assert not lower.includes(higher)
    assert all(role.includes(role) for role in Role)
