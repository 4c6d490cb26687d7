"""What an organization sets up for its incidents: fields of its own, and templates that prefill, list and call."""

import asyncio

from tests.domain.test_incidents import incident, kinds
from tests.ladders import ladder, level, mail_channel, team_of
from tests.world import NOWHERE, Engine, Mailbox, Person


async def test_an_organization_has_fields_of_its_own(ana: Person, eve: Person) -> None:
    customer, region = [await ana.makes("/incident-fields", name=name) for name in ("Customer", "Region")]
    theirs = await eve.makes("/incident-fields", name="Customer")
    made = await incident(ana, fields={customer["id"]: "ACME <b>"})
    path = f"/incidents/{made['id']}"
    assert [(one["name"], one["value"]) for one in made["fields"]] == [("Customer", "ACME <b>"), ("Region", None)]
    changed = (await ana.patch(path, fields={region["id"]: "EU"})).json()
    assert [one["value"] for one in changed["fields"]] == ["ACME <b>", "EU"], "what is not named stays"
    cleared = (await ana.patch(path, fields={customer["id"]: None, region["id"]: "EU"})).json()
    assert [one["value"] for one in cleared["fields"]] == [None, "EU"]
    lines = [entry for entry in (await ana.has(path))["timeline"] if entry["kind"] == "updated"]
    assert [line["data"]["changes"]["fields"]["after"] for line in lines] == [
        {"Customer": "ACME <b>", "Region": "EU"},
        {"Region": "EU"},
    ]
    for wrong in ({theirs["id"]: "x"}, {NOWHERE: "x"}, {"x": "x"}, {region["id"]: "x" * 5001}, {region["id"]: 7}):
        assert (await ana.patch(path, fields=wrong)).status_code == 422, wrong
    assert (await ana.delete(f"/incident-fields/{region['id']}")).status_code == 204
    assert [one["name"] for one in (await ana.has(path))["fields"]] == ["Customer"]
    assert (await eve.patch(f"/incident-fields/{customer['id']}", name="Mine")).status_code == 404


async def test_two_fields_have_no_name_in_common_and_only_admins_set_them_up(
    ana: Person, bo: Person, vic: Person
) -> None:
    made = await asyncio.gather(*(who.post("/incident-fields", name="Customer") for who in (ana, bo)))
    assert sorted(answer.status_code for answer in made) == [201, 409]
    field = (await ana.has("/incident-fields"))["items"][0]
    other = await ana.makes("/incident-fields", name="Region")
    path = f"/incident-fields/{other['id']}"
    assert (await ana.patch(path, name="CUSTOMER")).json()["code"] == "name_taken"
    assert (await ana.patch(path, name="Zone", version=1)).json()["version"] == 2
    assert (await bo.patch(path, name="Place", version=1)).json()["code"] == "stale_version"
    assert (await vic.post("/incident-fields", name="No")).status_code == 403
    assert field["name"] == "Customer"


async def test_a_template_prefills_lists_and_calls(ana: Person, bo: Person, mail: Mailbox, engine: Engine) -> None:
    await mail_channel(ana, mail)
    team = await team_of(ana)
    calls = [{"type": "user", "id": str(bo.id)}]
    template = await ana.makes(
        "/incident-templates",
        name="Database is down",
        title="Database",
        description="Read the runbook",
        severity="critical",
        priority="P1",
        team_id=team["id"],
        tasks=["Fail over", "Tell support"],
        calls=calls,
    )
    assert template["calls"] == [{"type": "user", "id": str(bo.id), "name": "Bo"}]
    made = await incident(ana, "Orders are lost", template_id=template["id"], priority="P2")
    assert (made["title"], made["description"], made["severity"], made["priority"]) == (
        "Orders are lost",
        "Read the runbook",
        "critical",
        "P2",
    )
    assert made["team"]["name"] == "Database"
    found = await ana.has(f"/incidents/{made['id']}")
    assert [task["title"] for task in found["tasks"]] == ["Fail over", "Tell support"]
    assert [one["user"]["name"] for one in found["responders"]] == ["Bo"]
    await engine.settle()
    assert list(mail.recipients()) == [bo.email]
    untitled = await ana.makes("/incidents", template_id=template["id"])
    assert untitled["title"] == "Database"


async def test_an_alert_and_a_template_together(ana: Person) -> None:
    template = await ana.makes("/incident-templates", name="Security", severity="critical", tasks=["Call the lawyers"])
    alert = await ana.makes("/alerts", message="Strange login", priority="P4")
    made = await ana.makes(f"/alerts/{alert['id']}/incidents", template_id=template["id"])
    assert (made["title"], made["severity"], made["alert_count"]) == ("Strange login", "critical", 1)
    assert len((await ana.has(f"/incidents/{made['id']}/tasks"))["items"]) == 1


async def test_an_incident_is_declared_also_when_whom_the_template_calls_is_gone(ana: Person, bo: Person) -> None:
    team = await team_of(ana)
    policy = await ladder(ana, level(0, bo), is_default=False)
    calls = [{"type": "team", "id": team["id"]}, {"type": "policy", "id": policy["id"]}]
    template = await ana.makes("/incident-templates", name="Outage", team_id=team["id"], calls=calls)
    assert (await ana.delete(f"/teams/{team['id']}")).status_code == 204
    shown = await ana.has(f"/incident-templates/{template['id']}")
    assert (shown["team"], [call["name"] for call in shown["calls"]]) == (None, ["", "Everything"])
    made = await ana.makes("/incidents", template_id=template["id"])
    assert made["title"] == "Outage"
    found = kinds(await ana.has(f"/incidents/{made['id']}"))
    assert found[:3] == ["created", "not_paged", "paged"]


async def test_templates_that_do_not_fit(ana: Person, bo: Person, eve: Person, vic: Person) -> None:
    foreign = await team_of(eve)
    for body, field in (
        ({"name": ""}, "name"),
        ({"name": "x", "severity": "awful"}, "severity"),
        ({"name": "x", "team_id": foreign["id"]}, "team_id"),
        ({"name": "x", "calls": [{"type": "team", "id": foreign["id"]}]}, "calls"),
        ({"name": "x", "calls": [{"type": "user", "id": str(eve.id)}]}, "calls"),
        ({"name": "x", "calls": [{"type": "policy", "id": NOWHERE}]}, "calls"),
        ({"name": "x", "tasks": [""]}, "tasks.0"),
    ):
        answer = await ana.post("/incident-templates", **body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), answer.text
    template = await ana.makes("/incident-templates", name="Outage")
    path = f"/incident-templates/{template['id']}"
    assert (await ana.post("/incident-templates", name="OUTAGE")).json()["code"] == "name_taken"
    assert (await ana.patch(path, tasks=["Look"], version=1)).json()["tasks"] == ["Look"]
    stale = await bo.patch(path, tasks=["Else"], version=1)
    assert (stale.json()["code"], stale.json()["current"]["tasks"]) == ("stale_version", ["Look"])
    assert (await vic.post("/incident-templates", name="No")).status_code == 403
    assert (await vic.get(path)).status_code == 200
    theirs = await eve.post("/incidents", template_id=template["id"])
    assert (theirs.status_code, theirs.json()["errors"][0]["field"]) == (422, "template_id")
    neither = await ana.post("/incidents")
    assert (neither.status_code, neither.json()["errors"][0]["field"]) == (422, "title")
    assert (await ana.delete(path)).status_code == 204
    assert (await ana.has("/incident-templates"))["total"] == 0
