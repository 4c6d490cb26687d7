"""Two API nodes and two workers on one PostgreSQL, clients on both, and one node killed: whoever listened goes on at
the other one, and has heard every line of the table once. And two browser windows that show the same."""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import websockets
from playwright.async_api import Browser, Page, expect

from tests.e2e.paging import paged_by_mail
from tests.e2e.postgresql import External, newest
from tests.e2e.processes import Running, Starter, until
from tests.e2e.test_browser import browser, visiting
from tests.world import PASSWORD, Mailbox, Person, register

__all__ = ["browser"]

KEY = "a secret key that two nodes share"
CLIENTS = 20

Message = dict[str, Any]


@pytest.fixture(scope="module")
def shared(workshop: Path) -> Iterator[External]:
    with newest(workshop / "shared-by-nodes") as external:
        yield external


class Listening:
    """A client as the page on the live feed wants it: remembers its last number, and goes to whichever node answers."""

    def __init__(self, nodes: list[Running], first: int, person: Person, after: int) -> None:
        self.heard: list[Message] = []
        self.last, self.turns, self.resyncs = after, 0, 0
        self.errors: set[str] = set()
        self._nodes, self._at, self._token = nodes, first, person.access_token

    async def listen(self) -> None:
        while True:
            node = self._nodes[self._at]
            address = f"ws://127.0.0.1:{node.port}/api/v1/ws?token={self._token}&after={self.last}"
            with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError):
                async with websockets.connect(address, open_timeout=5) as socket:
                    async for said in socket:
                        self._take(json.loads(said))
            self._at, self.turns = (self._at + 1) % len(self._nodes), self.turns + 1
            await asyncio.sleep(0.1)

    def _take(self, message: Message) -> None:
        self.resyncs += message["type"] == "connection.resync"
        if message["type"] == "connection.error":
            self.errors.add(message["payload"]["code"])
        if message["id"] is not None:
            self.heard.append(message)
            self.last = message["id"]


async def table_of(url: str, person: Person, after: int) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT number, type, subject_id::text, data::text FROM events WHERE org_id = $1 AND number > $2"
            " ORDER BY number",
            person.org_id,
            after,
        )
    finally:
        await connection.close()
    return [(row[0], row[1], row[2], json.loads(row[3])) for row in rows]


def as_rows(heard: list[Message]) -> list[tuple[Any, ...]]:
    return [(one["id"], one["type"], one["payload"]["subject"]["id"], one["payload"]["data"]) for one in heard]


