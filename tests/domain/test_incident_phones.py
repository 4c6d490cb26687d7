"""Called into an incident by text or by telephone: an answer or a key says that one is coming."""

import httpx

from tests.domain.phoning import calls_back
from tests.domain.test_incidents import incident
from tests.domain.test_phones import answers, on_the_phone
from tests.ladders import ladder, level, read
from tests.receiver import Receiver
from tests.vendors import twilio
from tests.world import Engine, Person


async def called(ana: Person) -> str:
    """Ana, into an incident; its path."""
    path = f"/incidents/{(await incident(ana))['id']}"
    await ana.makes(f"{path}/pages", user_id=str(ana.id))
    return path


async def joined(person: Person, path: str) -> bool:
    return any(one["joined_at"] for one in (await read(person, f"{path}/responders"))["items"])


async def test_a_text_says_how_to_answer_it_and_the_answer_is_no_alerts(
    ana: Person, engine: Engine, receiver: Receiver, http: httpx.AsyncClient
) -> None:
    base = await on_the_phone(ana, receiver)
    path = await called(ana)
    await engine.settle()
    body = twilio.fields(receiver.received[-1])["Body"]
    assert "Incident #1 Checkout is down" in body
    assert await answers(http, base, "ack 1") == ["There is no alert #1."]
    assert await answers(http, base, "ack I9") == ["Nobody calls you into an incident #9."]
    assert not await joined(ana, path)
    assert await answers(http, base, "ACK i1") == ["You are on incident #1 Checkout is down."]
    assert await joined(ana, path)
    entry = (await read(ana, path))["timeline"][-1]
    assert (entry["kind"], entry["actor"]) == (
        "responder_joined",
        {"type": "phone", "id": str(ana.id), "name": "Ana"},
    )
    assert await answers(http, base, "ack i1") == ["Nobody calls you into an incident #1."]


async def test_an_answer_without_a_number_asks_which_where_there_are_both(
    ana: Person, engine: Engine, receiver: Receiver, http: httpx.AsyncClient
) -> None:
    base = await on_the_phone(ana, receiver)
    await ladder(ana, level(0, ana))
    path = await called(ana)
    await ana.makes("/alerts", message="Disk full")
    await engine.settle()
    assert await answers(http, base, "ack") == ["Which one? Reply ACK and the number: #1, I1."]
    assert await answers(http, base, "ack 1") == ["Acknowledged #1 Disk full."]
    assert await answers(http, base, "ok") == ["You are on incident #1 Checkout is down."]
    assert await joined(ana, path)


async def test_a_key_in_a_call_says_that_one_is_coming(
    ana: Person, engine: Engine, receiver: Receiver, http: httpx.AsyncClient
) -> None:
    await on_the_phone(ana, receiver, "voice")
    path = await called(ana)
    await engine.settle()
    key = twilio.fields(receiver.received[-1])["StatusCallback"].replace("/receipt", "/key")
    assert "Not acknowledged" in twilio.said((await calls_back(http, key, Digits="2")).text)[0]
    assert twilio.said((await calls_back(http, key, Digits="1")).text) == ["You are on incident 1 Checkout is down."]
    assert await joined(ana, path)
    again = twilio.said((await calls_back(http, key, Digits="1")).text)[0]
    assert again.startswith("Nobody is wanted any more")
