"""Who reads the status page by mail: confirmed first, told once each, gone in one click; and nobody finds out who."""

import re
from datetime import timedelta

import httpx
import pytest_asyncio
from sqlalchemy import delete

from pulsar.base.http import Pulsar
from pulsar.people.model import LoginFailure
from tests.domain.publishing import published, status_page, text_at
from tests.ladders import mail_channel
from tests.world import Clock, Engine, Mail, Mailbox, Person

READER = "reader@customer.example"


@pytest_asyncio.fixture(autouse=True)
async def nobody_has_asked_yet(pulsar: Pulsar) -> None:
    """All tests come from one address."""
    async with pulsar.db.without_org() as tx:
        await tx.execute(delete(LoginFailure).where(LoginFailure.bucket.startswith("status-page")))


async def asked(http: httpx.AsyncClient, path: str, email: str = READER) -> httpx.Response:
    return await http.post(f"{path}/subscribe", data={"email": email})


def link(mail: Mail, word: str) -> str:
    found = re.search(rf"{word}: https?://[^/]+(\S+)", mail.text)
    assert found, mail.text
    return found.group(1)


async def reading(http: httpx.AsyncClient, path: str, mail: Mailbox, engine: Engine) -> None:
    assert (await asked(http, path)).status_code == 200
    await engine.settle()
    assert (await http.post(link(mail.mails[-1], "Confirm"))).status_code == 200
    mail.empty()


async def test_nobody_is_told_who_has_not_confirmed(
    http: httpx.AsyncClient, ana: Person, mail: Mailbox, engine: Engine
) -> None:
    await mail_channel(ana, mail)
    path = await status_page(ana)
    assert "<form" in await text_at(http, path)
    await asked(http, path)
    await engine.settle()
    assert [one.to for one in mail.mails] == [READER]
    confirm = link(mail.mails[0], "Confirm")
    assert READER in await text_at(http, confirm)
    assert (await ana.has("/status-page/readers"))["total"] == 0, "looking at the link changes nothing"
    await published(ana)
    await engine.settle()
    assert len(mail.mails) == 1
    for _ in range(2):
        assert (await http.post(confirm)).status_code == 200
    assert [one["email"] for one in (await ana.has("/status-page/readers"))["items"]] == [READER]


async def test_readers_are_told_and_can_end_it_in_one_click(
    http: httpx.AsyncClient, ana: Person, mail: Mailbox, engine: Engine
) -> None:
    await mail_channel(ana, mail)
    await mail_channel(ana, mail, name="A second one")
    path = await status_page(ana)
    await reading(http, path, mail, engine)
    notice = await published(ana)
    await engine.settle()
    assert [one.subject for one in mail.mails] == ["Investigating: Checkout is slow (Acme status)"]
    told = mail.mails[0]
    assert "We look into it." in told.text
    assert f"{path}#{notice['id']}" in told.text
    assert told.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    header = dict(told.message.raw_items())["List-Unsubscribe"]
    unsubscribe = link(told, "Unsubscribe")
    # As it came over the wire: a long one must not be encoded, or mail programs would not find it.
    assert re.fullmatch(rf"<https?://[^/]+{re.escape(unsubscribe)}>", header)
    assert (await http.get(unsubscribe)).status_code == 200
    assert (await ana.has("/status-page/readers"))["total"] == 1
    for _ in range(2):
        assert (await http.post(unsubscribe, data={"List-Unsubscribe": "One-Click"})).status_code == 200
    assert (await ana.has("/status-page/readers"))["total"] == 0
    await ana.makes(f"/status-page/notices/{notice['id']}/updates", status="resolved", text="Over.")
    await engine.settle()
    assert len(mail.mails) == 1


async def test_a_mail_server_that_is_away_is_asked_again(
    http: httpx.AsyncClient, ana: Person, mail: Mailbox, engine: Engine
) -> None:
    await mail_channel(ana, mail)
    path = await status_page(ana)
    await reading(http, path, mail, engine)
    mail.refuse_with = "451 later"
    await published(ana)
    await engine.settle()
    mail.refuse_with = None
    await engine.advance(minutes=5)
    assert [one.to for one in mail.mails] == [READER]


async def test_from_outside_a_reader_looks_like_anybody(
    http: httpx.AsyncClient, ana: Person, mail: Mailbox, engine: Engine
) -> None:
    await mail_channel(ana, mail)
    path = await status_page(ana)
    await reading(http, path, mail, engine)
    known, unknown = await asked(http, path, READER.upper()), await asked(http, path, "else@customer.example")
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    await engine.settle()
    assert [one.to for one in mail.mails] == ["else@customer.example"]


async def test_one_mailbox_is_not_flooded_and_who_asks_too_often_waits(
    http: httpx.AsyncClient, ana: Person, mail: Mailbox, engine: Engine
) -> None:
    await mail_channel(ana, mail)
    path = await status_page(ana)
    answers = [await asked(http, path, "victim@customer.example") for _ in range(21)]
    assert [one.status_code for one in answers] == [200] * 20 + [429]
    assert len({one.text for one in answers[:20]}) == 1
    await engine.settle()
    assert len(mail.mails) == 3
    await engine.advance(hours=2)
    assert (await asked(http, path, "victim@customer.example")).status_code == 200


async def test_a_link_to_confirm_holds_for_two_days(
    http: httpx.AsyncClient, ana: Person, mail: Mailbox, engine: Engine, clock: Clock
) -> None:
    await mail_channel(ana, mail)
    path = await status_page(ana)
    await asked(http, path)
    await engine.settle()
    confirm = link(mail.mails[0], "Confirm")
    clock.pass_time(timedelta(days=2, seconds=1))
    assert (await http.get(confirm)).status_code == 410
    assert (await http.post(confirm)).status_code == 410
    assert (await http.post("/status/-/unsubscribe/nonsense")).status_code == 410


async def test_what_is_no_address_is_refused_and_without_a_mail_channel_there_is_no_form(
    http: httpx.AsyncClient, ana: Person
) -> None:
    path = await status_page(ana)
    assert "<form" not in await text_at(http, path)
    for email in ("", "nobody", "a@b.example\r\nBcc: c@d.example", "x" * 300 + "@customer.example"):
        assert (await asked(http, path, email)).status_code == 422
    assert (await asked(http, "/status/nothing-here")).status_code == 404
