"""A provider that fails or hangs: it is left in peace for a while, holds up no other, and its owner is told."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from pulsar.base.http import Pulsar
from pulsar.notify import delivery
from tests.domain.delivering import entry, paged
from tests.ladders import Json, fire, ladder, level, log_of, mail_channel, read, renewed
from tests.receiver import Receiver
from tests.world import Engine, Mailbox, Person

CHANNELS = "/notifications/channels"


async def room(owner: Person, receiver: Receiver, **fields: Any) -> Json:
    made: Json = await owner.makes(CHANNELS, **(receiver.channel() | fields))
    return made


async def state(person: Person, channel: Json) -> Json:
    return await read(person, f"{CHANNELS}/{channel['id']}")


async def alerts(person: Person, number: int, **fields: Any) -> list[str]:
    made = [await person.makes("/alerts", **({"message": f"m{n}"} | fields)) for n in range(number)]
    return [str(alert["id"]) for alert in made]


async def test_after_five_failures_in_a_row_the_provider_is_left_in_peace(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    channel = await room(ana, receiver)
    await ladder(ana, level(0, ana))
    receiver.answers.extend(["503 Down"] * 5)
    made = await alerts(ana, 8)
    await engine.settle()
    assert len(receiver.received) == 5
    now = await state(ana, channel)
    assert (now["failures"], now["last_error"]) == (5, "503 ok")
    assert now["retry_at"]
    assert now["broken_since"]
    spared = await entry(ana, made[-1])
    assert (spared["status"], [a["outcome"] for a in spared["attempts"]]) == ("pending", ["failed"])
    assert spared["attempts"][0]["answer"].startswith("Not tried: the channel has failed 5 times in a row.")


async def test_one_probe_at_a_time_and_when_it_arrives_all_that_waits_goes_out(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    channel = await room(ana, receiver)
    await ladder(ana, level(0, ana))
    receiver.answers.extend(["503 Down"] * 6)
    made = await alerts(ana, 8)
    await engine.advance(seconds=29)
    assert len(receiver.received) == 5
    await engine.advance(seconds=30)
    assert len(receiver.received) == 6
    await engine.advance(seconds=61)
    assert [(await entry(ana, alert))["status"] for alert in made] == ["sent"] * 8
    assert len(receiver.received) == 6 + 8
    now = await state(ana, channel)
    assert (now["failures"], now["retry_at"], now["broken_since"], now["last_error"]) == (0, None, None, None)


async def test_a_message_for_a_dead_provider_comes_to_its_end_as_any_other(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    """F26: nothing is dropped without a failure that can be seen."""
    await room(ana, receiver)
    await ladder(ana, level(0, ana))
    receiver.answers.extend(["503 Down"] * 500)
    made = await alerts(ana, 8)
    await engine.advance(minutes=20)
    for alert in made:
        failed = await entry(ana, alert)
        assert (failed["status"], len(failed["attempts"])) == ("failed", 8)
    assert len(receiver.received) < 40


@pytest.mark.parametrize("seconds", [30, 300])
async def test_what_a_provider_missed_while_it_was_down_is_delivered_when_it_is_back(
    ana: Person, engine: Engine, receiver: Receiver, seconds: int
) -> None:
    """F26, R10."""
    await room(ana, receiver)
    await ladder(ana, level(0, ana))
    receiver.answers.extend(["503 Down"] * 500)
    made = await alerts(ana, 8)
    await engine.advance(seconds=seconds)
    receiver.answers.clear()
    await engine.advance(minutes=6)
    assert [(await entry(ana, alert))["status"] for alert in made] == ["sent"] * 8


async def test_a_provider_that_comes_and_goes_does_not_use_up_the_tries_of_what_waits_for_it(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    """F26: found by the soak. Whenever one arrives all the others have a chance before their time."""
    await room(ana, receiver)
    await ladder(ana, level(0, ana))
    receiver.answers.extend((["503 Down"] * 5 + ["200 OK"]) * 10)
    made = await alerts(ana, 30)
    await engine.advance(minutes=9)
    assert {(await entry(ana, alert))["status"] for alert in made} == {"sent"}


@pytest.mark.parametrize(("minutes", "fate"), [(10, {"sent", "failed"}), (120, {"failed"})])
async def test_a_provider_that_is_down_for_long_drops_nothing_unseen_and_another_channel_tells_it_at_once(
    ana: Person, bo: Person, engine: Engine, receiver: Receiver, mail: Mailbox, minutes: int, fate: set[str]
) -> None:
    """F26: the person is told over what works, and the message over what does not is a failure that anybody sees."""
    await room(ana, receiver)
    await mail_channel(ana, mail, bundle_seconds=0, follow_ups=False)
    await ladder(ana, level(0, ana), level(600, bo))
    receiver.answers.extend(["503 Down"] * 500)
    (alert,) = await alerts(ana, 1, priority="P1")
    await engine.settle()
    assert [m.subject for m in mail.to(ana)] == ["[P1] #1 m0"]
    await engine.advance(minutes=minutes)
    await renewed(ana)
    (later,) = await alerts(ana, 1)
    receiver.answers.clear()
    await engine.advance(minutes=11)
    for line in await log_of(ana, alert):
        assert line["status"] in ({"sent"} if line["channel"]["name"] == "E-mail" else fate)
    assert ("Webhook", "sent") in {(line["channel"]["name"], line["status"]) for line in await log_of(ana, later)}


async def test_the_breaker_of_one_channel_is_no_other_channels(
    ana: Person, engine: Engine, receiver: Receiver, mail: Mailbox
) -> None:
    """R10: P1 reaches some channel at once while another is dead."""
    await room(ana, receiver)
    await mail_channel(ana, mail, bundle_seconds=0)
    await ladder(ana, level(0, ana))
    receiver.answers.extend(["503 Down"] * 500)
    await alerts(ana, 10, priority="P1")
    await engine.settle()
    assert len(mail.to(ana)) == 10


async def test_a_provider_that_hangs_holds_up_no_other(
    ana: Person, engine: Engine, receiver: Receiver, mail: Mailbox, pulsar: Pulsar
) -> None:
    """More of its messages than a worker has places for one channel, and a mail that comes after them."""
    await room(ana, receiver, config=receiver.channel(timeout_seconds=300)["config"])
    await ladder(ana, level(0, ana))
    receiver.answering.clear()
    made = await alerts(ana, 40)
    await fire(engine)
    ids = [(await entry(ana, alert))["id"] for alert in made]
    sending = [asyncio.create_task(delivery.deliver(pulsar, ana.org_id, UUID(i))) for i in ids]
    limit = pulsar.settings.worker_concurrency // 3
    done, under_way = await asyncio.wait(sending, timeout=5)
    assert (len(under_way), len(done)) == (limit, 40 - limit)
    busy = [line for alert in made for line in await log_of(ana, alert) if line["held_back_by"] == "busy"]
    assert len(busy) == 40 - limit
    assert {line["status"] for line in busy} == {"pending"}
    assert all(line["attempts"] == [] for line in busy)

    await mail_channel(ana, mail)
    await ana.makes("/alerts", message="Another", priority="P1")
    await engine.settle()
    assert len(mail.to(ana)) == 1
    receiver.answering.set()
    await asyncio.gather(*sending)
    await engine.advance(minutes=1)
    assert [(await entry(ana, alert))["status"] for alert in made] == ["sent"] * 40


async def test_how_long_to_wait_is_the_providers_to_say_and_what_is_for_good_is_not_tried_again(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    await room(ana, receiver)
    receiver.answers.extend(["429 Slow down\r\nRetry-After: 90", "410 Gone"])
    alert = await paged(ana)
    await engine.advance(seconds=89)
    assert len(receiver.received) == 1
    await engine.advance(hours=1)
    assert len(receiver.received) == 2
    assert (await entry(ana, alert))["status"] == "failed"


@pytest.mark.parametrize("answer", ["401 Who", "404 Nothing here", "410 Gone"])
async def test_the_owner_hears_of_a_broken_channel_at_once_over_another(
    ana: Person, bo: Person, vic: Person, engine: Engine, receiver: Receiver, mail: Mailbox, answer: str
) -> None:
    """F27: an expired token or a deleted channel does not make pages vanish unseen."""
    channel = await room(ana, receiver)
    await mail_channel(ana, mail, bundle_seconds=0)
    receiver.answers.append(answer)
    await paged(ana)
    await engine.advance(minutes=5)
    about = [m for m in mail.mails if m.subject == "The channel Webhook does not work"]
    assert sorted(m.to for m in about) == sorted([ana.email, bo.email])
    assert answer.split(" ")[0] in about[0].text
    problems = (await ana.has("/problems"))["items"]
    assert [p["kind"] for p in problems if p["subject"] and p["subject"]["id"] == channel["id"]] == ["broken_channel"]
    assert (await state(ana, channel))["broken_since"]


async def test_the_owner_of_the_mail_that_is_broken_hears_of_it_over_another_channel(
    ana: Person, engine: Engine, receiver: Receiver, mail: Mailbox
) -> None:
    """F27: her own e-mail is what is broken. Over the room, within five minutes; and when that does not work either, as
    soon as it does."""
    await mail_channel(ana, mail)
    mail.refuse_with = "421 shutting down"
    await paged(ana)
    await engine.advance(minutes=2)
    await room(ana, receiver)
    receiver.received.clear()
    await engine.advance(minutes=3)
    assert [r.json["title"] for r in receiver.received] == ["The channel E-mail does not work"]
    await engine.advance(hours=2)
    assert len(receiver.received) == 1


async def test_where_nothing_else_works_the_owner_hears_of_it_as_soon_as_something_does(
    ana: Person, engine: Engine, receiver: Receiver, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    mail.refuse_with = "421 shutting down"
    await paged(ana)
    await engine.advance(minutes=10)
    assert "broken_channel" in [p["kind"] for p in (await ana.has("/problems"))["items"]]
    await room(ana, receiver)
    await engine.advance(minutes=2)
    assert [r.json["title"] for r in receiver.received] == ["The channel E-mail does not work"]


async def test_the_owner_hears_of_a_dead_provider_within_five_minutes_and_once(
    ana: Person, engine: Engine, receiver: Receiver, mail: Mailbox
) -> None:
    """F27, R10: here one single message meets it."""
    await room(ana, receiver)
    await mail_channel(ana, mail)
    receiver.answers.extend(["503 Down"] * 500)
    await paged(ana)
    await engine.advance(minutes=5)
    subjects = [m.subject for m in mail.to(ana)]
    assert subjects == ["[P1] #1 Disk full", "The channel Webhook does not work"]
    await engine.advance(hours=2)
    assert len(mail.mails) == 2


async def test_the_owner_does_not_hear_of_what_passes_by_itself(
    ana: Person, engine: Engine, receiver: Receiver, mail: Mailbox
) -> None:
    await room(ana, receiver)
    await mail_channel(ana, mail, bundle_seconds=0)
    await ladder(ana, level(0, ana))
    receiver.answers.extend(["503 Down"] * 5)
    await alerts(ana, 6)
    await engine.advance(minutes=10)
    assert not [m for m in mail.mails if "does not work" in m.subject]


async def test_an_address_that_a_mail_server_refuses_does_not_condemn_the_channel(
    ana: Person, engine: Engine, mail: Mailbox
) -> None:
    channel = await mail_channel(ana, mail)
    mail.refuse_with = "554 no such person"
    await paged(ana)
    await engine.settle()
    now = await state(ana, channel)
    assert (now["broken_since"], now["failures"], now["last_error"]) == (None, 0, "554 no such person")


@pytest.mark.parametrize("by", ["test", "edit"])
async def test_a_test_that_arrives_or_new_settings_close_the_breaker(
    ana: Person, engine: Engine, receiver: Receiver, by: str
) -> None:
    channel = await room(ana, receiver)
    await ladder(ana, level(0, ana))
    receiver.answers.extend(["503 Down"] * 5)
    await alerts(ana, 5)
    await engine.settle()
    path = f"{CHANNELS}/{channel['id']}"
    if by == "test":
        assert (await ana.makes(f"{path}/test"))["delivered"]
    else:
        await ana.patch(path, config={"timeout_seconds": 20})
    now = await state(ana, channel)
    assert (now["failures"], now["retry_at"], now["broken_since"]) == (0, None, None)
    (alert,) = await alerts(ana, 1)
    await engine.settle()
    assert (await entry(ana, alert))["status"] == "sent"


async def test_the_stream_says_when_a_channel_breaks_and_when_it_works_again(
    ana: Person, engine: Engine, receiver: Receiver, pulsar: Pulsar
) -> None:
    await room(ana, receiver)
    await ladder(ana, level(0, ana))
    receiver.answers.append("401 Who")
    await alerts(ana, 2)
    await engine.settle()
    async with pulsar.db.in_org(ana.org_id) as tx:
        query = text("SELECT type, data->>'name' FROM events WHERE subject_type = 'channel' ORDER BY number")
        found = [tuple(row) for row in await tx.execute(query)]
    assert found == [("channel.created", "Webhook"), ("channel.broken", "Webhook"), ("channel.mended", "Webhook")]
