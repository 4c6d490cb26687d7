"""A page by text and by call, and what comes back: that it arrived or not, an answer, a key."""

from uuid import uuid4

import httpx
import pytest

from pulsar.base.http import Pulsar
from pulsar.notify.callbacks import callback_url
from pulsar.notify.model import Notification
from tests.domain.delivering import entry, paged, sending
from tests.domain.phoning import ANAS, BOS, CHANNELS, calls_back, channel, verified
from tests.ladders import alert_of, fire, happened, ladder, level, log_of, mail_channel, outlook
from tests.receiver import Receiver
from tests.vendors import twilio
from tests.world import Engine, Mailbox, Person

both = pytest.mark.parametrize("kind", ["sms", "voice"])


async def on_the_phone(owner: Person, at: Receiver, kind: str = "sms") -> str:
    """The address under which this channel's Twilio calls back."""
    made = await channel(owner, at, kind)
    await verified(owner, at)
    return f"http://pulsar.test/api/v1/callbacks/{owner.org_id}/{made['id']}"


@both
async def test_a_page_arrives_as_twilio_takes_it(kind: str, ana: Person, engine: Engine, receiver: Receiver) -> None:
    await on_the_phone(ana, receiver, kind)
    alert = await paged(ana, message="Disk <full> & hot\non web-1", description="x" * 5000)
    await engine.settle()
    assert receiver.complaints == []
    assert (await entry(ana, alert))["status"] == "sent"
    form = twilio.fields(receiver.received[0])
    assert (form["To"], form["From"]) == (ANAS, twilio.NUMBER)
    if kind == "sms":
        assert "[P1] #1 Disk <full> & hot on web-1" in form["Body"]
        assert "Reply ACK 1" in form["Body"]
        assert "http://pulsar.test/ack/" in form["Body"]
    else:
        assert "Disk full & hot on web-1" in twilio.said(form["Twiml"])[0]
        assert "Press 1 to acknowledge" in twilio.said(form["Twiml"])[0]


@both
async def test_who_has_no_verified_number_is_not_reached_and_the_log_says_so(
    kind: str, ana: Person, bo: Person, engine: Engine, receiver: Receiver
) -> None:
    await channel(ana, receiver, kind)
    await ana.makes("/users/me/contacts", value=BOS)  # and nobody has verified it
    receiver.received.clear()
    alert = await paged(ana)
    await engine.advance(hours=1)
    lines = await log_of(ana, alert)
    assert {(line["status"], line["held_back_by"]) for line in lines} == {("suppressed", "contact")}
    assert all("no verified phone number" in line["reason"] for line in lines)
    assert receiver.received == []
    # Nobody was reached, and Pulsar does not take it for done.
    assert {"escalation.level_skipped", "escalation.fallback"} <= set(await happened(ana, alert))
    skipped = [e for e in (await ana.has(f"/alerts/{alert}/activity"))["items"] if "skipped" in e["type"]]
    assert skipped[0]["data"]["reason"] == "no channel knows how to reach: Ana"
    assert "Nobody can be reached over any channel" in (await outlook(ana, alert))["fault"]
    made = (await ana.has(CHANNELS))["items"][0]
    assert made["last_error"] is None
    tried = await ana.post(f"{CHANNELS}/{made['id']}/test")
    assert (tried.status_code, tried.json()["code"]) == (409, "unreachable")


