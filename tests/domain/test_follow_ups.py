"""How it went is told to those who were told of it, and to nobody else; and it wakes nobody."""

from typing import Any

import pytest

from pulsar.engine.registry import HANDLERS
from pulsar.notify.channel import edits, registry, tells_how_it_went
from tests.domain.test_preferences import around, lives_in, wants
from tests.ladders import Json, integration, ladder, level, log_of, mail_channel
from tests.receiver import Receiver
from tests.stories.phones import told
from tests.world import Engine, Mailbox, Person


async def opened(person: Person, **fields: Any) -> str:
    alert = await person.makes("/alerts", **({"message": "Disk full", "priority": "P2"} | fields))
    return str(alert["id"])


async def follow_ups(person: Person, alert_id: str) -> list[Json]:
    return [line for line in await log_of(person, alert_id) if line["purpose"] == "follow_up"]


def test_only_channels_that_wake_nobody_tell_it_by_default() -> None:
    quiet = {slug for slug, channel in registry().items() if channel.reach == "personal" and tells_how_it_went(channel)}
    assert quiet == {"email", "web_push"}
    # Where a message can be changed, it shows itself how it went.
    rooms = [channel for channel in registry().values() if channel.reach == "room"]
    assert all(tells_how_it_went(channel) is not edits(channel) for channel in rooms)


async def test_who_was_told_hears_who_has_acknowledged_and_who_did_it_does_not(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana, bo), level(300, vic))
    alert = await opened(ana)
    await engine.settle()
    mail.mails.clear()
    await bo.makes(f"/alerts/{alert}/acknowledge")
    await engine.advance(hours=1)
    assert told(mail, ana, bo, vic) == [("Ana", "Acknowledged by Bo: [P2] #1 Disk full")]
    assert "/ack/" not in mail.mails[0].text
    assert f"/alerts/{alert}" in mail.mails[0].text


async def test_who_was_told_hears_that_it_was_closed_and_why(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, bo), level(300, ana))
    alert = await opened(ana)
    await engine.settle()
    await ana.makes(f"/alerts/{alert}/close", reason="Logs rotated")
    await engine.advance(hours=1)
    assert told(mail, ana, bo)[1:] == [("Bo", "Closed by Ana: [P2] #1 Disk full")]
    assert "Logs rotated" in mail.mails[1].text


async def test_what_the_monitoring_closes_is_told_to_all_who_were_told(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    """F18: a resolve is told, whatever happened to the process that took it."""
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana, bo))
    nagios = await integration(ana)
    await nagios.tells(message="Load", alias="load")
    await engine.settle()
    await nagios.tells(alias="load", action="close")
    await engine.settle()
    assert sorted(told(mail, ana, bo)[2:]) == [(name, "Closed by Nagios: [P3] #1 Load") for name in ("Ana", "Bo")]


async def test_what_resolves_before_anybody_was_told_is_told_to_nobody(
    ana: Person, engine: Engine, mail: Mailbox, receiver: Receiver
) -> None:
    await mail_channel(ana, mail)
    await ana.makes("/notifications/channels", **receiver.channel())
    await ladder(ana, level(60, ana))
    alert = await opened(ana)
    await engine.advance(seconds=30)
    await ana.makes(f"/alerts/{alert}/close")
    await engine.advance(hours=1)
    assert (mail.mails, receiver.received) == ([], [])


