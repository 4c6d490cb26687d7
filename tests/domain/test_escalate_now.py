"""Not waiting for the ladder: the next level now, or another policy; and who is asked when it reaches nobody."""

import asyncio

import pytest
from sqlalchemy import text

from pulsar.base.http import Pulsar
from pulsar.engine.audit import audit
from tests.ladders import (
    activity,
    alert_of,
    happened,
    integration,
    ladder,
    level,
    mail_channel,
    outlook,
    team,
    team_of,
)
from tests.world import Engine, Mailbox, People, Person


async def test_the_next_level_comes_now_and_once_and_the_activity_says_who_asked(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(600, bo), level(600, vic))
    alert = (await ana.makes("/alerts", message="Disk full"))["id"]
    await engine.settle()
    await bo.makes(f"/alerts/{alert}/escalate")
    await engine.settle()
    assert [m.to for m in mail.mails] == [ana.email, bo.email]
    asked = next(event for event in await activity(ana, alert) if event["type"] == "escalation.escalated")
    assert (asked["actor"]["name"], asked["data"]["level"]) == ("Bo", 1)
    # The level after it waits its delay from now, and the job of the one that was not waited for does nothing.
    await engine.advance(minutes=11)
    assert [m.to for m in mail.mails] == [ana.email, bo.email, vic.email]