async def test_who_takes_their_number_back_before_the_message_goes_out_is_not_called(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    await on_the_phone(ana, receiver)
    alert = await paged(ana)
    number = (await ana.has("/users/me/contacts"))["items"][0]["id"]
    await fire(engine)
    await ana.delete(f"/users/me/contacts/{number}")
    await engine.settle()
    line = await entry(ana, alert)
    assert (line["status"], receiver.received) == ("failed", [])
    assert "no verified phone number" in line["reason"]


async def test_whoever_can_be_reached_some_other_way_is(
    ana: Person, engine: Engine, receiver: Receiver, mail: Mailbox
) -> None:
    await channel(ana, receiver)
    await mail_channel(ana, mail)
    alert = await paged(ana)
    await engine.settle()
    assert len(mail.to(ana)) == 1
    states = {line["channel"]["name"]: line["status"] for line in await log_of(ana, alert)}
    assert states == {"sms": "suppressed", "E-mail": "sent"}


@both
async def test_the_test_button_reaches_ones_own_number(kind: str, ana: Person, receiver: Receiver) -> None:
    await on_the_phone(ana, receiver, kind)
    made = (await ana.has(CHANNELS))["items"][0]
    assert (await ana.makes(f"{CHANNELS}/{made['id']}/test"))["delivered"]
    assert twilio.fields(receiver.received[0])["To"] == ANAS


@both
@pytest.mark.parametrize(
    ("answer", "tries", "words"),
    [
        (twilio.refused(401, 20003, "Authenticate"), 1, "does not accept the account SID"),
        (twilio.refused(400, 21610, "Attempt to send to unsubscribed recipient"), 1, "START"),
        (twilio.refused(429, 20429, "Too Many Requests"), 2, "Too Many Requests"),
        (twilio.refused(503, 20503, "Service unavailable"), 2, "Service unavailable"),
    ],
)
async def test_what_twilio_refuses_is_tried_again_where_it_can_help(
    kind: str, answer: str, tries: int, words: str, ana: Person, engine: Engine, receiver: Receiver
) -> None:
    await on_the_phone(ana, receiver, kind)
    receiver.answers.append(answer)
    alert = await paged(ana)
    await engine.advance(hours=1)
    line = await entry(ana, alert)
    assert (line["status"], len(line["attempts"])) == ("sent" if tries == 2 else "failed", tries)
    assert words in line["attempts"][0]["answer"]
    assert twilio.TOKEN not in str(line)


@pytest.mark.parametrize(("refusal", "broken"), [((401, 20003, "Authenticate"), True), ((400, 21614, "No"), False)])
async def test_a_refused_account_breaks_the_channel_and_a_refused_number_does_not(
    refusal: tuple[int, int, str], broken: bool, ana: Person, engine: Engine, receiver: Receiver
) -> None:
    await on_the_phone(ana, receiver)
    receiver.answers.append(twilio.refused(*refusal))
    await paged(ana)
    await engine.settle()
    made = (await ana.has(CHANNELS))["items"][0]
    assert (made["broken_since"] is not None) == broken


async def told_of(ana: Person, engine: Engine, receiver: Receiver, kind: str) -> tuple[str, str]:
    """An alert that ana was paged for, and where Twilio tells of the message."""
    await on_the_phone(ana, receiver, kind)
    alert = await paged(ana)
    await engine.settle()
    return alert, twilio.fields(receiver.received[-1])["StatusCallback"]


@pytest.mark.parametrize(
    ("kind", "form"),
    [("sms", {"MessageStatus": "delivered"}), ("voice", {"CallStatus": "completed", "CallDuration": "12"})],
)
async def test_that_it_arrived_is_written_down(
    kind: str, form: dict[str, str], ana: Person, engine: Engine, receiver: Receiver, http: httpx.AsyncClient
) -> None:
    alert, callback = await told_of(ana, engine, receiver, kind)
    assert (await calls_back(http, callback, MessageStatus="sent")).status_code == 204
    assert (await entry(ana, alert))["status"] == "sent"
    for _ in range(2):
        assert (await calls_back(http, callback, **form)).status_code == 204
    line = await entry(ana, alert)
    assert line["status"] == "delivered"
    assert [a["outcome"] for a in line["attempts"]] == ["sent", "delivered"]
    assert (await alert_of(ana, alert))["status"] == "open"


@pytest.mark.parametrize(
    ("kind", "form"),
    [("sms", {"MessageStatus": "undelivered", "ErrorCode": "30003"}), ("voice", {"CallStatus": "no-answer"})],
)
async def test_what_did_not_arrive_after_all_is_sent_once_more_and_not_twice(
    kind: str, form: dict[str, str], ana: Person, engine: Engine, receiver: Receiver, http: httpx.AsyncClient
) -> None:
    """target/goalert#1599: the history must say what happened."""
    alert, callback = await told_of(ana, engine, receiver, kind)
    for _ in range(2):  # said twice, it is one failure
        await calls_back(http, callback, **form)
    assert (await entry(ana, alert))["status"] == "pending"
    await engine.advance(seconds=10)
    assert len(receiver.received) == 2
    await calls_back(http, callback, **form)
    await engine.advance(hours=1)
    line = await entry(ana, alert)
    assert (line["status"], len(receiver.received)) == ("failed", 2)
    assert [a["outcome"] for a in line["attempts"]] == ["sent", "failed", "sent", "failed"]
    assert next(iter(form.values())) in line["reason"]
    assert "notification.failed" in await happened(ana, alert)


async def test_nobody_is_called_again_about_what_was_acknowledged_meanwhile(
    ana: Person, engine: Engine, receiver: Receiver, http: httpx.AsyncClient
) -> None:
    alert, callback = await told_of(ana, engine, receiver, "voice")
    await ana.makes(f"/alerts/{alert}/acknowledge")
    await calls_back(http, callback, CallStatus="no-answer")
    await engine.advance(hours=1)
    assert len(receiver.received) == 1
    assert (await entry(ana, alert))["status"] == "failed"


async def test_a_receipt_that_is_faster_than_the_answer_is_not_lost(
    ana: Person, engine: Engine, receiver: Receiver, http: httpx.AsyncClient, pulsar: Pulsar
) -> None:
    await on_the_phone(ana, receiver)
    receiver.reached.clear()
    receiver.answering.clear()
    alert = await paged(ana)
    await fire(engine)
    under_way = await sending(pulsar, engine, ana, alert)
    await receiver.reached.wait()
    callback = twilio.fields(receiver.received[-1])["StatusCallback"]
    assert (await calls_back(http, callback, MessageStatus="delivered")).status_code == 204
    receiver.answering.set()
    await under_way
    await engine.advance(seconds=10)
    assert (await entry(ana, alert))["status"] == "delivered"


async def test_a_key_acknowledges_in_the_name_of_whom_was_called(
    ana: Person, engine: Engine, receiver: Receiver, http: httpx.AsyncClient
) -> None:
    alert, callback = await told_of(ana, engine, receiver, "voice")
    key = callback.replace("/receipt", "/key")
    assert f'action="{key}"' in twilio.fields(receiver.received[-1])["Twiml"]
    other = await calls_back(http, key, Digits="5")
    assert "Not acknowledged" in twilio.said(other.text)[0]
    assert (await alert_of(ana, alert))["status"] == "open"
    pressed = await calls_back(http, key, Digits="1")
    assert pressed.headers["content-type"].startswith("application/xml")
    assert twilio.said(pressed.text) == ["Acknowledged alert 1 Disk full."]
    assert (await alert_of(ana, alert))["acknowledged_by"]["name"] == "Ana"
    (event,) = [e for e in (await ana.has(f"/alerts/{alert}/activity"))["items"] if e["type"] == "alert.acknowledged"]
    assert event["actor"] == {"type": "phone", "id": str(ana.id), "name": "Ana"}
    assert "you cannot acknowledge it" in twilio.said((await calls_back(http, key, Digits="1")).text)[0]


async def answers(http: httpx.AsyncClient, base: str, text: str, sender: str = ANAS) -> list[str]:
    reply = await calls_back(http, f"{base}/reply", From=sender, To=twilio.NUMBER, Body=text)
    assert reply.status_code == 200, reply.text
    return twilio.said(reply.text)


async def test_an_answer_acknowledges(ana: Person, engine: Engine, receiver: Receiver, http: httpx.AsyncClient) -> None:
    base = await on_the_phone(ana, receiver)
    made = (await ana.has(CHANNELS))["items"][0]
    assert base.endswith(made["reply_path"].removesuffix("/reply"))
    assert await answers(http, base, "ack") == ["Nothing that you were paged for is open."]
    first = await paged(ana, message="Disk full")
    await engine.settle()
    assert await answers(http, base, " Ack. ") == ["Acknowledged #1 Disk full."]
    assert (await alert_of(ana, first))["acknowledged_by"]["name"] == "Ana"
    for name in ("Link down", "CPU hot"):
        await ana.makes("/alerts", message=name)
    await engine.settle()
    assert await answers(http, base, "ok") == ["Which one? Reply ACK and the number: #3, #2."]
    assert await answers(http, base, "ACK #2") == ["Acknowledged #2 Link down."]
    assert await answers(http, base, "3") == ["Acknowledged #3 CPU hot."]
    assert "#3 CPU hot" in (await answers(http, base, "ack 3"))[0]
    assert await answers(http, base, "ack 99") == ["There is no alert #99."]
    assert "Not understood" in (await answers(http, base, "please stop"))[0]


async def test_whoever_is_not_known_gets_no_answer(
    ana: Person, engine: Engine, receiver: Receiver, http: httpx.AsyncClient
) -> None:
    base = await on_the_phone(ana, receiver)
    alert = await paged(ana)
    await engine.settle()
    assert await answers(http, base, "ACK 1", sender=BOS) == []
    assert (await alert_of(ana, alert))["status"] == "open"


async def test_only_the_channels_own_provider_is_heard(
    ana: Person, eve: Person, engine: Engine, receiver: Receiver, http: httpx.AsyncClient
) -> None:
    base = await on_the_phone(ana, receiver)
    alert = await paged(ana)
    await engine.settle()
    callback = twilio.fields(receiver.received[-1])["StatusCallback"]
    webhook = await ana.makes(CHANNELS, name="Hook", channel_type="webhook", config={"url": "http://x.test/"})
    eves = await channel(eve, receiver, auth_token="e" * 32)
    strangers = [
        await calls_back(http, f"{base}/reply", "another token", From=ANAS, Body="ACK 1"),
        await http.post(callback.removeprefix("http://pulsar.test"), data={"MessageStatus": "failed"}),
        await calls_back(http, callback.replace(str(ana.org_id), str(eve.org_id)), MessageStatus="failed"),
        await calls_back(http, base.replace(base[-36:], webhook["id"]) + "/reply", From=ANAS, Body="ACK 1"),
        await calls_back(http, base.replace(base[-36:], str(uuid4())) + "/reply", From=ANAS, Body="ACK 1"),
        await calls_back(http, f"{base}/{uuid4()}/receipt", MessageStatus="failed"),
        await calls_back(
            http, callback.replace(str(ana.org_id), str(eve.org_id)).replace(base[-36:], eves["id"]), "e" * 32, X="y"
        ),
    ]
    said = [(answer.status_code, answer.json()["code"]) for answer in strangers]
    assert said == [(403, "not_the_provider")] * len(strangers)
    assert (await alert_of(ana, alert))["status"] == "open"
    assert (await entry(ana, alert))["status"] == "sent"


async def test_a_signed_form_that_was_changed_on_its_way_is_not_heard(
    ana: Person, engine: Engine, receiver: Receiver, http: httpx.AsyncClient
) -> None:
    base = await on_the_phone(ana, receiver)
    headers = twilio.signature(f"{base}/reply", {"From": ANAS, "Body": "hello"})
    path = f"{base}/reply".removeprefix("http://pulsar.test")
    assert (await http.post(path, data={"From": ANAS, "Body": "ACK 1"}, headers=headers)).status_code == 403


async def test_texts_and_calls_together_reach_two_people(
    ana: Person, bo: Person, engine: Engine, receiver: Receiver
) -> None:
    await channel(ana, receiver, "sms")
    await channel(ana, receiver, "voice")
    await verified(ana, receiver)
    await verified(bo, receiver, BOS)
    await ladder(ana, level(0, ana, bo))
    alert = (await ana.makes("/alerts", message="Disk full"))["id"]
    await engine.settle()
    assert receiver.complaints == []
    assert {line["status"] for line in await log_of(ana, alert)} == {"sent"}
    reached = sorted((twilio.fields(r)["To"], r.path.rpartition("/")[2]) for r in receiver.received)
    assert reached == sorted((to, r) for to in (ANAS, BOS) for r in ("Messages.json", "Calls.json"))


def test_nothing_is_asked_to_call_back_into_a_house() -> None:
    """Twilio refuses such an address, and with it the message."""
    hosts = ["localhost:8080", "127.0.0.1", "10.0.0.7", "[::1]:8080", "pulsar", "pulsar.example.org", "8.8.8.8"]
    page = Notification(org_id=uuid4(), channel_id=uuid4(), id=uuid4())
    reachable = [host for host in hosts if callback_url(f"http://{host}", page)]
    assert reachable == ["pulsar.example.org", "8.8.8.8"]


@pytest.mark.parametrize("ends", [["delivered"], ["failed", "delivered"], ["failed", "failed"]])
async def test_what_twilio_tells_of_a_digest_it_tells_of_all_that_is_in_it(
    ana: Person, engine: Engine, http: httpx.AsyncClient, receiver: Receiver, ends: list[str]
) -> None:
    """F21: told after it was taken that it did not arrive, it is tried once more, and the log says all of it."""
    await on_the_phone(ana, receiver, "sms")
    await ladder(ana, level(0, ana))
    alerts = [str((await ana.makes("/alerts", message=f"m{n}"))["id"]) for n in range(3)]
    await engine.advance(seconds=61)
    for number, end in enumerate(ends):
        callback = twilio.fields(receiver.received[1 + number])["StatusCallback"]
        await calls_back(http, callback, MessageStatus=end)
        await engine.advance(seconds=6)
    assert "[P3] 2 alerts: #2, #3" in twilio.fields(receiver.received[1])["Body"]
    assert len(receiver.received) == 1 + len(ends)
    for alert in alerts[1:]:
        assert (await entry(ana, alert))["status"] == ends[-1]
