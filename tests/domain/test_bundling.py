"""Many alerts at once for one person: the first message at once, the rest as a digest; and the same never twice."""

from contextlib import ExitStack
from typing import Any
from uuid import UUID

import pytest

from pulsar.base.http import Pulsar
from pulsar.notify import delivery
from pulsar.notify.claiming import claim
from tests.ladders import Json, do, fire, happened, ladder, level, log_of, mail_channel, read
from tests.receiver import Receiver
from tests.stories.phones import told
from tests.world import Engine, Mailbox, Person


async def opened(person: Person, *numbers: int, **fields: Any) -> list[str]:
    made = [await person.makes("/alerts", **({"message": f"m{n}", "priority": "P3"} | fields)) for n in numbers]
    return [str(alert["id"]) for alert in made]


async def line(person: Person, alert_id: str) -> Json:
    (found,) = [one for one in await log_of(person, alert_id) if one["purpose"] == "page"]
    return found


async def digests(person: Person) -> list[Json]:
    items = (await read(person, "/notifications/logs", page_size=100))["items"]
    return [one for one in items if one["purpose"] == "digest"]


async def test_the_first_goes_at_once_and_the_rest_in_one_message_a_minute_later(
    ana: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    alerts = await opened(ana, 1, 2, 3, 4)
    await engine.settle()
    assert told(mail, ana) == [("Ana", "[P3] #1 m1")]
    waiting = await line(ana, alerts[1])
    assert (waiting["status"], waiting["held_back_by"], waiting["reason"]) == ("pending", "bundled", None)
    assert waiting["next_attempt_at"]
    await engine.advance(seconds=61)
    assert told(mail, ana)[1:] == [("Ana", "[P3] 3 alerts: #2, #3, #4")]
    digest = mail.mails[1].text.replace("\r", "")
    for n, alert in zip((2, 3, 4), alerts[1:], strict=True):
        assert f"[P3] #{n} m{n}\n" in digest
        assert f"Open: http://pulsar.test/alerts/{alert}" in digest
    assert digest.count("Acknowledge: http://pulsar.test/ack/") == 3


async def test_the_log_shows_what_a_digest_carried_and_each_alert_that_it_was_told(
    ana: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    alerts = await opened(ana, 1, 2, 3)
    await engine.advance(seconds=61)
    (digest,) = await digests(ana)
    assert (digest["status"], digest["alert"], digest["carried_by"]) == ("sent", None, None)
    assert [one["alert"]["number"] for one in digest["carries"]] == [2, 3]
    for alert in alerts[1:]:
        carried = await line(ana, alert)
        assert (carried["status"], carried["carried_by"]) == ("sent", digest["id"])
        assert carried["sent_at"] == digest["sent_at"]
        assert carried["attempts"] == digest["attempts"]
        assert (await happened(ana, alert)).count("notification.sent") == 1


async def test_p1_never_waits(ana: Person, engine: Engine, mail: Mailbox) -> None:
    """F22: what is held can be seen, and P1 is never held."""
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    await opened(ana, 1)
    await opened(ana, 2, 3, priority="P1")
    await engine.settle()
    assert sorted(told(mail, ana)) == [("Ana", "[P1] #2 m2"), ("Ana", "[P1] #3 m3"), ("Ana", "[P3] #1 m1")]


async def test_a_digest_has_the_most_urgent_first(ana: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    await opened(ana, 1)
    await engine.settle()
    await opened(ana, 2, priority="P5")
    await opened(ana, 3, priority="P2")
    await engine.advance(seconds=61)
    assert told(mail, ana)[1:] == [("Ana", "[P2] 2 alerts: #3, #2")]


async def test_one_that_waits_alone_goes_out_as_it_is(ana: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    await opened(ana, 1, 2)
    await engine.advance(seconds=61)
    assert told(mail, ana) == [("Ana", "[P3] #1 m1"), ("Ana", "[P3] #2 m2")]
    assert await digests(ana) == []


async def test_after_a_digest_the_next_minute_begins(ana: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    for round_ in range(3):
        await opened(ana, *range(3))
        await engine.advance(seconds=61)
        assert len(mail.mails) == (2, 3, 4)[round_]


async def test_what_is_settled_while_it_waits_is_not_in_the_digest(ana: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    alerts = await opened(ana, 1, 2, 3, 4)
    await engine.settle()
    await ana.makes(f"/alerts/{alerts[2]}/acknowledge")
    await engine.advance(seconds=61)
    assert told(mail, ana)[1:] == [("Ana", "[P3] 2 alerts: #2, #4")]
    assert (await line(ana, alerts[2]))["status"] == "cancelled"


async def test_a_digest_whose_alerts_are_all_settled_is_not_sent(
    ana: Person, engine: Engine, mail: Mailbox, pulsar: Pulsar
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    alerts = await opened(ana, 1, 2, 3)
    await engine.settle()
    mail.refuse_with = "451 later"
    await engine.advance(seconds=61)
    await ana.makes("/alerts/bulk/acknowledge", ids=alerts)
    mail.refuse_with = None
    await engine.advance(minutes=5)
    assert len(mail.mails) == 1
    (digest,) = await digests(ana)
    assert (digest["status"], digest["reason"]) == ("cancelled", "All that it was about is settled.")
    assert {one["status"] for one in digest["carries"]} == {"cancelled"}


async def test_a_digest_is_tried_again_and_given_up_like_any_message(
    ana: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    alerts = await opened(ana, 1, 2, 3)
    await engine.settle()
    mail.refuse_with = "451 later"
    await engine.advance(hours=1)
    for alert in alerts[1:]:
        given_up = await line(ana, alert)
        assert given_up["status"] == "failed"
        assert len(given_up["attempts"]) == 8
        assert (await happened(ana, alert)).count("notification.failed") == 1


async def test_a_digest_that_a_worker_died_over_is_sent_by_the_next(
    ana: Person, engine: Engine, receiver: Receiver, pulsar: Pulsar
) -> None:
    """At least once, with the same id: as for any message."""
    await ana.makes("/notifications/channels", **(receiver.channel() | {"bundle_seconds": 60}))
    await ladder(ana, level(0, ana))
    await opened(ana, 1, 2, 3)
    await engine.settle()
    await engine.stand_still(seconds=61)
    await do(engine, "digest")
    (digest,) = await digests(ana)
    await engine.lose_jobs()
    await delivery.deliver(pulsar, ana.org_id, UUID(digest["id"]))
    assert receiver.received[-1].json["kind"] == "digest"
    assert [alert["number"] for alert in receiver.received[-1].json["alerts"]] == [2, 3]
    assert receiver.received[-1].headers["idempotency-key"] == digest["id"]


async def test_whatever_became_of_its_job_the_sweep_finds_what_waits_for_a_digest(
    ana: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    await opened(ana, 1, 2, 3)
    await engine.settle()
    await engine.lose_jobs()
    await engine.stand_still(seconds=66)
    await engine.sweep()
    await engine.advance(seconds=61)
    assert told(mail, ana) == [("Ana", "[P3] #1 m1"), ("Ana", "[P3] #2 m2"), ("Ana", "[P3] #3 m3")]


async def test_a_first_message_that_fails_keeps_nobody_waiting(ana: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    mail.refuse_with = "451 later"
    (first,) = await opened(ana, 1)
    await engine.settle()
    mail.refuse_with = None
    await opened(ana, 2)
    await engine.settle()
    assert told(mail, ana) == [("Ana", "[P3] #2 m2")]
    await engine.advance(seconds=66)
    assert (await line(ana, first))["status"] == "sent"


async def test_bundles_are_each_persons_own(ana: Person, bo: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana))
    boss = await ladder(ana, level(0, bo), name="Boss", is_default=False)
    await opened(ana, 1)
    await opened(ana, 2, escalation_policy_id=boss["id"])
    await engine.settle()
    assert sorted(told(mail, ana, bo)) == [("Ana", "[P3] #1 m1"), ("Bo", "[P3] #2 m2")]


@pytest.mark.parametrize(("seconds", "at_once"), [(0, 3), (5, 1)])
async def test_the_owner_says_how_long_a_bundle_takes(
    ana: Person, engine: Engine, mail: Mailbox, seconds: int, at_once: int
) -> None:
    channel = await mail_channel(ana, mail, bundle_seconds=seconds)
    assert channel["bundle_seconds"] == seconds
    await ladder(ana, level(0, ana))
    await opened(ana, 1, 2, 3)
    await engine.settle()
    assert len(mail.mails) == at_once
    await engine.advance(seconds=6)
    assert len(mail.mails) == (3 if at_once == 3 else 2)


async def test_a_room_hears_of_every_alert_unless_its_owner_wants_digests(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    room = await ana.makes("/notifications/channels", **receiver.channel())
    assert room["bundle_seconds"] == 0
    await ladder(ana, level(0, ana))
    await opened(ana, 1, 2, 3)
    await engine.settle()
    assert len(receiver.received) == 3
    await ana.patch(f"/notifications/channels/{room['id']}", bundle_seconds=60)
    await opened(ana, 4, 5, 6)
    await engine.advance(seconds=61)
    assert [got.json["title"] for got in receiver.received[3:]] == ["[P3] #4 m4", "[P3] 2 alerts: #5, #6"]


async def test_who_is_on_two_levels_that_fire_together_is_told_once(ana: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(0, ana), level(30, ana), level(60, ana))
    (alert,) = await opened(ana, 1)
    await engine.advance(minutes=3)
    assert len(mail.mails) == 2
    lines = await log_of(ana, alert)
    assert [(one["status"], one["held_back_by"]) for one in lines] == [
        ("sent", None),
        ("suppressed", "duplicate"),
        ("suppressed", "duplicate"),
        ("sent", None),
    ]


async def test_what_begins_anew_is_no_duplicate(ana: Person, bo: Person, engine: Engine, mail: Mailbox) -> None:
    """F17: paging that begins again pages, however short a time ago it ended."""
    await mail_channel(ana, mail, follow_ups=False)
    await ladder(ana, level(0, ana))
    (alert,) = await opened(ana, 1)
    await engine.settle()
    await bo.makes(f"/alerts/{alert}/acknowledge")
    await bo.makes(f"/alerts/{alert}/unacknowledge")
    await engine.settle()
    await engine.advance(seconds=61)
    assert told(mail, ana) == [("Ana", "[P3] #1 m1")] * 2


async def test_two_levels_that_meet_after_an_outage_are_one_message(ana: Person, engine: Engine, mail: Mailbox) -> None:
    """R7: after an outage at most one page for each person and alert."""
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(60, ana), level(60, ana))
    mail.refuse_with = "451 later"
    (alert,) = await opened(ana, 1)
    await engine.advance(minutes=2, seconds=10)
    mail.refuse_with = None
    await engine.advance(minutes=15)
    assert len(mail.mails) == 1
    assert sorted(one["status"] for one in await log_of(ana, alert)) == ["sent", "suppressed", "suppressed"]


async def test_two_workers_do_not_tell_the_same_person_of_the_same_at_once(
    ana: Person, engine: Engine, receiver: Receiver, pulsar: Pulsar, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    await ladder(ana, level(0, ana), level(0, ana))
    (alert,) = await opened(ana, 1)
    await fire(engine)
    await fire(engine)
    first, second = await log_of(ana, alert)
    await engine.lose_jobs()
    async with pulsar.db.in_org(ana.org_id) as tx:
        assert await claim(tx, pulsar, UUID(first["id"]), ExitStack())
    await delivery.deliver(pulsar, ana.org_id, UUID(second["id"]))
    assert mail.mails == []
    waiting = (await log_of(ana, alert))[1]
    assert (waiting["status"], waiting["attempts"]) == ("pending", [])
