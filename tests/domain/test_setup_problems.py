"""What should be mended before the next alert comes: targets and teams without anybody, channels, the default."""

from typing import Any

from tests.ladders import ladder, level, mail_channel, team, team_of
from tests.world import Mailbox, Person


async def problems(of: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await of.has("/problems"))["items"]
    return found


async def kinds(of: Person) -> list[str]:
    return [problem["kind"] for problem in await problems(of)]


async def test_a_new_organization_has_neither_channel_nor_policy(ana: Person, vic: Person, mail: Mailbox) -> None:
    assert [(p["kind"], p["severity"], p["subject"], p["user"]) for p in await problems(vic)] == [
        ("no_channel", "critical", None, None),
        ("no_default_policy", "warning", None, None),
    ]
    channel = await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    assert await problems(ana) == []
    await ana.patch(f"/notifications/channels/{channel['id']}", enabled=False)
    assert await kinds(ana) == ["no_channel"]


async def test_a_deactivated_member_is_named_wherever_somebody_counts_on_them(
    ana: Person, bo: Person, eve: Person, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    squad = await team_of(ana, bo)
    policy = await ladder(ana, level(0, bo, ana), level(60, team(squad)), level(120, bo))
    assert await problems(ana) == []
    await ana.patch(f"/users/{bo.id}", active=False)
    found = await problems(ana)
    assert [(p["kind"], p["subject"]["type"], p["subject"]["name"]) for p in found] == [
        ("empty_level", "policy", "Everything"),
        ("empty_level", "policy", "Everything"),
        ("inactive_target", "policy", "Everything"),
        ("empty_team", "team", "Database"),
        ("inactive_team_member", "team", "Database"),
    ]
    assert [p["message"] for p in found] == [
        "Level 2 of Everything has nobody to notify.",
        "Level 3 of Everything has nobody to notify.",
        "Everything names Bo, who is deactivated, on level 1 and 3.",
        "Database has no active member, and Everything leads to it.",
        "Bo is in the team Database, but deactivated.",
    ]
    assert {p["user"]["id"] for p in found if p["user"]} == {str(bo.id)}
    assert {p["subject"]["id"] for p in found} == {policy["id"], squad["id"]}
    assert await kinds(eve) == ["no_channel", "no_default_policy"]


async def test_a_policy_that_reaches_nobody_is_critical(ana: Person, bo: Person, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, bo))
    await ladder(ana, name="Empty", is_default=False)
    await ana.patch(f"/users/{bo.id}", active=False)
    critical = [p for p in await problems(ana) if p["severity"] == "critical"]
    assert [(p["kind"], p["subject"]["name"]) for p in critical] == [
        ("empty_policy", "Empty"),
        ("empty_policy", "Everything"),
    ]
    await ana.patch(f"/users/{bo.id}", active=True)
    assert await kinds(ana) == ["empty_policy"]


async def test_what_somebody_stands_in_can_be_asked_before_they_go(ana: Person, bo: Person, eve: Person) -> None:
    squad = await team_of(ana, bo)
    policy = await ladder(ana, level(0, bo, ana), level(60, bo))
    await ladder(ana, level(0, ana), name="Other", is_default=False)
    duties = (await ana.has(f"/users/{bo.id}/duties"))["items"]
    assert [(d["subject"], d["detail"]) for d in duties] == [
        ({"type": "policy", "id": policy["id"], "name": "Everything"}, "level 1 and 2"),
        ({"type": "team", "id": squad["id"], "name": "Database"}, "member"),
    ]
    assert (await eve.get(f"/users/{bo.id}/duties")).status_code == 404


async def test_a_deactivated_member_is_refused_as_a_target_by_name(ana: Person, bo: Person) -> None:
    await ana.patch(f"/users/{bo.id}", active=False)
    answer = await ana.post("/escalation-policies", name="P", rules=[level(0, bo)])
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "user_id", "message": "Bo is deactivated. Take somebody else."}]
