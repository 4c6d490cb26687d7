"""What does `pulsar check` say of what is around Pulsar?"""

import pytest

from pulsar.checkup import mail as mail_check
from pulsar.checkup import surroundings
from pulsar.settings import Settings
from tests.world import Mailbox


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


async def test_the_mail_server_is_asked_and_sent_nothing(mail: Mailbox) -> None:
    settings = Settings(mail_url=f"smtp+plain://127.0.0.1:{mail.port}", mail_from="pulsar@example.org")
    assert (await mail_check.look(settings)).state == "ok"
    assert mail.mails == []
    wrong = await mail_check.look(Settings(mail_url="smtp+plain://127.0.0.1:1", mail_from="pulsar@example.org"))
    assert wrong.state == "FAIL"
    assert (await mail_check.look(Settings())).state == "note"