async def test_when_a_node_dies_its_listeners_go_on_at_the_other_and_have_heard_every_line_once(
    shared: External, start: Starter, tmp_path: Path, mail: Mailbox
) -> None:
    url = await shared.database_of("nodes", "CREATEROLE")
    nodes = [start(tmp_path / f"node-{n}", "serve", "--no-worker", database_url=url, secret_key=KEY) for n in range(2)]
    for node in nodes:
        await node.answers("/healthz")
    for n in range(2):
        start(tmp_path / f"worker-{n}", "worker", database_url=url, secret_key=KEY)
    async with httpx.AsyncClient(base_url=nodes[1].url, timeout=20) as http:
        ana = await register(http, "Ana")
        monitoring = await paged_by_mail(ana, mail, 0)
        await nodes[1].ready()
        began = (await ana.has("/events"))["last_id"]
        clients = [Listening(nodes, n % 2, ana, began) for n in range(CLIENTS)]
        listening = [asyncio.create_task(client.listen()) for client in clients]

        async def all_are_there() -> bool:
            stats = [httpx.get(f"{node.url}/api/v1/ws/stats", headers=_as(ana)).json() for node in nodes]
            return [one["listeners"] for one in stats] == [CLIENTS // 2] * 2

        await until("all clients on their nodes", all_are_there, 30)
        for n in range(60):
            alert = (await monitoring.tells(message=f"Disk {n}", alias=f"disk-{n}"))["alerts"][0]["id"]
            if n == 30:
                nodes[0].process.kill()
            if n % 3 == 0:
                await ana.makes(f"/alerts/{alert}/acknowledge")
        await until("the pages", lambda: len(mail.to(ana)) >= 1, 30)

        async def quiet() -> bool:
            last = (await ana.has("/events"))["last_id"]
            await asyncio.sleep(1.5)
            return bool(last == (await ana.has("/events"))["last_id"])

        await until("the end of what follows", quiet, 60)
        last = (await ana.has("/events"))["last_id"]
        await until("the last line everywhere", lambda: all(client.last == last for client in clients), 30)
        for task in listening:
            task.cancel()
    table = await table_of(url, ana, began)
    assert len(table) > 100
    assert [client for client in clients if as_rows(client.heard) != table] == []
    assert sum(client.turns > 0 for client in clients) >= CLIENTS // 2, "nobody had to change nodes"
    assert sum(client.resyncs for client in clients) == 0


def _as(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.access_token}"}


async def _log_in(page: Page, email: str) -> None:
    await page.goto("/login")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await page.wait_for_url(lambda url: not url.endswith("/login"))


async def test_what_one_window_does_the_other_shows_within_a_second(
    server: Running, ana: Person, browser: Browser
) -> None:
    await ana.makes("/alerts", message="Disk full", priority="P1")
    async with visiting(browser, server, 1200, 800) as one, visiting(browser, server, 390, 844) as other:
        for page in (one, other):
            await _log_in(page, ana.email)
            await page.goto("/alerts")
            await expect(page.get_by_text("Disk full")).to_be_visible()
        await expect(one.get_by_title("What others do appears here within a second.")).to_be_visible()

        async def both_listen() -> bool:
            return bool((await ana.has("/ws/stats"))["listeners"] == 2)

        await until("the feeds of both windows", both_listen)
        async with one.expect_response(lambda answer: answer.url.endswith("/acknowledge")) as answered:
            await one.get_by_role("button", name="Ack", exact=False).first.click()
        await answered.value
        began = time.monotonic()
        await expect(other.get_by_role("list", name="Alerts").get_by_text("Acknowledged").last).to_be_visible()
        assert time.monotonic() - began < 1


async def test_the_banner_says_since_when_what_is_shown_may_be_old_and_goes_by_itself(
    server: Running, ana: Person, browser: Browser
) -> None:
    async with visiting(browser, server, 1200, 800) as page:
        await _log_in(page, ana.email)
        await page.clock.install()
        await page.goto("/alerts")
        await expect(page.get_by_title("What others do appears here within a second.")).to_be_visible()
        # Requests get through and the feed does not, as behind some proxies.
        await page.route_web_socket("**/api/v1/ws*", lambda socket: None)
        await page.reload()
        await ana.makes("/alerts", message="Disk full")
        # What takes three quarters of a minute is not waited for: the page's clock is put on.
        await _as_time_goes_by(page, expect(page.get_by_role("alert")).to_contain_text, "Live news do not get through")
        await _as_time_goes_by(page, expect(page.get_by_text("Disk full")).to_be_visible)


async def _as_time_goes_by(page: Page, becomes_true: Callable[..., Awaitable[None]], *words: str) -> None:
    for _ in range(12):
        with contextlib.suppress(AssertionError):
            await becomes_true(*words, timeout=500)
            return
        await page.clock.run_for(10_000)
    await becomes_true(*words)


async def test_when_the_database_was_away_whoever_listens_goes_on_and_has_missed_nothing(
    start: Starter, data_dir: Path
) -> None:
    running = await start(data_dir).ready()
    async with httpx.AsyncClient(base_url=running.url, timeout=20) as http:
        ana = await register(http, "Ana")
        client = Listening([running], 0, ana, (await ana.has("/events"))["last_id"])
        listening = asyncio.create_task(client.listen())
        await ana.makes("/teams", name="Before")
        await until("the first event", lambda: len(client.heard) == 1)
        running.postmaster().kill()

        async def away() -> bool:
            return not (await http.get("/readyz")).is_success

        await until("an answer that says so", away)
        await running.ready()
        await ana.makes("/teams", name="After")
        await until("the second event", lambda: len(client.heard) == 2, 30)
        listening.cancel()
    assert [one["payload"]["data"]["name"] for one in client.heard] == ["Before", "After"]
    assert client.errors <= {"database_away"}, "told something else than the truth, if it was noticed at all"
    assert [line for line in running.stderr.splitlines() if "feed_failed" in line and "Traceback" in line] == []
