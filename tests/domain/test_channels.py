"""Notification channels: set up, kept secret, tried out."""

from typing import Any

import httpx
import pytest

from pulsar.notify.channel import registry, secret_fields
from tests.e2e.processes import free_port
from tests.ladders import Json
from tests.receiver import Receiver
from tests.world import API, PASSWORD, Mailbox, People, Person

CHANNELS = "/notifications/channels"
EMAIL = {"host": "mail.example.org", "username": "pulsar", "password": "open sesame", "from_address": "p@example.org"}


async def channel(person: Person, channel_type: str = "email", name: str = "Mail", **config: Any) -> Json:
    made: Json = await person.makes(CHANNELS, name=name, channel_type=channel_type, config=config)
    return made


async def test_kinds_are_described_so_that_a_form_can_be_drawn(ana: Person) -> None:
    kinds = {kind["slug"]: kind for kind in (await ana.has(f"{CHANNELS}/kinds"))["items"]}
    assert (kinds["email"]["reach"], kinds["webhook"]["reach"]) == ("personal", "room")
    for kind in kinds.values():
        assert kind["title"]
        assert kind["help"].endswith(".")
        fields = kind["config_schema"]["properties"]
        assert all(field["title"] for field in fields.values())
        assert kind["config_schema"]["additionalProperties"] is False
    assert kinds["email"]["config_schema"]["properties"]["password"]["writeOnly"] is True
    assert kinds["webhook"]["config_schema"]["properties"]["headers"]["writeOnly"] is True
    assert "writeOnly" not in kinds["email"]["config_schema"]["properties"]["host"]


async def test_a_channel_is_set_up_changed_switched_off_and_deleted(ana: Person) -> None:
    made = await channel(ana, **EMAIL)
    path = f"{CHANNELS}/{made['id']}"
    assert (made["enabled"], made["reach"], made["version"]) == (True, "personal", 1)
    assert made["config"] == {
        "host": "mail.example.org",
        "port": 587,
        "security": "starttls",
        "username": "pulsar",
        "from_address": "p@example.org",
    }
    changed = (await ana.patch(path, name="Post", config={"port": 465, "security": "tls"}, enabled=False)).json()
    assert (changed["name"], changed["enabled"], changed["version"]) == ("Post", False, 2)
    assert changed["config"] == made["config"] | {"port": 465, "security": "tls"}
    assert await ana.has(path) == changed
    assert (await ana.delete(path)).status_code == 204
    assert (await ana.get(path)).status_code == 404
    assert (await ana.has(CHANNELS))["total"] == 0


@pytest.mark.parametrize(
    ("channel_type", "kept", "moved", "secret"),
    [
        ("email", EMAIL, {"host": "mail.evil.example"}, "password"),
        (
            "webhook",
            {"url": "https://hooks.example.org/a", "headers": {"Authorization": "open sesame"}},
            {"url": "https://evil.example/a"},
            "headers",
        ),
        (
            "webhook",
            {"url": "https://hooks.example.org/a", "headers": {"Authorization": "open sesame"}},
            {"url": "http://hooks.example.org/a"},
            "headers",
        ),
    ],
)
async def test_a_secret_does_not_follow_to_another_host(
    ana: Person, channel_type: str, kept: Json, moved: Json, secret: str
) -> None:
    made = await channel(ana, channel_type, "Mail", **kept)
    path = f"{CHANNELS}/{made['id']}"
    refused = await ana.patch(path, config=moved)
    assert (refused.status_code, refused.json()["code"]) == (422, "secret_needed")
    assert refused.json()["errors"][0]["field"] == f"config.{secret}"
    assert (await ana.has(path))["config"] == made["config"]
    again = await ana.patch(path, config=moved | {secret: kept[secret]})
    assert (again.status_code, again.json()["secrets"]) == (200, [secret])


async def test_a_secret_stays_when_the_address_is_another_on_the_same_host(ana: Person) -> None:
    headers = {"Authorization": "open sesame"}
    made = await channel(ana, "webhook", "Room", url="https://hooks.example.org/a", headers=headers)
    moved = await ana.patch(f"{CHANNELS}/{made['id']}", config={"url": "https://HOOKS.example.org/b"})
    assert (moved.status_code, moved.json()["secrets"]) == (200, ["headers"])


