"""Nobody acknowledges, so the boss is called: what a ladder does through a whole night, and who learns why."""

from datetime import datetime, timedelta
from itertools import pairwise

from tests.ladders import (
    Json,
    activity,
    alert_of,
    happened,
    ladder,
    level,
    mail_channel,
    outlook,
    read,
    renewed,
    team_of,
)
from tests.schedules import rotation, schedule
from tests.stories.phones import told
from tests.world import Engine, Mailbox, People, Person


async def test_nobody_acknowledges_so_the_boss_is_called_and_the_morning_knows_why(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    """F34: every step, also the one that found nobody, stands where people look."""
    await mail_channel(ana, mail)
    nights = await schedule(ana, rotation(ana), name="Nights")
    database = await team_of(ana, vic)
    await ana.patch(f"/teams/{database['id']}/members/{vic.id}", role="lead")
    await ladder(
        ana,
        level(0, {"type": "schedule", "schedule_id": nights["id"]}),
        level(300, {"type": "team_leads", "team_id": database["id"]}),
        level(600, bo),
    )
    alert = await ana.makes("/alerts", message="Disk full", priority="P1")
    await engine.advance(minutes=20)
    assert told(mail, ana, bo, vic) == [(name, "[P1] #1 Disk full") for name in ("Ana", "Vic", "Bo")]
    await (await renewed(bo)).makes(f"/alerts/{alert['id']}/acknowledge")
    await engine.advance(hours=1)
    assert len([m for m in mail.mails if m.subject == "[P1] #1 Disk full"]) == 3
    why = await read(bo, f"/alerts/{alert['id']}/explain", user="me")
    assert why["answer"].startswith("Yes. Bo was paged once")
    levels = [line["text"] for line in why["lines"] if line["kind"] == "level"]
    assert levels == [
        "Level 1 paged Ana (on call in Nights by the rotation First line).",
        "Level 2 paged Vic (a lead of the team Database).",
        "Level 3 paged Bo (named in this level).",
    ]


async def test_no_level_comes_before_its_delay_however_the_engine_is_woken(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    """F4."""
    await mail_channel(ana, mail)
    delays = (0, 120, 45, 600)
    await ladder(ana, *(level(delay, who) for delay, who in zip(delays, (ana, bo, ana, bo), strict=True)))
    alert = await ana.makes("/alerts", message="Disk full")
    for _ in range(40):
        await engine.advance(seconds=20)
        await engine.sweep()
    fired = [event for event in await activity(ana, alert["id"]) if event["type"] == "escalation.level_fired"]
    times = [datetime.fromisoformat(event["at"]) for event in fired]
    assert len(times) == 4
    for (one, other), delay in zip(pairwise(times), delays[1:], strict=True):
        assert timedelta(seconds=delay - 1) <= other - one <= timedelta(seconds=delay + 1)


async def test_a_step_a_day_away_comes_once_though_its_job_is_asked_for_again_and_again(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    """F19."""
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(86_400, bo))
    alert = await ana.makes("/alerts", message="Disk full")
    await engine.settle()
    for _ in range(4):
        await engine.lose_jobs()
        await engine.stand_still(hours=6, seconds=3)
        for _ in range(3):
            await engine.sweep()
    await engine.settle()
    assert [m.to for m in mail.mails] == [ana.email, bo.email]
    assert (await happened(await renewed(ana), alert["id"])).count("escalation.level_fired") == 2


async def test_five_on_call_at_once_are_one_step_and_five_messages(
    ana: Person, bo: Person, vic: Person, people: People, engine: Engine, mail: Mailbox
) -> None:
    """F23."""
    await mail_channel(ana, mail)
    mia, kim = [await people.colleague(ana, name, "member") for name in ("Mia", "Kim")]
    everybody = (ana, bo, vic, mia, kim)
    nights = await schedule(ana, *(rotation(who, name=who.name) for who in everybody))
    await ladder(ana, level(0, {"type": "schedule", "schedule_id": nights["id"]}))
    alert = await ana.makes("/alerts", message="Disk full")
    await engine.settle()
    assert sorted(mail.recipients()) == sorted(who.email for who in everybody)
    assert (await happened(ana, alert["id"])).count("escalation.level_fired") == 1


async def test_after_half_an_hour_without_workers_only_what_is_still_open_pages_and_once(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    """F30, F24, R6, R7: no alert that was taken or closed meanwhile, and no burst of all the levels at once."""
    await mail_channel(ana, mail)
    await ladder(ana, level(300, ana), level(300, bo), level(300, vic))
    alerts = [(await ana.makes("/alerts", message=f"m{number}", priority="P1"))["id"] for number in range(3)]
    await engine.stand_still(minutes=10)
    await ana.makes(f"/alerts/{alerts[0]}/acknowledge")
    await ana.makes(f"/alerts/{alerts[1]}/close")
    await engine.lose_jobs()
    await engine.stand_still(minutes=20)
    await engine.sweep()
    await engine.settle()
    pages = [(m.to, m.subject) for m in mail.mails if m.subject.startswith("[P1]")]
    assert pages == [(ana.email, "[P1] #3 m2")]
    await engine.advance(minutes=5)
    assert (bo.email, "[P1] #3 m2") in [(m.to, m.subject) for m in mail.mails]
    assert (await outlook(await renewed(ana), alerts[2]))["status"] == "running"


async def test_acknowledged_at_night_and_forgotten_it_wakes_again_and_is_closed_when_nobody_is_left(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    """F1: what waits is not lost, and comes at its time."""
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(300, bo), ack_timeout_seconds=3600, close_after_seconds=1800)
    alert: Json = await ana.makes("/alerts", message="Disk full")
    await engine.settle()
    await ana.makes(f"/alerts/{alert['id']}/acknowledge")
    await engine.advance(minutes=61)
    assert (await alert_of(await renewed(ana), alert["id"]))["status"] == "open"
    await engine.advance(minutes=40)
    closed = await alert_of(await renewed(ana), alert["id"])
    assert closed["status"] == "closed"
    happened_ = await happened(ana, alert["id"])
    assert happened_.count("escalation.level_fired") == 3
