"""Nights on call: exactly these messages to exactly these people, and nothing else."""

from datetime import timedelta

import httpx

from tests.ladders import (
    alert_of,
    integration,
    ladder,
    level,
    log_of,
    mail_channel,
    outlook,
    renewed,
    team,
    team_of,
)
from tests.receiver import Receiver
from tests.stories.phones import told
from tests.world import Engine, Mailbox, People, Person


async def test_what_resolves_itself_within_the_first_delay_wakes_nobody(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(120, ana), level(300, bo))
    prometheus = await integration(ana)
    await prometheus.tells(message="High load", alias="load")
    await engine.advance(seconds=110)
    await prometheus.tells(alias="load", action="close")
    await engine.advance(hours=3)
    assert told(mail, ana, bo) == []


async def test_an_alarm_that_flaps_pages_once_for_every_time_it_comes_back(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(300, bo))
    prometheus = await integration(ana)
    for _ in range(3):
        for _ in range(4):
            await prometheus.tells(message="Link down", alias="link", priority="P2")
            await engine.advance(seconds=10)
        await prometheus.tells(alias="link", action="close")
        await engine.advance(seconds=30)
    await engine.advance(hours=1)
    pages = [f"[P2] #{n} Link down" for n in (1, 2, 3)]
    assert told(mail, ana, bo) == [("Ana", said) for page in pages for said in (page, f"Closed by Nagios: {page}")]


async def test_a_storm_pages_at_once_for_the_first_alarm_and_in_one_message_for_the_rest(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(300, bo))
    nagios = await integration(ana)
    storm = [{"message": f"Host {n} down", "alias": f"host-{n}"} for n in range(1, 26)]
    await nagios.tells_all(storm)
    await nagios.tells_all(storm[::-1])
    await engine.settle()
    assert told(mail, ana, bo) == [("Ana", "[P3] #1 Host 1 down")]
    await engine.advance(minutes=1)
    assert told(mail, ana, bo)[1:] == [("Ana", "[P3] 24 alerts: #2, #3, #4 and 21 more")]
    listed = mail.mails[1].text.splitlines()
    assert all(f"[P3] #{n} Host {n} down" in listed for n in range(2, 26))
    ids = [alert["id"] for alert in (await ana.has("/alerts", page_size=100))["items"]]
    await ana.makes("/alerts/bulk/acknowledge", ids=ids[:-1])
    await engine.advance(hours=1)
    assert told(mail, ana, bo)[2:] == [("Bo", "[P3] #1 Host 1 down")]


async def test_nobody_reacts_so_it_goes_round_until_the_ladder_is_through(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(300, bo), repeat_count=1, repeat_delay_seconds=600)
    await ana.makes("/alerts", message="Disk full", priority="P1")
    await engine.advance(hours=24)
    assert told(mail, ana, bo) == [(name, "[P1] #1 Disk full") for name in ("Ana", "Bo", "Ana", "Bo")]


async def test_she_hands_it_back_and_the_ladder_begins_anew(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(300, bo))
    alert = await ana.makes("/alerts", message="Disk full")
    await engine.advance(minutes=4)
    await ana.makes(f"/alerts/{alert['id']}/acknowledge")
    await engine.advance(minutes=20)
    await (await renewed(ana)).makes(f"/alerts/{alert['id']}/unacknowledge")
    await engine.advance(minutes=4, seconds=58)
    assert told(mail, ana, bo) == [("Ana", "[P3] #1 Disk full")] * 2
    await engine.advance(seconds=3)
    assert told(mail, ana, bo)[2:] == [("Bo", "[P3] #1 Disk full")]


async def test_she_snoozes_it_until_the_morning_and_is_paged_then(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(300, bo))
    alert = await ana.makes("/alerts", message="Certificate expires", priority="P4")
    await engine.settle()
    until = (engine.clock.now() + timedelta(hours=7)).isoformat()
    await ana.makes(f"/alerts/{alert['id']}/snooze", until=until)
    await engine.advance(hours=6, minutes=59)
    assert len(mail.mails) == 1
    await engine.advance(minutes=2)
    await (await renewed(ana)).makes(f"/alerts/{alert['id']}/acknowledge")
    await engine.advance(hours=1)
    assert told(mail, ana, bo) == [("Ana", "[P4] #1 Certificate expires")] * 2


async def test_it_gets_worse_after_she_had_taken_note_of_it(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(300, bo))
    nagios = await integration(ana)
    summary = await nagios.tells(message="Disk filling", alias="disk", priority="P4")
    await engine.settle()
    await ana.makes(f"/alerts/{summary['alerts'][0]['id']}/acknowledge")
    await nagios.tells(message="Disk filling", alias="disk", priority="P4")
    await engine.advance(minutes=10)
    await nagios.tells(message="Disk full", alias="disk", priority="P1")
    await engine.advance(minutes=6)
    assert told(mail, ana, bo) == [
        ("Ana", "[P4] #1 Disk filling"),
        ("Ana", "[P1] #1 Disk filling"),
        ("Bo", "[P1] #1 Disk filling"),
    ]