async def test_a_secret_never_comes_back_and_stays_until_it_is_replaced(ana: Person, receiver: Receiver) -> None:
    first, second = {"Authorization": "Bearer open sesame"}, {"X-Key": "close sesame"}
    made = await channel(ana, "webhook", "Room", url=receiver.url, headers=first)
    path = f"{CHANNELS}/{made['id']}"
    answers = [
        await ana.get(path),
        await ana.get(CHANNELS),
        await ana.patch(path, name="Hall"),
        await ana.patch(path, config={"timeout_seconds": 5}),
        await ana.get("/notifications/logs"),
    ]
    assert all("sesame" not in answer.text for answer in answers)
    assert [answer.json()["secrets"] for answer in answers[2:4]] == [["headers"], ["headers"]]
    assert "headers" not in made["config"]

    assert (await ana.makes(f"{path}/test"))["delivered"]
    assert receiver.received[-1].headers["authorization"] == "Bearer open sesame"
    await ana.patch(path, config={"headers": second})
    await ana.makes(f"{path}/test")
    assert receiver.received[-1].headers["x-key"] == "close sesame"
    assert "authorization" not in receiver.received[-1].headers
    cleared = (await ana.patch(path, config={"headers": {}})).json()
    assert cleared["secrets"] == []


def test_every_kind_keeps_what_is_secret_apart() -> None:
    """A password that is not marked would lie open in the database and in every answer."""
    suspicious = ("password", "token", "secret", "headers", "key")
    for kind in registry().values():
        named = {name for name in kind.Config.model_fields if any(word in name for word in suspicious)}
        assert named <= secret_fields(kind), kind.slug


BAD_CONFIGS: list[tuple[str, Json, str]] = [
    ("email", EMAIL | {"host": ""}, "host"),
    ("email", {"host": "mail.example.org"}, "from_address"),
    ("email", EMAIL | {"port": 0}, "port"),
    ("email", EMAIL | {"port": "many"}, "port"),
    ("email", EMAIL | {"security": "maybe"}, "security"),
    ("email", EMAIL | {"from_address": "Ana <ana@example.org>\nBcc: eve@example.org"}, "from_address"),
    ("email", EMAIL | {"smell": "rose"}, "smell"),
    ("email", EMAIL | {"password": None}, "password"),
    ("webhook", {}, "url"),
    ("webhook", {"url": "mail.example.org"}, "url"),
    ("webhook", {"url": "file:///etc/passwd"}, "url"),
    ("webhook", {"url": "http://x.test/", "method": "DELETE"}, "method"),
    ("webhook", {"url": "http://x.test/", "timeout_seconds": 301}, "timeout_seconds"),
    ("webhook", {"url": "http://x.test/", "headers": {"X": "a\r\nY: b"}}, "headers"),
    ("webhook", {"url": "http://x.test/", "headers": {"": "a"}}, "headers"),
    ("webhook", {"url": "http://x.test/", "headers": {"Host": "eve.test"}}, "headers"),
    ("webhook", {"url": "http://x.test/", "headers": {"X": "ü€"}}, "headers"),
]


async def test_what_does_not_fit_is_named_and_not_repeated(ana: Person) -> None:
    good = {
        "email": await channel(ana, **EMAIL),
        "webhook": await channel(ana, "webhook", "Room", url="http://x.test/"),
    }
    for kind, config, field in BAD_CONFIGS:
        answers = [await ana.post(CHANNELS, name="Bad", channel_type=kind, config=config)]
        if field in config:
            answers.append(await ana.patch(f"{CHANNELS}/{good[kind]['id']}", config={field: config[field]}))
        for answer in answers:
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_channel_config"), config
            assert [error["field"].split(".")[:2] for error in answer.json()["errors"]] == [["config", field]]
            assert "sesame" not in answer.text
    assert [await ana.has(f"{CHANNELS}/{made['id']}") for made in good.values()] == list(good.values())


async def test_an_unknown_kind_is_named(ana: Person) -> None:
    answer = await ana.post(CHANNELS, name="Pigeon", channel_type="pigeon", config={})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_channel_type")
    assert answer.json()["errors"][0]["field"] == "channel_type"


