"""Where Pulsar does not send: into the network that it stands in, whatever name or number leads there
(CVE-2024-5526, CVE-2026-46716)."""

import asyncio
import socket
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsar.base import outbound
from pulsar.base.outbound import ForbiddenAddress
from pulsar.notify.channel import Undelivered, registry
from pulsar.notify.sending import ask
from pulsar.settings import Settings
from tests.receiver import Receiver
from tests.world import Person

LOOPBACK = ip_network("127.0.0.0/8")

INSIDE = [
    "http://127.0.0.1/",
    "http://127.0.0.1:5432/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://user@127.0.0.1/",
    "http://example.org@127.0.0.1/",
    "http://example.org:80@127.0.0.1:80/",
    "http://127.0.0.1#@example.org/",
    "http://127.0.0.1?@example.org/",
    "http://10.0.0.1/",
    "http://10.255.255.255/",
    "http://100.64.0.1/",
    "http://100.127.255.255/",
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.170.2/",
    "http://0xa9fea9fe/",
    "http://2852039166/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.0.0.1/",
    "http://192.0.0.170/",
    "http://192.0.2.1/",
    "http://192.88.99.1/",
    "http://192.168.0.1/",
    "http://192.168.1.1:8080/",
    "http://198.18.0.1/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://239.255.255.250/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a9fe:a9fe::1]/",
    "http://[2001::1]/",
    "http://[2001:db8::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "https://127.0.0.1/",
    "https://[::1]:8443/",
]


@pytest.fixture
def strict() -> Any:
    with outbound.allowing():
        yield


@pytest.mark.parametrize("url", INSIDE)
async def test_an_address_inside_is_not_connected_to(strict: None, url: str) -> None:
    with pytest.raises(Undelivered) as refused:
        await ask(url, timeout_seconds=5)
    assert refused.value.permanent
    assert "PULSAR_OUTBOUND_ALLOW" in refused.value.answer or "InvalidURL" in refused.value.answer


async def test_nothing_of_it_reaches_the_socket(strict: None, receiver: Receiver) -> None:
    with pytest.raises(Undelivered):
        await ask(receiver.url)
    assert receiver.received == []


class Names:
    """A DNS that answers what a test says, another thing each time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
        self.asked = 0
        self._answers = answers
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", self.resolve)

    async def resolve(self, host: str, port: int, **_: object) -> list[Any]:
        found = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        kind = socket.SOCK_STREAM
        return [(socket.AF_INET, kind, 6, "", (literal, port)) for literal in found]


async def test_one_forbidden_answer_among_others_forbids(strict: None, monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch, ["93.184.215.14", "10.0.0.7"])
    with pytest.raises(ForbiddenAddress, match=r"evil\.example is 10\.0\.0\.7"):
        await outbound.addresses("evil.example", 80)


async def test_a_name_is_asked_for_once_and_connected_to_by_what_was_checked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(monkeypatch, ["127.0.0.1"], ["10.0.0.7"])
    url = receiver.url.replace("127.0.0.1", "receiver.example")
    assert (await ask(url)).status == 200
    assert names.asked == 1
    assert receiver.received[0].headers["host"].startswith("receiver.example:")


async def test_the_next_address_is_tried_when_the_first_does_not_answer(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody listens at the first: loopback, but another address than the receiver's.
    Names(monkeypatch, ["127.0.0.9", "127.0.0.1"])
    assert (await ask(receiver.url.replace("127.0.0.1", "receiver.example"))).status == 200


async def test_the_operator_can_allow_a_network(receiver: Receiver) -> None:
    with outbound.allowing(LOOPBACK):
        assert (await ask(receiver.url)).status == 200


async def test_a_mail_server_inside_is_refused_too(strict: None) -> None:
    with pytest.raises(ForbiddenAddress):
        await outbound.connected("127.0.0.1", 25)


@given(st.ip_addresses(v=4))
def test_only_what_is_global_is_outside(address: Any) -> None:
    with outbound.allowing():
        assert not outbound.may_reach(address) or (address.is_global and not address.is_multicast)


@given(st.ip_addresses(v=4))
def test_an_address_in_the_guise_of_the_newer_protocol_is_the_same(address: Any) -> None:
    guise = ip_address(f"::ffff:{address}")
    with outbound.allowing(LOOPBACK):
        assert outbound.may_reach(guise) == outbound.may_reach(address)


@pytest.mark.parametrize(
    ("public_url", "allow", "loopback", "lan"),
    [
        ("", "", True, False),
        ("http://192.0.2.17:8080", "", True, False),
        ("https://pulsar.example.org", "", False, False),
        ("https://pulsar.example.org", "192.168.0.0/16, 127.0.0.1", True, True),
    ],
)
def test_what_the_settings_allow(public_url: str, allow: str, loopback: bool, lan: bool) -> None:
    settings = Settings(public_url=public_url, outbound_allow=allow)
    with outbound.allowing(*settings.outbound_networks):
        assert outbound.may_reach(ip_address("127.0.0.1")) == loopback
        assert outbound.may_reach(ip_address("192.168.1.5")) == lan
        assert not outbound.may_reach(ip_address("169.254.169.254"))


# Of each field in which somebody names an address, one that leads to the receiver; and what else such a channel needs.
ADDRESSES = {
    "url": "{root}/hook",
    "webhook_url": "{root}/hook",
    "server_url": "{root}",
    "server": "{root}",
    "api_url": "{root}",
    "host": "127.0.0.1",
    "port": "{port}",
}
ELSE = {
    "from_address": "p@example.org",
    "security": "none",
    "topic": "alerts",
    "bot_token": "123456:ABC",
    "chat_id": "1",
}
ELSE |= {"account_sid": "AC" + "0" * 32, "auth_token": "x" * 32, "from_number": "+15005550006", "channel": "#ops"}
ELSE |= {"signing_secret": "0" * 32}
# They speak to one provider, whose address nobody can choose.
OF_ONE_PROVIDER = {"sms", "voice", "web_push"}


def _config(kind: str, receiver: Receiver) -> dict[str, Any]:
    fields = registry()[kind].Config.model_fields
    root, port = receiver.root, receiver.root.rpartition(":")[2]
    known = {name: text.format(root=root, port=port) for name, text in ADDRESSES.items()}
    if kind == "apprise":
        known["url"] = receiver.root.replace("http://", "json://")
    if kind == "slack_app":
        known["bot_token"] = "xoxb-123"
    unknown = [name for name, field in fields.items() if field.is_required() and name not in known | ELSE]
    assert unknown == [], f"say in this test what a channel of the kind {kind} needs"
    return {name: (ELSE | known)[name] for name in fields if name in known | ELSE}


@pytest.mark.parametrize("kind", sorted(set(registry()) - OF_ONE_PROVIDER))
async def test_no_channel_of_any_kind_reaches_inside(strict: None, ana: Person, receiver: Receiver, kind: str) -> None:
    """Neither when it is set up nor when it is tried out."""
    config = _config(kind, receiver)
    made = await ana.post("/notifications/channels", name="Inside", channel_type=kind, config=config)
    if made.status_code == 422:
        assert "PULSAR_OUTBOUND_ALLOW" in made.text
    else:
        tried = await ana.makes(f"/notifications/channels/{made.json()['id']}/test")
        assert not tried["delivered"]
        assert "PULSAR_OUTBOUND_ALLOW" in str(tried)
    assert receiver.received == []
