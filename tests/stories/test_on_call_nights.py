"""Nights with a schedule: whoever is on call when the page goes out gets it, and nobody else."""

from datetime import timedelta

from pulsar.base.http import Pulsar
from tests.ladders import Json, alert_of, happened, ladder, level, mail_channel, outlook, renewed
from tests.schedules import leaves, override, path_of, rotation, schedule, signed_in_again, stand_at, wall
from tests.stories.phones import told
from tests.world import Engine, Mailbox, People, Person


def nights(found: Json) -> Json:
    return {"type": "schedule", "schedule_id": found["id"]}


async def test_whoever_is_on_call_when_the_level_fires_is_paged(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    found = await schedule(ana, rotation(bo))
    await ladder(ana, level(0, nights(found)), level(600, nights(found)))
    alert = await ana.makes("/alerts", message="Disk full")
    planned = (await outlook(ana, alert["id"]))["levels"]
    assert [(one["targets"][0]["type"], one["targets"][0]["name"]) for one in planned] == [("schedule", "Database")] * 2
    assert [one["people"] for one in planned] == [["Bo"]] * 2
    await engine.advance(minutes=11)
    assert told(mail, ana, bo) == [("Bo", "[P3] #1 Disk full")] * 2


async def test_the_second_page_goes_to_who_has_taken_over_meanwhile(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    now = engine.clock.now()
    # Hands over five minutes from now.
    turn = (now + timedelta(minutes=5)).replace(second=0, microsecond=0)
    fields = {"rotation_type": "daily", "handoff_time": turn.strftime("%H:%M")}
    start = (turn - timedelta(days=1)).date().isoformat()
    found = await schedule(ana, rotation(ana, bo, starts_on=start, **fields), time_zone="UTC")
    await ladder(ana, level(0, nights(found)), level(600, nights(found)))
    alert = await ana.makes("/alerts", message="Disk full")
    assert [one["people"] for one in (await outlook(ana, alert["id"]))["levels"]] == [["Ana"], ["Bo"]]
    await engine.advance(minutes=11)
    assert told(mail, ana, bo) == [
        ("Ana", "[P3] #1 Disk full"),
        ("Bo", "You are on call: Database"),
        ("Bo", "[P3] #1 Disk full"),
    ]


async def test_bo_takes_the_night_over_and_it_is_him_who_is_woken(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    """F12: an override counts for the page as it counts on every screen."""
    await mail_channel(ana, mail)
    found = await schedule(ana, rotation(ana))
    await ladder(ana, level(0, nights(found)))
    await override(bo, found, bo, engine.clock.now() + timedelta(hours=1), hours=8)
    await ana.makes("/alerts", message="Before")
    await engine.advance(hours=2)
    await (await renewed(ana)).makes("/alerts", message="During")
    await engine.advance(hours=8)
    await (await renewed(ana)).makes("/alerts", message="After")
    await engine.settle()
    assert told(mail, ana, bo) == [
        ("Ana", "[P3] #1 Before"),
        ("Bo", "You are on call: Database"),
        ("Bo", "[P3] #2 During"),
        ("Ana", "You are on call: Database"),
        ("Ana", "[P3] #3 After"),
    ]


async def test_an_empty_shift_is_never_silence(ana: Person, bo: Person, engine: Engine, mail: Mailbox) -> None:
    """F14: where nobody is on call the next level fires at once; with no other, the owners and admins are paged."""
    await mail_channel(ana, mail, bundle_seconds=0)
    empty = await schedule(ana, rotation(), name="Empty")
    await ladder(ana, level(0, nights(empty)), level(3600, bo))
    alert = await ana.makes("/alerts", message="Disk full")
    await engine.settle()
    assert told(mail, ana, bo) == [("Bo", "[P3] #1 Disk full")]
    assert "escalation.level_skipped" in await happened(ana, alert["id"])

    await ladder(ana, level(0, nights(empty)), name="Nobody")
    other = await ana.makes("/alerts", message="Link down")
    assert [one["people"] for one in (await outlook(ana, other["id"]))["levels"]] == [["Ana", "Bo"]]
    await engine.settle()
    assert sorted(told(mail, ana, bo)[1:]) == [("Ana", "[P3] #2 Link down"), ("Bo", "[P3] #2 Link down")]
    assert (await outlook(ana, other["id"]))["fault"]


async def test_who_has_left_is_not_paged_and_the_next_level_is(
    ana: Person, bo: Person, people: People, pulsar: Pulsar, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    mia = await people.colleague(ana, "Mia", "member")
    found = await schedule(ana, rotation(mia))
    await ladder(ana, level(0, nights(found)), level(3600, bo))
    await leaves(pulsar, mia, ana)
    await ana.makes("/alerts", message="Disk full")
    await engine.settle()
    assert told(mail, ana, bo, mia) == [("Bo", "[P3] #1 Disk full")]
    problems = (await ana.has(path_of(found)))["problems"]
    assert [(one["kind"], one["user"]["name"]) for one in problems] == [("inactive_participant", "Mia")]


async def test_everybody_who_is_on_call_in_the_schedule_is_paged_once(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    """A union of its rotations; who is on call twice, or named beside it, gets one message."""
    await mail_channel(ana, mail)
    found = await schedule(ana, rotation(ana), rotation(bo, name="Second"), rotation(ana, name="Third"))
    await ladder(ana, level(0, nights(found), ana))
    await ana.makes("/alerts", message="Disk full")
    await engine.settle()
    assert sorted(told(mail, ana, bo)) == [("Ana", "[P3] #1 Disk full"), ("Bo", "[P3] #1 Disk full")]


async def test_in_the_night_the_clocks_change_the_handoff_is_at_nine_all_the_same(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    """Berlin, 29 March 2026: the night has 23 hours, and the day's handoff stays at 09:00 on the wall."""
    await mail_channel(ana, mail)
    daily = rotation(ana, bo, starts_on="2026-03-27", rotation_type="daily")
    found = await schedule(ana, daily)
    await ladder(ana, level(0, nights(found)))
    stand_at(engine.clock, wall("2026-03-29 08:50"))
    alerts = []
    for message in ("Before", "After"):
        alerts.append(await (await signed_in_again(ana)).makes("/alerts", message=message))
        await engine.advance(minutes=15)
    assert told(mail, ana, bo) == [("Bo", "[P3] #1 Before"), ("Ana", "[P3] #2 After")]
    assert (await alert_of(ana, alerts[0]["id"]))["status"] == "open"
