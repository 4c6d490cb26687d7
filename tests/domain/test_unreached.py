"""Whoever nothing reaches, and whatever reached nobody, is shown as a problem: before the next alert, and after one."""

import httpx

from tests.domain import crowd
from tests.domain.phoning import channel as sms_channel
from tests.domain.phoning import verified
from tests.domain.test_health import metrics
from tests.domain.test_setup_problems import kinds, problems
from tests.ladders import ladder, level, mail_channel, read, team, team_of
from tests.receiver import Receiver
from tests.world import Engine, Mailbox, Person


async def messages(of: Person) -> list[str]:
    return [problem["message"] for problem in (await read(of, "/problems"))["items"]]


async def test_a_policy_that_reached_nobody_is_named_until_a_day_later_and_counted(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, http: httpx.AsyncClient
) -> None:
    await mail_channel(ana, mail)
    before = (await metrics(http))["pulsar_escalations_fell_back_last_hour"]
    nobody = await team_of(ana, name="Nobody")
    policy = await ladder(ana, level(0, team(nobody)))
    for n in range(2):
        await ana.makes("/alerts", message=f"m{n}")
    await engine.settle()
    found = next(p for p in await problems(ana) if p["kind"] == "fell_back")
    assert (found["severity"], found["subject"]["id"]) == ("critical", policy["id"])
    assert found["message"].startswith("Everything reached nobody for 2 alerts, the latest #2, in the last 24 hours")
    assert (await metrics(http))["pulsar_escalations_fell_back_last_hour"] == before + 2
    await engine.advance(hours=2)
    assert (await metrics(http))["pulsar_escalations_fell_back_last_hour"] == 0
    await engine.advance(hours=23)
    assert not [said for said in await messages(ana) if "reached nobody" in said]


async def test_without_any_policy_it_is_said_so(ana: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    await ana.makes("/alerts", message="Disk full")
    await engine.settle()
    found = next(p for p in await problems(ana) if p["kind"] == "fell_back")
    assert found["subject"] is None
    assert found["message"].startswith("There was no policy that reached anybody for #1, in the last 24 hours")


async def test_who_switched_off_the_only_channel_is_named(ana: Person, bo: Person, eve: Person, mail: Mailbox) -> None:
    channel = await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    assert await kinds(ana) == []
    await bo.makes("/notifications/preferences", channel_id=channel["id"], enabled=False)
    (found,) = await problems(ana)
    assert (found["kind"], found["severity"], found["user"]["id"]) == ("unreachable_member", "warning", str(bo.id))
    assert found["message"] == "No channel reaches Bo."
    assert "unreachable_member" not in await kinds(eve)
    await ana.patch(f"/users/{bo.id}", active=False)
    assert await kinds(ana) == []


async def test_who_has_no_number_is_named_where_there_are_only_texts(
    ana: Person, bo: Person, vic: Person, receiver: Receiver
) -> None:
    """A viewer is, as soon as a policy counts on them."""
    await sms_channel(ana, receiver)
    await verified(ana, receiver)
    await ladder(ana, level(0, ana))
    assert await messages(ana) == ["No channel reaches Bo."]
    await ladder(ana, level(0, ana, vic), name="Other", is_default=False)
    assert await messages(ana) == ["No channel reaches Bo.", "No channel reaches Vic."]


async def test_while_a_channel_does_not_work_it_says_whom_nothing_else_reaches(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, http: httpx.AsyncClient
) -> None:
    """F27: nothing else works, so nobody can be told. It is on the screen and in the metrics."""
    broken = "pulsar_channels_broken"
    before = (await metrics(http))[broken]
    await mail_channel(ana, mail, bundle_seconds=0)
    await ladder(ana, level(0, ana))
    mail.refuse_with = "451 busy"
    for n in range(6):
        await ana.makes("/alerts", message=f"m{n}")
    await engine.settle()
    assert await messages(ana) == [
        "E-mail does not work: 451 busy",
        "While E-mail does not work, nothing reaches Ana and Bo.",
    ]
    assert (await metrics(http))[broken] == before + 1


async def test_of_a_thousand_whom_nothing_reaches_twenty_are_named(ana: Person, mail: Mailbox, engine: Engine) -> None:
    channel = await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    await crowd.come(engine, 1000)
    await crowd.switch_off(engine, channel["id"])
    said = await messages(ana)
    assert len(said) == 21
    assert said[0].startswith("No channel reaches M")
    assert said[-1] == "No channel reaches 980 more members."
