"""Whose number is it? A code says so; until then it is not used."""

from datetime import timedelta

import pytest

from tests.domain.phoning import ANAS, BOS, CONTACTS, channel, code_in, verified
from tests.receiver import Receiver
from tests.vendors import twilio
from tests.world import Clock, Person


async def wrong(person: Person, contact: str, code: str = "000000") -> str:
    answer = await person.post(f"{CONTACTS}/{contact}/verify", code=code)
    assert answer.status_code == 422
    return str(answer.json()["code"])


@pytest.mark.parametrize("kind", ["sms", "voice"])
async def test_a_number_is_verified_by_a_code_that_is_sent_to_it(kind: str, ana: Person, receiver: Receiver) -> None:
    await channel(ana, receiver, kind)
    sent = await ana.makes(CONTACTS, value="+49 (151) 123-456-78")
    assert sent["delivered"], receiver.complaints
    assert (sent["delivered"], sent["contact"]["value"], sent["contact"]["verified_at"]) == (True, ANAS, None)
    assert receiver.complaints == []
    assert twilio.fields(receiver.received[0])["To"] == ANAS
    contact = sent["contact"]["id"]
    done = await ana.makes(f"{CONTACTS}/{contact}/verify", code=code_in(receiver.received[0]))
    assert done["verified_at"]
    assert (await ana.has(CONTACTS))["items"] == [done]
    assert (await ana.post(f"{CONTACTS}/{contact}/code")).json()["code"] == "already_verified"
    assert (await ana.delete(f"{CONTACTS}/{contact}")).status_code == 204
    assert (await ana.has(CONTACTS))["total"] == 0


async def test_no_code_is_in_an_answer_or_in_the_log(ana: Person, receiver: Receiver) -> None:
    await channel(ana, receiver)
    sent = await ana.post(CONTACTS, value=ANAS)
    code = code_in(receiver.received[0])
    log = await ana.get("/notifications/logs")
    assert [entry["purpose"] for entry in log.json()["items"]] == ["verification"]
    assert code not in sent.text.replace(sent.json()["contact"]["id"], "")
    assert f'"{code}' not in log.text
    assert f"{code} is" not in log.text


async def test_a_code_cannot_be_guessed(ana: Person, receiver: Receiver, clock: Clock) -> None:
    """Five tries, and a new code only once a minute."""
    await channel(ana, receiver)
    contact = (await ana.makes(CONTACTS, value=ANAS))["contact"]["id"]
    right = code_in(receiver.received[0])
    for _ in range(5):
        await wrong(ana, contact, f"{(int(right) + 1) % 10**6:06}")
    assert await wrong(ana, contact, right) == "wrong_code"
    soon = await ana.post(f"{CONTACTS}/{contact}/code")
    assert soon.status_code == 429
    assert int(soon.headers["retry-after"]) <= 61


async def test_a_code_lasts_ten_minutes_and_a_new_one_replaces_it(
    ana: Person, receiver: Receiver, clock: Clock
) -> None:
    await channel(ana, receiver)
    contact = (await ana.makes(CONTACTS, value=ANAS))["contact"]["id"]
    first = code_in(receiver.received[-1])
    clock.pass_time(timedelta(minutes=10))
    await wrong(ana, contact, first)
    await ana.makes(f"{CONTACTS}/{contact}/code")
    second = code_in(receiver.received[-1])
    if first != second:
        await wrong(ana, contact, first)
    assert (await ana.makes(f"{CONTACTS}/{contact}/verify", code=second))["verified_at"]


async def test_somebody_elses_number_can_neither_be_seen_nor_taken(
    ana: Person, bo: Person, eve: Person, receiver: Receiver
) -> None:
    await channel(ana, receiver)
    contact = await verified(ana, receiver)
    assert (await bo.has(CONTACTS))["total"] == 0
    assert (await bo.delete(f"{CONTACTS}/{contact}")).status_code == 404
    same = (await bo.makes(CONTACTS, value=ANAS))["contact"]["id"]
    taken = await bo.post(f"{CONTACTS}/{same}/verify", code=code_in(receiver.received[-1]))
    assert (taken.status_code, taken.json()["code"]) == (409, "contact_taken")
    await channel(eve, receiver)
    await verified(eve, receiver)


async def test_without_a_channel_for_it_the_reason_is_said(ana: Person, receiver: Receiver) -> None:
    answer = await ana.post(CONTACTS, value=ANAS)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_channel")
    assert (await ana.has(CONTACTS))["total"] == 0


async def test_what_twilio_says_against_a_number_is_shown(ana: Person, receiver: Receiver) -> None:
    await channel(ana, receiver)
    receiver.answers.append(twilio.refused(400, 21211, "The 'To' number is not a valid phone number."))
    sent = await ana.makes(CONTACTS, value=ANAS)
    assert not sent["delivered"]
    assert "not a valid phone number" in sent["answer"]


@pytest.mark.parametrize("value", ["015112345678", "+0123456789", "+49abc", "", "+12345678901234567"])
async def test_what_is_no_number_of_the_world_is_refused(value: str, ana: Person) -> None:
    answer = await ana.post(CONTACTS, value=value)
    assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (422, ["value"])


async def test_codes_are_not_sent_to_the_whole_world_at_the_organizations_expense(
    ana: Person, receiver: Receiver
) -> None:
    await channel(ana, receiver)
    for number in range(10):
        made = await ana.makes(CONTACTS, value=f"+49151000000{number}")
        await ana.delete(f"{CONTACTS}/{made['contact']['id']}")
    assert (await ana.post(CONTACTS, value=BOS)).status_code == 429
    assert len(receiver.received) == 10


async def test_five_numbers_are_enough_for_anybody(ana: Person, receiver: Receiver) -> None:
    await channel(ana, receiver)
    for number in range(5):
        await ana.makes(CONTACTS, value=f"+49151000000{number}")
    again = await ana.post(CONTACTS, value="+491510000000")
    assert (again.status_code, again.json()["code"]) == (409, "contact_exists")
    sixth = await ana.post(CONTACTS, value=ANAS)
    assert (sixth.status_code, sixth.json()["code"]) == (409, "too_many_contacts")
