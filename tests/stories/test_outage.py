"""No worker runs for half an hour, and people go on working: what is paged when it is back, and what is not?"""

from datetime import timedelta

from tests.ladders import Json, alert_of, integration, ladder, level, mail_channel, outlook, renewed
from tests.stories.phones import told
from tests.world import Engine, Mailbox, Person


async def back(engine: Engine) -> None:
    """The workers are there again: they sweep, and do what they find."""
    await engine.sweep()
    await engine.settle()
    await engine.sweep()
    await engine.settle()


async def opened(ana: Person, message: str, **fields: str) -> Json:
    alert: Json = await ana.makes("/alerts", message=message, **fields)
    return alert


async def test_only_what_is_still_open_is_paged_once_a_person_and_without_a_burst(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(300, bo), level(300, vic))
    await opened(ana, "Still open")
    acknowledged = await opened(ana, "Acknowledged")
    closed = await opened(ana, "Closed")
    await engine.stand_still(minutes=20)
    await (await renewed(bo)).makes(f"/alerts/{acknowledged['id']}/acknowledge")
    await bo.makes(f"/alerts/{closed['id']}/close")
    await engine.stand_still(minutes=10)

    await back(engine)
    assert told(mail, ana, bo, vic) == [("Ana", "[P3] #1 Still open")]
    await engine.advance(minutes=4, seconds=58)
    assert len(mail.mails) == 1
    await engine.advance(seconds=3)
    assert told(mail, ana, bo, vic)[1:] == [("Bo", "[P3] #1 Still open")]
    await engine.advance(minutes=5)
    assert told(mail, ana, bo, vic)[2:] == [("Vic", "[P3] #1 Still open")]


async def test_a_ladder_in_the_middle_goes_on_where_it_stood_and_waits_from_then(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(300, bo), level(300, vic))
    alert = await opened(ana, "Disk full")
    await engine.advance(minutes=1)
    await engine.stand_still(minutes=30)
    await back(engine)
    assert told(mail, ana, bo, vic) == [("Ana", "[P3] #1 Disk full"), ("Bo", "[P3] #1 Disk full")]
    said = await outlook(ana, alert["id"])
    assert said["next"]["people"] == ["Vic"]
    await engine.advance(minutes=4, seconds=55)
    assert len(mail.mails) == 2
    await engine.advance(seconds=10)
    assert len(mail.mails) == 3


async def test_messages_that_waited_are_sent_only_for_what_nobody_has_taken_on(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    mail.refuse_with = "421 shutting down"
    taken_on, left = await opened(ana, "Taken on"), await opened(ana, "Left")
    await engine.settle()
    mail.refuse_with = None
    await engine.stand_still(minutes=30)
    await (await renewed(bo)).makes(f"/alerts/{taken_on['id']}/acknowledge")
    await back(engine)
    assert told(mail, ana, bo) == [("Ana", f"[P3] #{left['number']} Left")]


async def test_a_snooze_that_ended_meanwhile_ends_now_and_one_that_was_taken_on_does_not(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(300, bo))
    sleeping, taken_on = await opened(ana, "Sleeping"), await opened(ana, "Taken on")
    for alert in (sleeping, taken_on):
        until = (engine.clock.now() + timedelta(minutes=10)).isoformat()
        await ana.makes(f"/alerts/{alert['id']}/snooze", until=until)
    await engine.stand_still(minutes=5)
    await bo.makes(f"/alerts/{taken_on['id']}/acknowledge")
    await engine.stand_still(minutes=25)
    await back(engine)
    assert told(mail, ana, bo) == [("Ana", "[P3] #1 Sleeping")]
    assert (await alert_of(ana, sleeping["id"]))["status"] == "open"
    assert (await alert_of(ana, taken_on["id"]))["status"] == "acknowledged"


async def test_an_alarm_that_came_and_went_many_times_meanwhile_is_paged_for_its_last_coming(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(300, bo))
    nagios = await integration(ana)
    for _ in range(5):
        await nagios.tells_all([{"message": "Link down", "alias": "link"}] * 3)
        await engine.stand_still(minutes=3)
        await nagios.tells(alias="link", action="close")
        await engine.stand_still(minutes=3)
    await nagios.tells(message="Link down", alias="link")
    await back(engine)
    assert told(mail, ana, bo) == [("Ana", "[P3] #6 Link down")]


async def test_the_queue_itself_may_be_lost_with_the_workers(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(300, bo))
    await opened(ana, "Disk full")
    closed = await opened(ana, "Closed")
    await engine.lose_jobs()
    await engine.stand_still(minutes=30)
    await (await renewed(bo)).makes(f"/alerts/{closed['id']}/close")
    await back(engine)
    await engine.advance(minutes=4)
    assert told(mail, ana, bo) == [("Ana", "[P3] #1 Disk full")]
