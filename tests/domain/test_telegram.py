"""Telegram by a bot: one message for each alert, which shows how that stands, and buttons that members press."""

import html
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio

from pulsar import app
from pulsar.base.http import Pulsar
from pulsar.settings import Settings
from tests.domain.delivering import entry, paged
from tests.ladders import Json, alert_of, ladder, level, log_of
from tests.receiver import Receiver
from tests.vendors import telegram
from tests.vendors.telegram import BOT_NAME, CHAT, TOKEN, Chats, offered
from tests.world import API, Engine, People, Person

CHANNELS, ACCOUNTS = "/notifications/channels", "/users/me/accounts"
ANA, BO = (
    {"id": 77, "is_bot": False, "first_name": "Ana"},
    {"id": 88, "is_bot": False, "first_name": "B", "username": "bo"},
)


@dataclass
class Group:
    """A chat with the bot in it, and the way in which Telegram tells of presses."""

    http: httpx.AsyncClient
    chats: Chats
    channel: Json
    count: int = 0

    @property
    def number(self) -> int:
        (number,) = self.chats.shown
        return number

    @property
    def message(self) -> Json:
        return self.chats.shown[self.number]

    @property
    def text(self) -> str:
        return html.unescape(self.message["text"])

    async def press(self, label: str, user: Json, **fields: Any) -> Json:
        data = str(offered(self.message)[label].callback_data)
        self.count += 1
        return await self.sends(telegram.press(self.count, user, data, self.number, **fields))

    async def sends(self, update: Json, secret: str | None = None) -> Json:
        """What Telegram is answered: a method of its API."""
        response = await self.tells(update, secret)
        assert response.status_code == 200, response.text
        answer: Json = response.json() if response.content else {}
        if answer.get("method") == "answerCallbackQuery":
            assert len(answer.get("text", "")) <= 200
            assert answer.get("url", "https://t.me/").startswith("https://t.me/")
        return answer

    async def tells(self, update: Any, secret: str | None = None) -> httpx.Response:
        known = self.chats.webhook["secret_token"] if secret is None else secret
        path = urlsplit(self.chats.webhook["url"]).path
        content = update if isinstance(update, bytes) else json.dumps(update).encode()
        return await self.http.post(path, content=content, headers={"X-Telegram-Bot-Api-Secret-Token": known})


@pytest.fixture(scope="session")
def safe(pulsar: Pulsar, data_dir: Any, database_url: str) -> Pulsar:
    """The same node, reached over https."""
    settings = Settings(data_dir=data_dir, database_url=database_url, public_url="https://pulsar.test")
    return replace(pulsar, settings=settings)


@pytest_asyncio.fixture(scope="session")
async def safe_http(http: httpx.AsyncClient, safe: Pulsar) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app.build(safe), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://pulsar.test") as client:
        yield client


@pytest.fixture
def people(safe_http: httpx.AsyncClient, safe: Pulsar) -> People:
    return People(safe_http, safe)


@pytest.fixture
def engine(engine: Engine, safe: Pulsar) -> Engine:
    return replace(engine, pulsar=safe)


async def group(owner: Person, at: Receiver, **config: Any) -> Group:
    chats = Chats()
    at.vendor = chats.api
    own = {"bot_token": TOKEN, "chat_id": str(CHAT), "api_url": at.root}
    made = await owner.makes(CHANNELS, name="Ops", channel_type="telegram", config=own | config)
    return Group(owner.http, chats, made)


async def linked(person: Person, room: Group, user: Json) -> None:
    """As they do it: /start to the bot, and the link that comes back."""
    said = await room.sends(telegram.start(1, user))
    assert said["chat_id"] == user["id"]
    url = urlsplit(said["reply_markup"]["inline_keyboard"][0][0]["url"])
    assert (url.netloc, url.path) == ("pulsar.test", "/me/link")
    await person.makes(ACCOUNTS, offer=parse_qs(url.query)["offer"][0])


