"""Escalation policies: ladders of rules with their targets, in one piece or piece by piece."""

import asyncio
import secrets
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from pulsar.base.http import Pulsar
from pulsar.orgs.model import Membership
from tests.ladders import Json, level, team, user
from tests.world import NOWHERE, Person


def delays(policy: Json) -> list[int]:
    assert [rule["position"] for rule in policy["rules"]] == list(range(len(policy["rules"])))
    return [rule["delay_seconds"] for rule in policy["rules"]]


async def ladder_of(person: Person, *delay_seconds: int, **fields: Any) -> Json:
    rules = [level(delay, person) for delay in delay_seconds]
    made: Json = await person.makes("/escalation-policies", **{"name": "Database", "rules": rules} | fields)
    return made


async def test_a_policy_is_made_whole_and_read_whole(ana: Person, bo: Person) -> None:
    squad = await ana.makes("/teams", name="Squad")
    rules = [level(0, ana), level(300, bo, team(squad), condition="not_closed"), level(900)]
    made = await ana.makes(
        "/escalation-policies", name="Database", repeat_count=2, repeat_delay_seconds=60, rules=rules
    )
    assert await ana.has(f"/escalation-policies/{made['id']}") == made
    assert (made["repeat_count"], made["repeat_delay_seconds"], made["is_default"], made["version"]) == (
        2,
        60,
        False,
        1,
    )
    assert delays(made) == [0, 300, 900]
    assert [rule["condition"] for rule in made["rules"]] == ["not_acknowledged", "not_closed", "not_acknowledged"]
    named = [[(target["type"], target["name"]) for target in rule["targets"]] for rule in made["rules"]]
    assert named == [[("user", "Ana")], [("user", "Bo"), ("team", "Squad")], []]
    assert made["rules"][1]["targets"][1]["team_id"] == squad["id"]


async def test_rules_that_are_sent_replace_those_that_were(ana: Person, bo: Person) -> None:
    policy = await ladder_of(ana, 0, 60)
    path = f"/escalation-policies/{policy['id']}"
    kept = (await ana.patch(path, description="Who, and when")).json()
    assert kept["rules"] == policy["rules"], "what is not sent stays"
    replaced = (await ana.patch(path, rules=[level(5, bo), level(6, ana), level(7, bo)])).json()
    assert delays(replaced) == [5, 6, 7]
    assert replaced["version"] == policy["version"] + 2
    emptied = (await ana.patch(path, rules=[])).json()
    assert emptied["rules"] == (await ana.has(f"{path}/rules"))["items"] == []


async def test_a_change_made_from_an_old_reading_is_refused(ana: Person, bo: Person) -> None:
    policy = await ladder_of(ana, 0)
    path = f"/escalation-policies/{policy['id']}"
    answers = await asyncio.gather(
        *(who.patch(path, name=name, version=policy["version"]) for who, name in ((ana, "Ana's"), (bo, "Bo's")))
    )
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code, lost.json()["code"]) == (200, 409, "stale_version")
    assert lost.json()["current"] == await ana.has(path) == won.json()


async def test_a_rule_is_put_in_moved_changed_and_taken_out(ana: Person, bo: Person) -> None:
    policy = await ladder_of(ana, 10, 20)
    path = f"/escalation-policies/{policy['id']}"
    last = await ana.makes(f"{path}/rules", **level(30, bo))
    assert (last["position"], [target["name"] for target in last["targets"]]) == (2, ["Bo"])
    first = await ana.makes(f"{path}/rules", **level(5, bo), position=0)
    assert first["position"] == 0
    assert delays(await ana.has(path)) == [5, 10, 20, 30]

    moved = (await ana.patch(f"{path}/rules/{first['id']}", position=2)).json()
    assert (moved["id"], moved["position"]) == (first["id"], 2)
    assert delays(await ana.has(path)) == [10, 20, 5, 30]
    changed = (await ana.patch(f"{path}/rules/{first['id']}", delay_seconds=7, condition="not_closed")).json()
    assert (changed["delay_seconds"], changed["condition"], changed["position"]) == (7, "not_closed", 2)
    assert changed["targets"] == first["targets"]

    assert (await ana.delete(f"{path}/rules/{policy['rules'][0]['id']}")).status_code == 204
    assert delays(await ana.has(path)) == [20, 7, 30]
    assert [rule["delay_seconds"] for rule in (await ana.has(f"{path}/rules"))["items"]] == [20, 7, 30]


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50)), min_size=1, max_size=5))
async def test_rules_are_moved_like_the_lines_of_a_list(moves: list[tuple[int, int]], ana: Person) -> None:
    policy = await ladder_of(ana, 0, 1, 2, 3, name=f"P{secrets.token_hex(4)}")
    expected = [rule["id"] for rule in policy["rules"]]
    for which, to in moves:
        rule_id = expected.pop(which)
        expected.insert(to, rule_id)
        moved = await ana.patch(f"/escalation-policies/{policy['id']}/rules/{rule_id}", position=to)
        assert moved.json()["position"] == expected.index(rule_id)
    found = await ana.has(f"/escalation-policies/{policy['id']}")
    assert [rule["id"] for rule in found["rules"]] == expected
    delays(found)


