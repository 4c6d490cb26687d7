"""The page behind the link in a page: for one person, one alert, one purpose, and harmless to what follows links."""

import asyncio
from datetime import timedelta
from html.parser import HTMLParser

import httpx
from sqlalchemy import text

from pulsar.base.http import ACCESS_TOKEN, Pulsar
from pulsar.notify.message import ACKNOWLEDGE
from tests.ladders import activity, alert_of, happened, ladder, level, mail_channel, outlook
from tests.world import Clock, Engine, Mailbox, Person

ATTACKS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "</h1></main><iframe src=javascript:alert(1)>",
    "<!--<form action=https://evil.example>",
    "&lt;script&gt;&#x3C;script>",
    "</style><style>body{display:none}",
    "javascript:alert(1)",
]


class Seen(HTMLParser):
    """Which elements and attributes a browser would see."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words += data


async def link(ana: Person, person: Person, engine: Engine, mail: Mailbox, **alert: str) -> tuple[str, str]:
    """The alert's id, and the path of the link in the page that this person got for it."""
    await mail_channel(ana, mail)
    await ladder(ana, level(0, person), level(600, person))
    made = await ana.makes("/alerts", **({"message": "Disk full"} | alert))
    await engine.settle()
    return made["id"], mail.to(person)[0].acknowledge_path


def token(pulsar: Pulsar, clock: Clock, person: Person, alert_id: str, purpose: str = ACKNOWLEDGE) -> str:
    claims = {"org": str(person.org_id), "sub": str(person.id), "alert": alert_id}
    return pulsar.keys.sign(purpose, claims, clock.now(), timedelta(days=7))


async def test_looking_changes_nothing_however_often_and_by_whatever_method(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, http: httpx.AsyncClient
) -> None:
    alert, path = await link(ana, bo, engine, mail)
    for method in ("GET", "HEAD", "OPTIONS", "GET", "PUT", "DELETE"):
        assert (await http.request(method, path)).status_code in {200, 405}
    shown = await http.get(path)
    assert "[P3] #1 Disk full" in shown.text
    assert Seen(shown.text).tags.count("button") == 1
    assert (await alert_of(ana, alert))["status"] == "open"
    assert "alert.acknowledged" not in await happened(ana, alert)


async def test_pressing_acknowledges_in_the_name_of_whom_the_link_was_sent_to(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, http: httpx.AsyncClient
) -> None:
    alert, path = await link(ana, bo, engine, mail)
    pressed = await http.post(path)
    assert pressed.status_code == 200
    assert "Acknowledged by Bo. Nobody is paged any further." in pressed.text
    assert "<button>" not in pressed.text
    assert (await alert_of(ana, alert))["acknowledged_by"] == {"id": str(bo.id), "name": "Bo"}
    event = next(e for e in await activity(ana, alert) if e["type"] == "alert.acknowledged")
    assert event["actor"] == {"type": "link", "id": str(bo.id), "name": "Bo"}
    assert (await outlook(ana, alert))["stopped_reason"] == "acknowledged by Bo"


async def test_pressing_twice_or_after_somebody_else_is_answered_kindly(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, http: httpx.AsyncClient
) -> None:
    alert, path = await link(ana, bo, engine, mail)
    await ana.makes(f"/alerts/{alert}/acknowledge")
    for _ in range(2):
        again = await http.post(path)
        assert (again.status_code, "Acknowledged by Ana" in again.text) == (200, True)
    assert (await happened(ana, alert)).count("alert.acknowledged") == 1