async def test_the_boss_wants_to_hear_of_it_until_it_is_closed(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    until_closed = level(1800, bo, condition="not_closed")
    await ladder(ana, level(0, ana), until_closed, repeat_count=2)
    alert = await ana.makes("/alerts", message="Shop down", priority="P1")
    await engine.advance(minutes=1)
    await ana.makes(f"/alerts/{alert['id']}/acknowledge")
    await engine.advance(minutes=65)
    assert told(mail, ana, bo) == [(name, "[P1] #1 Shop down") for name in ("Ana", "Bo", "Bo")]
    await (await renewed(ana)).makes(f"/alerts/{alert['id']}/close")
    await engine.advance(hours=5)
    assert told(mail, ana, bo)[3:] == [("Bo", "Closed by Ana: [P1] #1 Shop down")]


async def test_a_whole_team_is_paged_and_the_first_to_press_lets_the_others_sleep_on(
    ana: Person, bo: Person, people: People, http: httpx.AsyncClient, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    mia = await people.colleague(ana, "Mia", "member")
    database = await team_of(ana, bo, mia)
    await ladder(ana, level(0, team(database)), level(300, ana), repeat_count=3)
    alert = await ana.makes("/alerts", message="Replica lags")
    await engine.settle()
    assert sorted(told(mail, ana, bo, mia)) == [("Bo", "[P3] #1 Replica lags"), ("Mia", "[P3] #1 Replica lags")]
    await http.post(mail.to(mia)[0].acknowledge_path)
    await engine.advance(hours=2)
    assert told(mail, ana, bo, mia)[2:] == [("Bo", "Acknowledged by Mia: [P3] #1 Replica lags")]
    assert (await alert_of(ana, alert["id"]))["acknowledged_by"]["name"] == "Mia"


async def test_the_mail_server_is_down_for_six_minutes_and_nobody_is_forgotten(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(300, bo))
    mail.refuse_with = "421 shutting down"
    alert = await ana.makes("/alerts", message="Disk full")
    await engine.advance(minutes=6)
    assert told(mail, ana, bo) == []
    mail.refuse_with = None
    await engine.advance(minutes=6)
    assert sorted(told(mail, ana, bo)) == [("Ana", "[P3] #1 Disk full"), ("Bo", "[P3] #1 Disk full")]
    await engine.advance(hours=2)
    assert {line["status"] for line in await log_of(ana, alert["id"])} == {"sent"}
    assert len(mail.mails) == 2


async def test_a_dead_mail_server_does_not_keep_the_room_from_hearing_of_it(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    room = Receiver()
    await room.start()
    await mail_channel(ana, mail)
    await ana.makes("/notifications/channels", **room.channel())
    await ladder(ana, level(0, ana, bo))
    mail.refuse_with = "421 shutting down"
    alert = await ana.makes("/alerts", message="Disk full", priority="P1")
    await engine.advance(hours=2)
    page, trouble = [request.json for request in room.received]
    assert page["people"] == ["Ana", "Bo"]
    assert trouble["title"] == "The channel E-mail does not work"
    lines = await log_of(ana, alert["id"])
    assert sorted(line["status"] for line in lines) == ["failed", "failed", "sent"]
    await room.stop()


async def test_an_organization_that_has_set_up_nothing_but_a_channel_is_not_left_alone(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    nagios = await integration(ana)
    summary = await nagios.tells(message="Disk full", priority="P1")
    await engine.advance(hours=2)
    assert sorted(told(mail, ana, bo, vic)) == [("Ana", "[P1] #1 Disk full"), ("Bo", "[P1] #1 Disk full")]
    assert (await outlook(ana, summary["alerts"][0]["id"]))["fault"]


async def test_what_happens_elsewhere_is_nobody_s_business_here(
    ana: Person, eve: Person, engine: Engine, mail: Mailbox
) -> None:
    for owner in (ana, eve):
        await mail_channel(owner, mail)
        await ladder(owner, level(0, owner), level(60, owner))
    hers = Engine(engine.pulsar, engine.clock, eve.org_id)
    alert = await ana.makes("/alerts", message="Mine", alias="disk")
    await eve.makes("/alerts", message="Hers", alias="disk")
    await engine.settle()
    await hers.settle()
    assert (await eve.post(f"/alerts/{alert['id']}/acknowledge")).status_code == 404
    await ana.makes(f"/alerts/{alert['id']}/acknowledge")
    await hers.advance(minutes=2)
    await engine.settle()
    assert told(mail, ana, eve) == [("Ana", "[P3] #1 Mine"), ("Eve", "[P3] #1 Hers"), ("Eve", "[P3] #1 Hers")]