async def test_a_page_shows_how_the_alert_stands_with_buttons_that_act(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    room = await group(ana, receiver)
    assert room.chats.asked == ["getMe", "setWebhook"]
    assert room.chats.webhook["url"] == f"https://pulsar.test/api/v1/callbacks/{ana.org_id}/telegram"
    assert room.channel["config"]["bot_name"] == BOT_NAME
    alert = await paged(ana, message="Disk <full> & hot", description="x" * 6000)
    await engine.settle()
    assert receiver.complaints == []
    assert (await entry(ana, alert))["status"] == "sent"
    assert "[P1] #1 Disk <full> & hot" in room.text
    assert "<b>Open</b>" in room.text
    assert list(offered(room.message)) == ["Acknowledge", "Snooze…", "Close…", "Open in Pulsar"]


async def test_who_is_not_known_is_led_to_the_bot_and_links_their_account_there(
    ana: Person, bo: Person, engine: Engine, receiver: Receiver
) -> None:
    room = await group(ana, receiver)
    alert = await paged(ana)
    await engine.settle()
    answer = await room.press("Acknowledge", BO)
    assert answer["url"] == f"https://t.me/{BOT_NAME}?start=link"
    assert (await alert_of(ana, alert))["status"] == "open"
    await linked(bo, room, BO)
    [account] = (await bo.has(ACCOUNTS))["items"]
    assert (account["provider"], account["name"]) == ("telegram", "bo")
    assert "You are Bo in Pulsar" in (await room.sends(telegram.start(2, BO)))["text"]
    # In a group the bot says nothing of the kind.
    assert await room.sends(telegram.start(3, ANA, "group")) == {}


async def test_a_press_acts_in_the_members_name_and_the_message_follows(
    ana: Person, bo: Person, engine: Engine, receiver: Receiver
) -> None:
    room = await group(ana, receiver)
    alert = await paged(ana, message="Disk full")
    await engine.settle()
    await linked(bo, room, BO)
    answer = await room.press("Acknowledge", BO)
    assert (answer["text"], answer["show_alert"]) == ("Acknowledged #1 Disk full.", False)
    activity = (await ana.has(f"/alerts/{alert}/activity"))["items"]
    (event,) = [event for event in activity if event["type"] == "alert.acknowledged"]
    assert event["actor"] == {"type": "chat", "id": str(bo.id), "name": "Bo"}
    await engine.settle()
    assert "<b>Acknowledged</b> by Bo" in room.text
    assert list(offered(room.message)) == ["Snooze…", "Close…", "Open in Pulsar"]
    assert len(room.chats.shown) == 1
    await ana.makes(f"/alerts/{alert}/close", reason="Logs rotated")
    await engine.settle()
    assert "<b>Closed</b> by Ana: Logs rotated" in room.text
    assert list(offered(room.message)) == ["Open in Pulsar"]
    assert room.chats.replies == []
    assert receiver.complaints == []


async def test_snoozing_asks_for_how_long_and_closing_whether_it_is_meant(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    room = await group(ana, receiver)
    alert = await paged(ana)
    await engine.settle()
    await linked(ana, room, ANA)
    await room.press("Close…", ANA)
    assert list(offered(room.message)) == ["Close it for good", "Keep it"]
    await room.press("Keep it", ANA)
    assert (await alert_of(ana, alert))["status"] == "open"
    await room.press("Snooze…", ANA)
    await room.press("For 2 hours", ANA)
    assert (await alert_of(ana, alert))["status"] == "snoozed"
    await engine.settle()
    assert "<b>Snoozed</b> by Ana until" in room.text
    await room.press("Close…", ANA)
    answer = await room.press("Close it for good", ANA)
    assert answer["text"].startswith("Closed #1")
    assert (await alert_of(ana, alert))["status"] == "closed"
    assert receiver.complaints == []


async def test_a_press_counts_once_and_a_second_hears_what_stands(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    room = await group(ana, receiver)
    alert = await paged(ana)
    await engine.settle()
    await linked(ana, room, ANA)
    data = str(offered(room.message)["Acknowledge"].callback_data)
    update = telegram.press(7, ANA, data, room.number)
    assert (await room.sends(update))["text"].startswith("Acknowledged #1")
    await ana.makes(f"/alerts/{alert}/unacknowledge")
    assert "came late" in (await room.sends(update))["text"]
    assert (await alert_of(ana, alert))["status"] == "open"
    await room.sends(telegram.press(8, ANA, data, room.number))
    again = await room.sends(telegram.press(9, ANA, data, room.number))
    assert (again["show_alert"], "already acknowledged" in again["text"]) == (True, True)


async def test_a_viewer_may_look_and_not_press(ana: Person, vic: Person, engine: Engine, receiver: Receiver) -> None:
    room = await group(ana, receiver)
    alert = await paged(ana)
    await engine.settle()
    await linked(vic, room, BO)
    assert "Your role in Pulsar is viewer" in (await room.press("Acknowledge", BO))["text"]
    assert (await alert_of(ana, alert))["status"] == "open"


async def test_from_another_chat_nothing_is_done(ana: Person, engine: Engine, receiver: Receiver) -> None:
    """Anybody can put a bot into a chat of their own, and send from there what a button would."""
    room = await group(ana, receiver)
    alert = await paged(ana)
    await engine.settle()
    await linked(ana, room, ANA)
    assert (await room.press("Acknowledge", ANA, chat=-666))["text"] == "This alert is not there any more."
    assert (await alert_of(ana, alert))["status"] == "open"


async def test_of_an_alert_that_was_never_told_there_nothing_is_known(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    room = await group(ana, receiver)
    await paged(ana)
    await engine.settle()
    await linked(ana, room, ANA)
    other = await ana.makes("/alerts", message="Untold")
    data = str(offered(room.message)["Acknowledge"].callback_data)
    secret = data.replace(data.split(":")[1], other["id"].replace("-", ""))
    assert "not there any more" in (await room.sends(telegram.press(5, ANA, secret, room.number)))["text"]
    assert (await alert_of(ana, other["id"]))["status"] == "open"


@pytest.mark.parametrize("secret", ["", "x" * 64, "ü"])
async def test_who_does_not_know_the_secret_is_nobody(
    secret: str, ana: Person, eve: Person, engine: Engine, receiver: Receiver
) -> None:
    room = await group(ana, receiver)
    alert = await paged(ana)
    await engine.settle()
    await linked(ana, room, ANA)
    data = str(offered(room.message)["Acknowledge"].callback_data)
    update = telegram.press(5, ANA, data, room.number)
    headers = {b"X-Telegram-Bot-Api-Secret-Token": secret.encode()}
    refused = await room.http.post(urlsplit(room.chats.webhook["url"]).path, json=update, headers=headers)
    assert refused.status_code == 403
    # Nor is another organization's bot.
    foreign = f"{API}/callbacks/{eve.org_id}/telegram"
    known = {"X-Telegram-Bot-Api-Secret-Token": room.chats.webhook["secret_token"]}
    assert (await room.http.post(foreign, json=update, headers=known)).status_code == 403
    assert (await alert_of(ana, alert))["status"] == "open"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"callback_query": {}}', b'{"message": 1, "update_id": "x"}'])
async def test_what_is_no_press_is_passed_over(body: bytes, ana: Person, receiver: Receiver) -> None:
    room = await group(ana, receiver)
    answer = await room.tells(body)
    assert (answer.status_code, answer.content) == (200, b"")


async def test_the_next_level_answers_the_message_and_calls_who_is_known(
    ana: Person, bo: Person, engine: Engine, receiver: Receiver
) -> None:
    room = await group(ana, receiver)
    await linked(bo, room, BO)
    await ladder(ana, level(0, ana), level(60, bo))
    await ana.makes("/alerts", message="Disk full")
    await engine.advance(minutes=2)
    [reply] = room.chats.replies
    assert reply["reply_parameters"]["message_id"] == room.number
    assert '<a href="tg://user?id=88">Bo</a>' in reply["text"]
    assert receiver.complaints == []


async def test_a_message_that_somebody_has_deleted_breaks_nothing(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    room = await group(ana, receiver)
    alert = await paged(ana)
    await engine.settle()
    room.chats.shown.clear()
    await ana.makes(f"/alerts/{alert}/acknowledge")
    await engine.advance(minutes=5)
    made = await ana.has(f"{CHANNELS}/{room.channel['id']}")
    assert made["broken_since"] is None
    assert {line["status"] for line in await log_of(ana, alert)} == {"sent", "failed"}


async def test_a_token_that_telegram_refuses_is_not_saved(ana: Person, receiver: Receiver) -> None:
    receiver.vendor = Chats().api
    config = {"bot_token": "1:wrong", "chat_id": "-1", "api_url": receiver.root}
    refused = await ana.post(CHANNELS, name="Ops", channel_type="telegram", config=config)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["config.bot_token"]


async def test_with_the_last_channel_over_a_bot_telegram_stops_telling_us(ana: Person, receiver: Receiver) -> None:
    room = await group(ana, receiver)
    config = {"bot_token": TOKEN, "chat_id": "-1002", "api_url": receiver.root}
    second = await ana.makes(CHANNELS, name="Second", channel_type="telegram", config=config)
    assert (await ana.delete(f"{CHANNELS}/{second['id']}")).status_code == 204
    assert room.chats.webhook, "the first is still told"
    assert (await ana.delete(f"{CHANNELS}/{room.channel['id']}")).status_code == 204
    assert not room.chats.webhook


async def test_a_bot_that_tells_somebody_else_by_now_goes_on(ana: Person, receiver: Receiver) -> None:
    room = await group(ana, receiver)
    room.chats.webhook["url"] = "https://elsewhere.test/"
    assert (await ana.delete(f"{CHANNELS}/{room.channel['id']}")).status_code == 204
    assert room.chats.webhook


async def test_a_channel_goes_whatever_telegram_says(ana: Person, receiver: Receiver) -> None:
    room = await group(ana, receiver)
    room.chats.refuse.append("Bad Request: no")
    assert (await ana.delete(f"{CHANNELS}/{room.channel['id']}")).status_code == 204
    assert (await ana.get(f"{CHANNELS}/{room.channel['id']}")).status_code == 404
