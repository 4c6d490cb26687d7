"""Do the logs keep quiet? A whole Pulsar, in processes of its own, at DEBUG, with secrets on all of its ways."""

import contextlib
import json
import secrets
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
import websockets

from tests.e2e.processes import Running, Starter, until
from tests.ladders import level
from tests.receiver import Receiver
from tests.world import API, Mailbox, Person


@pytest_asyncio.fixture
async def running() -> AsyncIterator[Running]:
    with tempfile.TemporaryDirectory(prefix="pulsar-logs-") as folder:
        start = Starter(Path(folder))
        try:
            yield await start(Path(folder) / "data", log_level="DEBUG", log_format="json").ready()
        finally:
            start.end_all()


def secret(name: str) -> str:
    return f"{name.replace(' ', '-')}-{secrets.token_hex(12)}"


async def come_in(http: httpx.AsyncClient, planted: dict[str, str]) -> Person:
    """Registers, mistypes the password, logs in, refreshes twice with the same token, logs in again."""
    planted |= {"password": secret("password"), "guess": secret("guess")}
    account = {"email": "ana@example.org", "password": planted["password"]}
    names = {"username": "ana", "full_name": "Ana", "organization_name": "Ana's"}
    first = (await http.post(f"{API}/auth/register", json=account | names)).json()
    planted |= {"first refresh": first["refresh_token"], "first access": first["access_token"]}
    assert (await http.post(f"{API}/auth/login", json=account | {"password": planted["guess"]})).status_code == 401
    assert (await http.post(f"{API}/auth/register", json=account | names)).status_code == 409
    await http.post(f"{API}/auth/register", json=account | {"password": planted["guess"][:7]})
    for status in (200, 401):
        answer = await http.post(f"{API}/auth/refresh", json={"refresh_token": first["refresh_token"]})
        assert answer.status_code == status
    session = (await http.post(f"{API}/auth/login", json=account)).json()
    planted |= {"refresh": session["refresh_token"], "access": session["access_token"]}
    user, organization = session["user"], session["organization"]
    return Person(http, user["id"], organization["id"], "ana@example.org", "Ana", planted["access"], planted["refresh"])


async def set_up(ana: Person, planted: dict[str, str], mail: Mailbox, receiver: Receiver) -> str:
    """Channels that work and channels that do not, and an integration, whose token it answers."""
    planted |= {name: secret(name) for name in ("smtp", "header", "bad header")}
    with_password = mail.channel["config"] | {"username": "pulsar", "password": planted["smtp"]}
    headers = {"Authorization": planted["header"]}
    channels: list[tuple[str, str, dict[str, Any]]] = [
        ("Mail", "email", mail.channel["config"]),
        ("Refused", "email", with_password),
        ("Room", "webhook", {"url": receiver.url, "headers": headers}),
        ("Nowhere", "webhook", {"url": "http://127.0.0.1:1/", "headers": headers}),
    ]
    for name, kind, config in channels:
        made = await ana.makes("/notifications/channels", name=name, channel_type=kind, config=config)
        await ana.makes(f"/notifications/channels/{made['id']}/test")
    bad = {"url": receiver.url, "headers": {"X": f"{planted['bad header']}\nY: z"}}
    refused = await ana.post("/notifications/channels", name="Bad", channel_type="webhook", config=bad)
    assert refused.status_code == 422
    await ana.makes("/escalation-policies", name="P", is_default=True, rules=[level(0, ana)])
    planted["incoming token"] = (await ana.makes("/webhooks/incoming", name="Nagios"))["token"]
    return planted["incoming token"]


async def be_paged(http: httpx.AsyncClient, token: str, planted: dict[str, str], mail: Mailbox) -> None:
    mail.empty()
    planted["unknown token"] = secrets.token_hex(32)
    for path, body, status in (
        (token, b'{"message":"Disk full"}', 202),
        (token, b"{", 400),
        (token, b"{}", 422),
        (planted["unknown token"], b"{}", 404),
    ):
        assert (await http.post(f"{API}/webhook/{path}", content=body)).status_code == status
    await until("the page", lambda: mail.mails)
    path = mail.mails[0].acknowledge_path
    planted["link"] = path.removeprefix("/ack/")
    assert (await http.get(path)).status_code == 200
    assert "Acknowledged by Ana" in (await http.post(path)).text
    assert (await http.get(path + "x")).status_code == 410


async def subscribe(ana: Person, planted: dict[str, str]) -> None:
    """A calendar program that reads its address, also after it was revoked."""
    feed = await ana.makes("/users/me/feeds")
    path = feed["url"].partition(API)[2]
    planted["calendar"] = path.removeprefix("/calendar/").removesuffix(".ics")
    assert (await ana.http.get(API + path)).status_code == 200
    await ana.delete(f"/users/me/feeds/{feed['id']}")
    assert (await ana.http.get(API + path)).status_code == 404


async def listen_in(ana: Person, planted: dict[str, str], running: Running) -> None:
    planted["ticket"] = (await ana.makes("/ws/ticket"))["ticket"]
    address = f"{running.url.replace('http', 'ws')}{API}/ws?ticket={planted['ticket']}&after=0"
    async with websockets.connect(address) as socket:
        assert json.loads(await socket.recv())["type"] == "connection.connected"
    with contextlib.suppress(websockets.InvalidStatus):
        async with websockets.connect(address):
            raise AssertionError("the ticket is spent")


async def test_no_secret_stands_in_the_logs(running: Running, mail: Mailbox, receiver: Receiver) -> None:
    planted: dict[str, str] = {}
    async with httpx.AsyncClient(base_url=running.url) as http:
        ana = await come_in(http, planted)
        token = await set_up(ana, planted, mail, receiver)
        await be_paged(http, token, planted, mail)
        await listen_in(ana, planted, running)
        await subscribe(ana, planted)
        assert receiver.received[0].headers["authorization"] == planted["header"]
    await running.stop()

    logs = running.stdout + running.stderr
    events = [json.loads(line)["event"] for line in running.stderr.splitlines() if line.startswith("{")]
    assert events.count("request") > 20, "the logs are those of the whole run"
    assert {"worker_started", "worker_stopped"} <= set(events)
    key = (running.data_dir / "secret.key").read_text().strip()
    # Whole, and by a half that is still enough to guess the rest or to find it in a list.
    found = [name for name, value in (planted | {"key": key}).items() if value in logs or value[-24:] in logs]
    assert found == []