async def test_two_presses_at_once_are_one_acknowledgement(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, http: httpx.AsyncClient
) -> None:
    alert, path = await link(ana, bo, engine, mail)
    answers = await asyncio.gather(*(http.post(path) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert all("Acknowledged by Bo" in answer.text for answer in answers)
    assert (await happened(ana, alert)).count("alert.acknowledged") == 1


async def test_it_does_not_promise_silence_where_levels_page_until_the_close(
    ana: Person, pulsar: Pulsar, engine: Engine, http: httpx.AsyncClient
) -> None:
    await ladder(ana, level(0, ana), level(60, ana, condition="not_closed"))
    alert = await ana.makes("/alerts", message="Disk full")
    path = f"/ack/{token(pulsar, engine.clock, ana, alert['id'])}"
    assert "Acknowledged by Ana. Paging goes on until somebody closes it." in (await http.post(path)).text
    await engine.advance(minutes=2)
    assert "Acknowledged by Ana. Nobody is paged any further." in (await http.get(path)).text


async def test_of_a_closed_alert_it_says_so_and_offers_nothing(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, http: httpx.AsyncClient
) -> None:
    alert, path = await link(ana, bo, engine, mail)
    await ana.makes(f"/alerts/{alert}/close")
    for answer in (await http.get(path), await http.post(path)):
        assert answer.status_code == 200
        assert "Closed." in answer.text
        assert "<button>" not in answer.text
    assert (await alert_of(ana, alert))["status"] == "closed"


async def test_it_wakes_nobody_to_acknowledge_what_is_snoozed(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, http: httpx.AsyncClient
) -> None:
    alert, path = await link(ana, bo, engine, mail)
    until = (engine.clock.now() + timedelta(hours=1)).isoformat()
    await ana.makes(f"/alerts/{alert}/snooze", until=until)
    assert "Snoozed." in (await http.get(path)).text
    assert "Acknowledged by Bo" in (await http.post(path)).text
    await engine.advance(hours=2)
    assert len(mail.mails) == 1


async def test_a_link_that_has_expired_or_is_not_whole_is_gone(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, http: httpx.AsyncClient, clock: Clock
) -> None:
    alert, path = await link(ana, bo, engine, mail)
    head, _, signature = path.rpartition(".")
    flipped = "A" if signature[0] != "A" else "B"
    for broken in (
        path[:-5],
        path[:40],
        "/ack/x",
        f"{head}.{flipped}{signature[1:]}",
        f"{head}.",
        "/ack/%00é",
        path + "x",
    ):
        for answer in (await http.get(broken), await http.post(broken)):
            assert answer.status_code == 410, broken
            assert "does not work any more" in answer.text
    clock.pass_time(timedelta(days=7, seconds=1))
    assert (await http.post(path)).status_code == 410
    async with engine.pulsar.db.in_org(ana.org_id) as tx:
        assert await tx.scalar(text("SELECT status FROM alerts WHERE id = :id"), {"id": alert}) == "open"


async def test_what_was_signed_for_something_else_acknowledges_nothing(
    ana: Person, pulsar: Pulsar, clock: Clock, http: httpx.AsyncClient
) -> None:
    alert = await ana.makes("/alerts", message="Disk full")
    for other in (ana.access_token, token(pulsar, clock, ana, alert["id"], ACCESS_TOKEN)):
        assert (await http.post(f"/ack/{other}")).status_code == 410
    ack = token(pulsar, clock, ana, alert["id"])
    signed_in = await http.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {ack}"})
    assert signed_in.status_code == 401


async def test_somebody_who_was_removed_has_no_say_any_more(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, http: httpx.AsyncClient, pulsar: Pulsar
) -> None:
    alert, path = await link(ana, bo, engine, mail)
    async with pulsar.db.in_org(ana.org_id) as tx:
        await tx.execute(text("UPDATE memberships SET active = false WHERE user_id = :id"), {"id": bo.id})
    for answer in (await http.get(path), await http.post(path)):
        assert answer.status_code == 410
        assert "Disk full" not in answer.text
    assert (await alert_of(ana, alert))["status"] == "open"


async def test_a_link_of_one_organization_does_not_reach_into_another(
    ana: Person, eve: Person, pulsar: Pulsar, clock: Clock, http: httpx.AsyncClient
) -> None:
    alert = await ana.makes("/alerts", message="Disk full")
    assert (await http.post(f"/ack/{token(pulsar, clock, eve, alert['id'])}")).status_code == 410
    assert (await alert_of(ana, alert["id"]))["status"] == "open"


async def test_a_deleted_alert_is_gone(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, http: httpx.AsyncClient
) -> None:
    alert, path = await link(ana, bo, engine, mail)
    await ana.delete(f"/alerts/{alert}")
    assert (await http.get(path)).status_code == (await http.post(path)).status_code == 410


async def test_words_of_an_alert_are_words_and_nothing_else(
    ana: Person, pulsar: Pulsar, clock: Clock, http: httpx.AsyncClient
) -> None:
    async def page(words: str) -> httpx.Response:
        alert = await ana.makes("/alerts", message=words, description=words)
        return await http.get(f"/ack/{token(pulsar, clock, ana, alert['id'])}")

    expected = Seen((await page("plain")).text)
    for attack in ATTACKS:
        answer = await page(attack)
        seen = Seen(answer.text)
        assert (seen.tags, seen.attributes) == (expected.tags, expected.attributes), attack
        assert seen.words.count(attack) == 3
        assert "script-src" not in answer.headers["content-security-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_name_is_a_word_too(ana: Person, pulsar: Pulsar, clock: Clock, http: httpx.AsyncClient) -> None:
    async with pulsar.db.in_org(ana.org_id) as tx:
        await tx.execute(text("UPDATE users SET full_name = :name WHERE id = :id"), {"name": ATTACKS[0], "id": ana.id})
    alert = await ana.makes("/alerts", message="Disk full")
    pressed = await http.post(f"/ack/{token(pulsar, clock, ana, alert['id'])}")
    assert "script" not in Seen(pressed.text).tags
    assert f"Acknowledged by {ATTACKS[0]}." in Seen(pressed.text).words


async def test_no_copy_of_the_page_is_kept_and_its_address_is_not_passed_on(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox, http: httpx.AsyncClient
) -> None:
    _, path = await link(ana, bo, engine, mail)
    answer = await http.get(path)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
