"""What is a mail server told that brings a mail for an integration, and what becomes of the mail?"""

import asyncio
import logging
import smtplib
import socket
from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Any

import pytest
import pytest_asyncio

from pulsar.app import Edge
from pulsar.base.db import Database
from pulsar.base.http import Pulsar
from pulsar.door.limits import Limits
from pulsar.inbound import mail_address
from pulsar.inbound import smtp as mails
from pulsar.inbound.ingest import Ingest
from pulsar.serve import bound
from pulsar.settings import Settings
from tests.ladders import Integration, Json, integration, read
from tests.world import Person


@pytest_asyncio.fixture(scope="session")
async def port(edge: Edge) -> AsyncIterator[int]:
    with bound("127.0.0.1", 0) as sockets:
        async with mails.listening(edge.api.state.ingest, sockets, "pulsar.test"):
            yield sockets[0].getsockname()[1]


@pytest_asyncio.fixture
async def mailed(ana: Person) -> Integration:
    return await integration(ana, name="Cron", integration_type="email")


def mail(subject: str = "Disk full on db-1", text: str = "95 % used", **headers: str) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"] = subject, "cron@db-1.example"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


async def send(port: int, content: bytes, *recipients: str) -> tuple[int, str]:
    """What was said in the end: of the recipients, when all were refused, or else of the mail."""

    def talk() -> tuple[int, str]:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            try:
                client.ehlo()
                client.mail("cron@db-1.example")
                answers = [client.rcpt(to) for to in recipients]
                if all(code != 250 for code, _ in answers):
                    return answers[0][0], answers[0][1].decode()
                code, said = client.data(content)
                return code, said.decode()
            except smtplib.SMTPDataError as error:
                return error.smtp_code, str(error.smtp_error)

    return await asyncio.to_thread(talk)


async def alerts(ana: Person) -> list[Json]:
    items: list[Json] = (await read(ana, "/alerts"))["items"]
    return items


async def test_a_mail_is_committed_before_it_is_answered_and_the_next_one_closes_it(
    ana: Person, mailed: Integration, port: int
) -> None:
    to = f"{mailed.token.upper()}@pulsar.test"
    assert (await send(port, mail(), to))[0] == 250
    (alert,) = await alerts(ana)
    assert (alert["message"], alert["status"], alert["source"]) == ("Disk full on db-1", "open", "cron@db-1.example")
    assert (await send(port, mail("Re: Disk full on db-1"), to))[0] == 250
    assert (await send(port, mail("[RESOLVED] Disk full on db-1"), to))[0] == 250
    (alert,) = await alerts(ana)
    assert (alert["status"], alert["count"]) == ("closed", 2)


async def test_nobody_else_s_mail_is_taken(ana: Person, port: int) -> None:
    generic = await integration(ana)
    for to in ("somebody@example.org", f"{'0' * 64}@pulsar.test", f"{generic.token}@pulsar.test", "postmaster"):
        code, said = await send(port, mail(), to)
        assert (code, "5.1.1" in said) == (550, True), to
    assert await alerts(ana) == []


async def test_two_recipients_get_an_alert_each_and_a_third_who_is_nobody_keeps_none_out(
    ana: Person, mailed: Integration, port: int
) -> None:
    other = await integration(ana, name="Other", integration_type="email")
    assert (await send(port, mail(), f"{mailed.token}@a", "nobody@a", f"{other.token}@a"))[0] == 250
    (alert,) = await alerts(ana)  # of one alias, so the second is a repeat
    assert alert["count"] == 2


async def test_an_integration_that_is_off_refuses_for_good(ana: Person, mailed: Integration, port: int) -> None:
    await ana.request("PATCH", f"/webhooks/incoming/{mailed.id}", json={"enabled": False})
    code, said = await send(port, mail(), f"{mailed.token}@pulsar.test")
    assert (code, "switched off" in said) == (550, True)


async def test_without_a_database_the_sender_is_to_come_again(
    mailed: Integration, port: int, edge: Edge, pulsar: Pulsar, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away:
        async def take(self, *_: Any) -> Any:
            raise ConnectionRefusedError

    monkeypatch.setattr(edge.api.state.ingest, "_intake", Away())
    code, said = await send(port, mail(), f"{mailed.token}@pulsar.test")
    assert (code, "4.3.0" in said) == (451, True)


async def test_without_a_database_nobody_knows_whose_address_it_is_and_the_sender_is_to_come_again(
    mailed: Integration, pulsar: Pulsar
) -> None:
    """Were it refused for good, the mail would be lost."""
    nowhere = Database("postgresql://pulsar@127.0.0.1:1/pulsar", pulsar.keys, size=1)
    ingest = Ingest(nowhere, Limits({}))
    with bound("127.0.0.1", 0) as sockets:
        async with mails.listening(ingest, sockets, "pulsar.test"):
            code, said = await send(sockets[0].getsockname()[1], mail(), f"{mailed.token}@pulsar.test")
    assert (code, "4.3.0" in said) == (451, True)
    await nowhere.engine.dispose()


async def test_what_is_too_large_is_refused_and_what_is_large_is_not(
    ana: Person, mailed: Integration, port: int
) -> None:
    to = f"{mailed.token}@pulsar.test"
    large = mail() + b"\r\n" + (b"x" * 70 + b"\r\n") * 100_000
    assert (await send(port, large, to))[0] == 250
    assert (await send(port, large + (b"x" * 70 + b"\r\n") * 60_000, to))[0] == 552
    assert (await send(port, b"Subject: long\r\n\r\n" + b"x" * 200_000, to))[0] == 250
    assert len(await alerts(ana)) == 2


async def test_nonsense_is_answered_and_the_next_mail_taken(mailed: Integration, port: int) -> None:
    def talk() -> bytes:
        with socket.create_connection(("127.0.0.1", port), 20) as client:
            client.sendall(
                b"GET / HTTP/1.1\r\nHost: x\r\n\r\n\xff\xfe\r\nRCPT TO:<a@b>\r\nDATA\r\n" + b"x" * 400_000 + b"\r\n"
            )
            client.shutdown(socket.SHUT_WR)
            heard = b""
            while part := client.recv(65536):
                heard += part
            return heard

    heard = await asyncio.to_thread(talk)
    assert heard.startswith(b"220 pulsar.test Pulsar")
    assert (await send(port, mail(), f"{mailed.token}@pulsar.test"))[0] == 250


async def test_more_connections_than_there_may_be_are_told_to_come_again(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mails, "MOST_CONNECTIONS", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await reader.read() == mails.FULL
    writer.close()


async def test_no_token_comes_into_the_log(mailed: Integration, port: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await send(port, mail(), f"{mailed.token}@pulsar.test", f"{mailed.token[:-1]}@pulsar.test")
    assert mailed.token[:20] not in caplog.text


def test_an_address_is_offered_where_mail_is_taken() -> None:
    here = Settings(public_url="https://pulsar.example.org", smtp_listen="127.0.0.1:2525")
    assert mail_address.address(here, "email", "abc") == "abc@pulsar.example.org"
    assert mail_address.address(here, "generic", "abc") is None
    assert mail_address.address(Settings(), "email", "abc") is None
    assert (
        mail_address.address(here.model_copy(update={"smtp_domain": "in.example"}), "email", "abc") == "abc@in.example"
    )


@pytest.mark.parametrize("place", ["2525", "host:", "host:99999", "host:x"])
def test_a_place_that_is_none_is_refused(place: str) -> None:
    with pytest.raises(ValueError, match="an address and a port"):
        Settings(smtp_listen=place)
