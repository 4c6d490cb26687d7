"""What does `pulsar check` say of what is around Pulsar?"""

from typing import Any

import httpx
import pytest

from pulsar import app
from pulsar.base.http import Pulsar
from pulsar.checkup import mail as mail_check
from pulsar.checkup import surroundings
from pulsar.people.operators import appoint
from pulsar.settings import Settings
from tests.world import Mailbox, Person


@pytest.mark.parametrize(
    ("url", "state", "said"),
    [
        ("https://pulsar.example.org", "ok", "https://pulsar.example.org"),
        ("http://pulsar.example.org", "note", "travel in clear"),
        ("http://127.0.0.1:8080", "note", "this machine alone"),
        ("", "note", "set PULSAR_PUBLIC_URL"),
        ("pulsar.example.org", "FAIL", "is no address"),
        ("https://pulsar.example.org/?a=b", "FAIL", "is no address"),
    ],
)
def test_the_address_in_links_is_looked_at(url: str, state: str, said: str) -> None:
    finding = surroundings.public_url(Settings(public_url=url))
    assert finding.state == state
    assert said in finding.detail


@pytest.mark.parametrize(
    ("chosen", "state", "said"),
    [
        ({}, "note", "PULSAR_REGISTRATION=closed"),
        ({"registration": "open"}, "ok", "as you have set"),
        ({"registration": "closed"}, "ok", "invited"),
    ],
)
async def test_those_who_run_pulsar_are_reminded_that_anybody_can_register(
    chosen: dict[str, Any], state: str, said: str, pulsar: Pulsar, ana: Person, eve: Person
) -> None:
    settings = Settings(**chosen)
    finding = surroundings.registration(settings)
    assert (finding.state, said in finding.detail) == (state, True)
    node = Pulsar(settings, pulsar.keys, pulsar.db)
    transport = httpx.ASGITransport(app.build(node), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://pulsar.test") as http:
        ana.http = http
        assert (await ana.has("/auth/me"))["registration_left_open"] is False, f"of two, with {eve.name}"
        await appoint(pulsar.db, ana.email, operator=True)
        me, system = await ana.has("/auth/me"), await ana.has("/system")
    await appoint(pulsar.db, ana.email, operator=False)
    assert me["registration_left_open"] is (state == "note")
    assert system["registration"] == settings.registration


async def test_the_mail_server_is_asked_and_sent_nothing(mail: Mailbox) -> None:
    settings = Settings(mail_url=f"smtp+plain://127.0.0.1:{mail.port}", mail_from="pulsar@example.org")
    assert (await mail_check.look(settings)).state == "ok"
    assert mail.mails == []
    wrong = await mail_check.look(Settings(mail_url="smtp+plain://127.0.0.1:1", mail_from="pulsar@example.org"))
    assert wrong.state == "FAIL"
    assert (await mail_check.look(Settings())).state == "note"