async def test_targets_come_and_go_and_stand_once_in_a_level(ana: Person, bo: Person) -> None:
    policy = await ladder_of(ana, 0)
    rule = policy["rules"][0]
    targets = f"/escalation-policies/{policy['id']}/rules/{rule['id']}/targets"
    added = await ana.makes(targets, **user(bo))
    assert (added["type"], added["name"], added["user_id"], added["team_id"]) == ("user", "Bo", str(bo.id), None)
    twice = await ana.post(targets, **user(bo))
    assert (twice.status_code, twice.json()["errors"][0]["field"]) == (409, "targets")
    squad = await ana.makes("/teams", name="Squad")
    await ana.makes(targets, **team(squad))
    names = [
        target["name"] for target in (await ana.has(f"/escalation-policies/{policy['id']}"))["rules"][0]["targets"]
    ]
    assert names == ["Ana", "Bo", "Squad"]
    assert (await ana.delete(f"{targets}/{added['id']}")).status_code == 204
    assert (await ana.delete(f"{targets}/{added['id']}")).status_code == 404
    changed = await ana.has(f"/escalation-policies/{policy['id']}")
    assert [target["name"] for target in changed["rules"][0]["targets"]] == ["Ana", "Squad"]
    assert changed["version"] == policy["version"] + 3


NO_TARGETS: list[Json] = [
    {},
    {"type": "user"},
    {"type": "schedule", "user_id": NOWHERE},
    {"type": "schedule", "schedule_id": NOWHERE},
    {"type": "schedule", "schedule_id": NOWHERE, "team_id": NOWHERE},
    {"type": "user", "user_id": NOWHERE, "schedule_id": NOWHERE},
    {"type": "rotation", "schedule_id": NOWHERE},
    {"type": "user", "team_id": NOWHERE},
    {"type": "team", "user_id": NOWHERE, "team_id": NOWHERE},
    {"type": "user", "user_id": NOWHERE},
    {"type": "team", "team_id": NOWHERE},
]


async def test_a_target_is_one_user_team_or_schedule_that_is_there(ana: Person) -> None:
    policy = await ladder_of(ana, 0)
    path = f"/escalation-policies/{policy['id']}"
    for target in NO_TARGETS:
        for answer in (
            await ana.post("/escalation-policies", name="Another", rules=[level(0, target)]),
            await ana.patch(path, rules=[level(0, target)]),
            await ana.post(f"{path}/rules/{policy['rules'][0]['id']}/targets", **target),
        ):
            assert answer.status_code == 422, target
            assert answer.json()["errors"]
    assert await ana.has(path) == policy
    assert (await ana.has("/escalation-policies"))["total"] == 1


