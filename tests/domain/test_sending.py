"""One request to a provider: what it does not wait for, does not follow and does not read."""

from datetime import UTC, datetime

import pytest

from pulsar.notify.channel import Undelivered
from pulsar.notify.sending import post, retry_after
from tests.e2e.processes import free_port
from tests.receiver import Receiver

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


async def failure(url: str, **request: object) -> Undelivered:
    with pytest.raises(Undelivered) as caught:
        await post(url, **request)
    return caught.value


async def test_a_server_that_says_nothing_is_left_and_tried_again(receiver: Receiver) -> None:
    receiver.answering.clear()
    late = await failure(receiver.url, timeout_seconds=0.1)
    assert "Timeout" in late.answer
    assert not late.permanent


async def test_nobody_there_is_worth_another_try() -> None:
    away = await failure(f"http://127.0.0.1:{free_port()}/")
    assert "Connect" in away.answer
    assert not away.permanent


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answers.append(f"307 Temporary Redirect\r\nLocation: {receiver.url}/elsewhere")
    led = await failure(receiver.url)
    assert led.permanent
    assert len(receiver.received) == 1


async def test_of_an_endless_answer_a_part_is_read(receiver: Receiver) -> None:
    receiver.answers.append("200 OK\r\n\r\n" + "x" * 500_000)
    assert len((await post(receiver.url)).text) == 64 * 1024


async def test_an_answer_that_is_packed_is_not_unpacked(receiver: Receiver) -> None:
    """It is not asked for, and a few bytes of it can be gigabytes."""
    receiver.answers.append("200 OK\r\nContent-Encoding: gzip\r\n\r\nnot even packed")
    assert (await post(receiver.url, headers={"accept-encoding": "br"})).text == "not even packed"
    asked = receiver.received[0].headers
    assert asked["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("90", 90),
        ("Tue, 24 Nov 2026 12:01:30 GMT", 90),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_both_ways_of_asking_for_patience_are_understood(header: str, seconds: float | None) -> None:
    assert retry_after(header, NOON) == seconds