async def test_a_name_is_given_once_and_an_old_reading_refused(ana: Person, eve: Person) -> None:
    await channel(ana, **EMAIL)
    other = await channel(ana, name="Other", **EMAIL)
    path = f"{CHANNELS}/{other['id']}"
    for answer in (
        await ana.post(CHANNELS, name="MAIL", channel_type="email", config=EMAIL),
        await ana.patch(path, name="mail"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
    assert (await ana.patch(path, name="Third", version=1)).status_code == 200
    stale = await ana.patch(path, name="Fourth", version=1)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    assert stale.json()["current"] == await ana.has(path)
    await channel(eve, **EMAIL)


async def test_the_test_button_sends_a_mail_to_whoever_presses_it_or_to_another(
    ana: Person, bo: Person, mail: Mailbox
) -> None:
    made = await ana.makes(CHANNELS, **mail.channel)
    tried = await bo.makes(f"{CHANNELS}/{made['id']}/test")
    assert (tried["delivered"], [m.subject for m in mail.to(bo)]) == (True, ["Test from Pulsar"])
    assert "taken" in tried["answer"]
    assert tried["duration_ms"] >= 0
    await bo.makes(f"{CHANNELS}/{made['id']}/test", to="postmaster@example.org")
    assert [m.to for m in mail.mails] == [bo.email, "postmaster@example.org"]

    shown = await ana.has(f"{CHANNELS}/{made['id']}")
    assert shown["last_success_at"]
    assert shown["last_error"] is None
    log = (await ana.has("/notifications/logs"))["items"]
    assert [(entry["purpose"], entry["status"], entry["user"]["name"]) for entry in log] == [("test", "sent", "Bo")] * 2


async def test_the_test_button_shows_what_the_mail_server_says(ana: Person, mail: Mailbox) -> None:
    made = await ana.makes(CHANNELS, **mail.channel)
    mail.refuse_with = "550 no such person here"
    tried = await ana.makes(f"{CHANNELS}/{made['id']}/test")
    assert (tried["delivered"], tried["answer"]) == (False, "550 no such person here")
    shown = await ana.has(f"{CHANNELS}/{made['id']}")
    assert shown["last_error"] == "550 no such person here"
    assert shown["last_error_at"]
    mail.refuse_with = None
    await ana.makes(f"{CHANNELS}/{made['id']}/test")
    assert (await ana.has(f"{CHANNELS}/{made['id']}"))["last_error"] is None


@pytest.mark.parametrize("kind", ["email", "webhook"])
async def test_the_test_button_says_that_nobody_answers(kind: str, ana: Person) -> None:
    port = free_port()
    configs: dict[str, Json] = {
        "email": {"host": "127.0.0.1", "port": port, "security": "none", "from_address": "p@example.org"},
        "webhook": {"url": f"http://127.0.0.1:{port}/"},
    }
    made = await channel(ana, kind, **configs[kind])
    tried = await ana.makes(f"{CHANNELS}/{made['id']}/test")
    assert tried["delivered"] is False
    assert "Connect" in tried["answer"]
    log = (await ana.has("/notifications/logs", status="failed"))["items"]
    assert [attempt["outcome"] for attempt in log[0]["attempts"]] == ["failed"]


async def test_a_webhook_is_not_led_elsewhere_by_a_redirect(ana: Person, receiver: Receiver) -> None:
    """The address that its owner checked is the address that is called (CVE-2024-5526)."""
    made = await ana.makes(CHANNELS, **receiver.channel())
    receiver.answers.append(f"302 Found\r\nLocation: {receiver.url}/elsewhere")
    tried = await ana.makes(f"{CHANNELS}/{made['id']}/test")
    assert (tried["delivered"], tried["answer"][:3]) == (False, "302")
    assert len(receiver.received) == 1


async def test_a_line_break_in_a_name_does_not_keep_its_owner_from_being_reached(
    http: httpx.AsyncClient, people: People, mail: Mailbox
) -> None:
    """Nor does it add a header to the mail."""
    eve = await people.founder("Eve")
    body = {"email": f"x-{eve.email}", "username": f"x{eve.id.hex[:9]}", "password": PASSWORD}
    body |= {"full_name": "Eve\r\nBcc: all@example.org", "organization_name": "E"}
    eve.access_token = (await http.post(f"{API}/auth/register", json=body)).json()["access_token"]
    made = await eve.makes(CHANNELS, **mail.channel)
    assert (await eve.makes(f"{CHANNELS}/{made['id']}/test"))["delivered"]
    assert [m.to for m in mail.mails] == [f"x-{eve.email}"]
    assert mail.mails[0].message["Bcc"] is None