async def test_a_schedule_that_a_policy_targets_is_not_deleted(ana: Person, eve: Person) -> None:
    nights = await ana.makes("/schedules", name="Nights", time_zone="UTC")
    target = {"type": "schedule", "schedule_id": nights["id"]}
    policy = await ana.makes("/escalation-policies", name="Database", rules=[level(0, target)])
    shown = policy["rules"][0]["targets"][0]
    assert (shown["type"], shown["name"], shown["schedule_id"]) == ("schedule", "Nights", nights["id"])
    refused = await ana.delete(f"/schedules/{nights['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "schedule_in_use")
    targets = f"/escalation-policies/{policy['id']}/rules/{policy['rules'][0]['id']}/targets"
    assert (await ana.post(targets, **target)).json()["errors"][0]["field"] == "targets", "it stands there already"
    foreign = await eve.post("/escalation-policies", name="Hers", rules=[level(0, target)])
    assert (foreign.status_code, foreign.json()["errors"][0]["field"]) == (422, "schedule_id")
    await ana.patch(f"/escalation-policies/{policy['id']}", rules=[])
    assert (await ana.delete(f"/schedules/{nights['id']}")).status_code == 204


async def test_somebody_who_was_removed_is_no_target(ana: Person, bo: Person, pulsar: Pulsar) -> None:
    async with pulsar.db.in_org(ana.org_id) as tx:
        await tx.execute(update(Membership).where(Membership.user_id == bo.id).values(active=False))
    assert (await ana.post("/escalation-policies", name="P", rules=[level(0, bo)])).status_code == 422


BAD_FIELDS: list[tuple[str, Any]] = [
    ("name", ""),
    ("name", "x" * 101),
    ("name", None),
    ("repeat_count", -1),
    ("repeat_count", 101),
    ("repeat_delay_seconds", 7 * 24 * 3600 + 1),
    ("rules", [level(-1)]),
    ("rules", [level(0)] * 51),
    ("rules", [level(0, condition="not_asleep")]),
    ("ladder", {}),
]


async def test_what_does_not_fit_is_named(ana: Person) -> None:
    policy = await ladder_of(ana)
    for field, value in BAD_FIELDS:
        for answer in (
            await ana.post("/escalation-policies", **{"name": "Another", field: value}),
            await ana.patch(f"/escalation-policies/{policy['id']}", **{field: value}),
        ):
            assert answer.status_code == 422, (field, value)
            assert {error["field"].split(".")[0] for error in answer.json()["errors"]} == {field}


async def test_a_ladder_grows_no_longer_by_pieces_than_it_may_be_in_one(ana: Person) -> None:
    policy = await ladder_of(ana, *range(50))
    refused = await ana.post(f"/escalation-policies/{policy['id']}/rules", delay_seconds=1)
    assert refused.status_code == 422
    assert len((await ana.has(f"/escalation-policies/{policy['id']}"))["rules"]) == 50


async def test_there_is_one_default_and_the_newest_takes_it_over(ana: Person) -> None:
    first = await ladder_of(ana, 0, name="First", is_default=True)
    second = await ladder_of(ana, 0, name="Second", is_default=True)

    async def defaults() -> list[str]:
        return [p["name"] for p in (await ana.has("/escalation-policies"))["items"] if p["is_default"]]

    assert await defaults() == ["Second"]
    assert (await ana.patch(f"/escalation-policies/{first['id']}", is_default=True)).status_code == 200
    assert await defaults() == ["First"]
    assert (await ana.patch(f"/escalation-policies/{first['id']}", is_default=False)).status_code == 200
    assert await defaults() == []
    await ana.patch(f"/escalation-policies/{second['id']}", is_default=True)
    assert (await ana.delete(f"/escalation-policies/{second['id']}")).status_code == 204


async def test_a_policy_that_somebody_follows_is_not_deleted(ana: Person) -> None:
    policy = await ladder_of(ana, 600)
    path = f"/escalation-policies/{policy['id']}"
    squad = await ana.makes("/teams", name="Squad", escalation_policy_id=policy["id"])
    token = await ana.makes("/webhooks/incoming", name="Nagios", escalation_policy_id=policy["id"])
    alert = await ana.makes("/alerts", message="Disk full", escalation_policy_id=policy["id"])

    async def refused() -> bool:
        answer = await ana.delete(path)
        return (answer.status_code, answer.json()["code"]) == (409, "policy_in_use")

    assert await refused()
    await ana.makes(f"/alerts/{alert['id']}/close")
    assert await refused()
    await ana.patch(f"/teams/{squad['id']}", escalation_policy_id=None)
    assert await refused()
    await ana.patch(f"/webhooks/incoming/{token['id']}", escalation_policy_id=None)
    assert (await ana.delete(path)).status_code == 204
    assert (await ana.get(path)).status_code == 404


async def test_a_name_is_given_once_in_an_organization_however_it_is_written(ana: Person, eve: Person) -> None:
    await ladder_of(ana, 0)
    other = await ladder_of(ana, 0, name="Network")
    for answer in (
        await ana.post("/escalation-policies", name="DATABASE"),
        await ana.patch(f"/escalation-policies/{other['id']}", name="database"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
        assert [error["field"] for error in answer.json()["errors"]] == ["name"]
    await ladder_of(eve, 0)


async def test_policies_are_found_by_name_and_by_whom_they_page(ana: Person, bo: Person, eve: Person) -> None:
    squad = await ana.makes("/teams", name="Squad")
    nights = await ana.makes("/schedules", name="Nights", time_zone="UTC")
    on_call = {"type": "schedule", "schedule_id": nights["id"]}
    await ana.makes("/escalation-policies", name="Database, by day", rules=[level(0, team(squad)), level(60, ana)])
    await ana.makes("/escalation-policies", name="Database, at night", rules=[level(0, on_call), level(60, ana)])

    async def found(person: Person = ana, **params: str) -> list[str]:
        return [one["name"] for one in (await person.has("/escalation-policies", **params))["items"]]

    assert await found(search="night data") == ["Database, at night"]
    assert await found(team_id=squad["id"]) == ["Database, by day"]
    assert await found(schedule_id=nights["id"]) == ["Database, at night"]
    assert await found(user_id=str(ana.id)) == ["Database, by day", "Database, at night"]
    assert await found(user_id=str(ana.id), team_id=squad["id"]) == ["Database, by day"], "both are wanted"
    assert await found(user_id=str(bo.id)) == await found(search="%") == []
    assert await found(eve, team_id=squad["id"]) == []