async def test_two_who_press_at_once_go_up_two_levels_and_nobody_is_paged_twice(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(600, bo), level(600, vic))
    alert = (await ana.makes("/alerts", message="Disk full"))["id"]
    await engine.settle()
    answers = await asyncio.gather(*(who.post(f"/alerts/{alert}/escalate") for who in (ana, bo, ana)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 409]
    await engine.settle()
    assert sorted(mail.recipients()) == sorted([ana.email, bo.email, vic.email])


@pytest.mark.parametrize("verb", ["acknowledge", "close"])
async def test_where_somebody_has_taken_it_there_is_nothing_to_escalate(ana: Person, engine: Engine, verb: str) -> None:
    policy = await ladder(ana, level(0, ana), level(600, ana))
    alert = (await ana.makes("/alerts", message="Disk full"))["id"]
    await ana.makes(f"/alerts/{alert}/{verb}")
    for body in ({}, {"policy_id": policy["id"]}):
        refused = await ana.post(f"/alerts/{alert}/escalate", **body)
        assert (refused.status_code, refused.json()["code"]) == (409, "alert_state_conflict")
        assert refused.json()["current"]["id"] == alert


async def test_at_the_end_of_the_ladder_only_another_policy_helps(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    other = await ladder(ana, level(0, bo), name="Bosses", is_default=False)
    alert = (await ana.makes("/alerts", message="Disk full"))["id"]
    await engine.settle()
    refused = await ana.post(f"/alerts/{alert}/escalate")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_escalate")
    assert (await vic.post(f"/alerts/{alert}/escalate", policy_id=other["id"])).status_code == 403
    answered = await ana.makes(f"/alerts/{alert}/escalate", policy_id=other["id"])
    assert answered["escalation_policy_id"] == other["id"]
    await engine.settle()
    assert [m.to for m in mail.mails] == [ana.email, bo.email]
    begun = [event["data"] for event in await activity(ana, alert) if event["type"] == "escalation.started"]
    assert begun == [{"policy": "Bosses", "reason": "escalated by Ana", "policy_from": "hand"}]


async def test_a_policy_of_somewhere_else_is_refused_by_its_field(ana: Person, eve: Person) -> None:
    elsewhere = await ladder(eve, level(0, eve))
    alert = (await ana.makes("/alerts", message="Disk full"))["id"]
    refused = await ana.post(f"/alerts/{alert}/escalate", policy_id=elsewhere["id"])
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "policy_id")


async def test_a_run_says_that_its_policy_was_edited_and_begins_again_with_it_on_request(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    policy = await ladder(ana, level(0, ana), level(600, ana))
    alert = (await ana.makes("/alerts", message="Disk full"))["id"]
    await engine.settle()
    await ana.patch(f"/escalation-policies/{policy['id']}", description="Words alone change nothing")
    assert not (await outlook(ana, alert))["edited_since"]
    await ana.patch(f"/escalation-policies/{policy['id']}", rules=[level(0, bo)])
    assert (await outlook(ana, alert))["edited_since"]
    await ana.makes(f"/alerts/{alert}/escalate", policy_id=policy["id"])
    await engine.settle()
    assert [m.to for m in mail.mails] == [ana.email, bo.email]
    assert not (await outlook(ana, alert))["edited_since"]
    assert (await alert_of(ana, alert))["escalation_policy_id"] is None


async def test_the_team_of_the_alert_comes_before_the_owners_and_admins(
    ana: Person, bo: Person, people: People, engine: Engine, mail: Mailbox
) -> None:
    """R13."""
    await mail_channel(ana, mail)
    mia = await people.colleague(ana, "Mia", "member")
    database = await team_of(ana, mia)
    nobody = await team_of(ana, name="Nobody")
    await ladder(ana, level(0, team(nobody)))
    alert = (await ana.makes("/alerts", message="Disk full", assigned_to_team_id=database["id"]))["id"]
    await engine.settle()
    assert [m.to for m in mail.mails] == [mia.email]
    fell = next(event["data"] for event in await activity(ana, alert) if event["type"] == "escalation.fallback")
    assert (fell["to"], fell["people"]) == ("team", ["Mia"])
    assert (await outlook(ana, alert))["fault"] == "No level of the policy reached anybody."


async def test_the_team_of_the_integration_counts_and_one_that_it_is_assigned_to_later_too(
    ana: Person, bo: Person, people: People, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    mia = await people.colleague(ana, "Mia", "member")
    database = await team_of(ana, mia)
    web = await team_of(ana, bo, name="Web")
    nobody = await team_of(ana, name="Nobody")
    await ladder(ana, level(60, team(nobody)))
    nagios = await integration(ana, team_id=database["id"])
    await nagios.tells(message="One")
    await engine.advance(seconds=61)
    assert [m.to for m in mail.mails] == [mia.email]
    await nagios.tells(message="Two")
    two = (await ana.has("/alerts"))["items"][0]["id"]
    await ana.makes(f"/alerts/{two}/assign", team_id=web["id"])
    await engine.advance(seconds=61)
    assert [m.to for m in mail.mails] == [mia.email, bo.email]


async def test_a_team_that_cannot_be_reached_either_leaves_it_to_the_owners_and_admins(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    empty = await team_of(ana)
    await ladder(ana, level(0))
    alert = (await ana.makes("/alerts", message="Disk full", assigned_to_team_id=empty["id"]))["id"]
    await engine.settle()
    assert sorted(mail.recipients()) == sorted([ana.email, bo.email])
    fell = next(event["data"] for event in await activity(ana, alert) if event["type"] == "escalation.fallback")
    assert fell["to"] == "admins"


async def test_the_auditor_pages_for_an_open_alert_that_nobody_is_paged_for(
    ana: Person, engine: Engine, mail: Mailbox, pulsar: Pulsar
) -> None:
    """R14, F5: whatever took the escalation away or left it without a next step."""
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    faults = (
        "DELETE FROM escalations",
        "UPDATE escalations SET next_at = NULL",
        "UPDATE escalations SET status = 'stopped', next_at = NULL",
    )
    for number, fault in enumerate(faults, 1):
        alert = (await ana.makes("/alerts", message=f"m{number}", priority="P1"))["id"]
        await engine.lose_jobs()
        async with pulsar.db.in_org(ana.org_id) as tx:
            await tx.execute(text(f"{fault} WHERE subject_id = :id"), {"id": alert})
        await audit(pulsar.db)
        assert await engine.waiting() == [], "what is younger than a moment may just be on its way"
        await engine.stand_still(seconds=10)
        for _ in range(2):
            await audit(pulsar.db)
        await engine.settle()
        assert len(mail.mails) == number
        assert "escalation.started" in await happened(ana, alert)
    await audit(pulsar.db)
    assert await engine.waiting() == []