async def test_somebody_whose_page_was_held_back_hears_nothing_either(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await wants(ana, await mail_channel(ana, mail), min_priority="P1")
    await ladder(ana, level(0, ana, bo))
    alert = await opened(ana)
    await engine.settle()
    await bo.makes(f"/alerts/{alert}/acknowledge")
    await engine.settle()
    assert await follow_ups(ana, alert) == []


async def test_a_room_hears_of_both_ends(ana: Person, engine: Engine, receiver: Receiver) -> None:
    await ana.makes("/notifications/channels", **receiver.channel())
    await ladder(ana, level(0, ana))
    alert = await opened(ana)
    await engine.settle()
    await ana.makes(f"/alerts/{alert}/acknowledge")
    await engine.settle()
    await ana.makes(f"/alerts/{alert}/close", reason="Fixed")
    await engine.settle()
    kinds = [(got.json["kind"], got.json.get("ending"), got.json.get("by")) for got in receiver.received]
    assert kinds == [("page", None, None), ("follow_up", "acknowledged", "Ana"), ("follow_up", "closed", "Ana")]
    assert receiver.received[2].json["reason"] == "Fixed"
    assert receiver.received[2].json["alert_id"] == alert


async def test_nobody_is_woken_by_it_not_even_about_a_p1(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    channel = await mail_channel(ana, mail)
    await lives_in(ana)
    await wants(ana, channel, dnd=around(engine))
    await ladder(ana, level(0, ana, bo))
    alert = await opened(ana, priority="P1")
    await engine.settle()
    assert len(mail.to(ana)) == 1
    await bo.makes(f"/alerts/{alert}/acknowledge")
    await engine.advance(hours=5)
    assert len(mail.to(ana)) == 1
    (line,) = await follow_ups(ana, alert)
    assert (line["status"], line["held_back_by"]) == ("suppressed", "dnd")


async def test_a_follow_up_waits_on_no_rung(ana: Person, bo: Person, engine: Engine, mail: Mailbox) -> None:
    await wants(ana, await mail_channel(ana, mail), delay_seconds=60)
    await ladder(ana, level(0, ana, bo))
    alert = await opened(ana)
    await engine.advance(minutes=2)
    await bo.makes(f"/alerts/{alert}/acknowledge")
    await engine.settle()
    assert mail.to(ana)[1].subject == "Acknowledged by Bo: [P2] #1 Disk full"


async def test_the_owner_of_a_channel_switches_them_off(ana: Person, bo: Person, engine: Engine, mail: Mailbox) -> None:
    channel = await mail_channel(ana, mail)
    assert channel["follow_ups"] is True
    await ana.patch(f"/notifications/channels/{channel['id']}", follow_ups=False)
    await ladder(ana, level(0, ana, bo))
    alert = await opened(ana)
    await engine.settle()
    await bo.makes(f"/alerts/{alert}/acknowledge")
    await engine.settle()
    assert len(mail.mails) == 2


async def test_many_at_once_are_bundled_and_keep_no_page_waiting(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana, bo))
    alerts = [await opened(ana, message=f"m{n}") for n in range(4)]
    await engine.advance(minutes=2)
    mail.mails.clear()
    await bo.makes("/alerts/bulk/acknowledge", ids=alerts)
    await engine.settle()
    await opened(ana, message="Another")
    await engine.settle()
    assert [m.subject for m in mail.to(ana)] == ["Acknowledged by Bo: [P2] #1 m0", "[P2] #5 Another"]
    await engine.advance(seconds=61)
    assert mail.to(ana)[2].subject == "[P2] 3 updates: #2, #3, #4"
    assert "Acknowledged by Bo: [P2] #3 m2" in mail.to(ana)[2].text


@pytest.mark.parametrize("then", ["unacknowledge", "close"])
async def test_what_is_no_longer_so_is_not_told(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, then: str
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    alert = await opened(ana)
    await engine.settle()
    await bo.makes(f"/alerts/{alert}/acknowledge")
    await bo.makes(f"/alerts/{alert}/{then}")
    await engine.settle()
    assert not [m for m in mail.mails if m.subject.startswith("Acknowledged")]


async def test_each_end_is_told_once_however_often_its_job_runs(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    alert = await opened(ana)
    await engine.settle()
    await bo.makes(f"/alerts/{alert}/acknowledge")
    for _ in range(3):
        await HANDLERS["follow_up"](engine.pulsar, {"org": str(ana.org_id), "alert": alert, "ending": "acknowledged"})
    await engine.advance(hours=1)
    assert len(await follow_ups(ana, alert)) == 1
    assert len(mail.mails) == 2
