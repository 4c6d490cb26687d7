"""A page in each kind of room, as the provider's own SDK reads it; and what becomes of a provider's refusals."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from pulsar.notify.channel import Message, answered, registry
from tests.domain.delivering import entry, paged
from tests.ladders import Json, alert_of, happened
from tests.receiver import Received, Receiver
from tests.vendors import ntfy, slack, teams, telegram
from tests.world import Engine, Person

CHANNELS = "/notifications/channels"
LONG = '<b>*no* _space_ left & "more" [here](http://x.test)</b> ü\n\n' * 200


@dataclass
class Room:
    slug: str
    vendor: Callable[[Received], str]
    url_field: str = "webhook_url"
    config: Json = field(default_factory=dict)

    async def set_up(self, owner: Person, at: Receiver, **config: Any) -> Json:
        at.vendor = self.vendor
        settings = {self.url_field: at.url if self.url_field == "webhook_url" else at.root} | self.config | config
        made: Json = await owner.makes(CHANNELS, name=self.slug, channel_type=self.slug, config=settings)
        return made


SLACK = Room("slack", slack.incoming_webhook)
CARD = Room("teams", teams.workflow)
OLD_CARD = Room("teams", teams.connector, config={"format": "message_card"})
NTFY = Room("ntfy", ntfy.publish, "server", {"topic": "ops-4711", "token": ntfy.TOKEN})
TELEGRAM = Room("telegram", telegram.send_message, "api_url", {"bot_token": telegram.TOKEN, "chat_id": "-1001"})
WEBHOOK = Room("webhook", lambda _: "200 OK", "url")
EVERY = (SLACK, CARD, OLD_CARD, NTFY, TELEGRAM, WEBHOOK)

every_room = pytest.mark.parametrize("room", EVERY, ids=lambda room: f"{room.slug}-{room.vendor.__name__}")


@every_room
async def test_a_page_arrives_as_the_provider_takes_it(
    room: Room, ana: Person, engine: Engine, receiver: Receiver
) -> None:
    await room.set_up(ana, receiver)
    alert = await paged(ana, message="Disk <full>\non web_1", priority="P1", description="No space left")
    await engine.settle()
    assert receiver.complaints == []
    assert (await entry(ana, alert))["status"] == "sent"
    said = html.unescape(json_text(receiver.received[-1].json)).replace("\\", "")
    assert "[P1] #1 Disk <full>" in said
    assert "No space left" in said
    assert "Level 1: Ana" in said
    assert f"http://pulsar.test/alerts/{alert}" in said


@every_room
async def test_its_link_acknowledges_in_the_name_of_the_room(
    room: Room, ana: Person, engine: Engine, receiver: Receiver, http: httpx.AsyncClient
) -> None:
    made = await room.set_up(ana, receiver)
    alert = await paged(ana)
    await engine.settle()
    said = json_text(receiver.received[-1].json)
    path = re.findall(r"/ack/[\w.-]+", said)[0]
    assert "Acknowledge" in (await http.get(path)).text
    assert (await alert_of(ana, alert))["status"] == "open"
    assert "Acknowledged" in (await http.post(path)).text
    assert (await alert_of(ana, alert))["status"] == "acknowledged"
    activity = (await ana.has(f"/alerts/{alert}/activity"))["items"]
    (event,) = [event for event in activity if event["type"] == "alert.acknowledged"]
    assert event["actor"] == {"type": "link", "id": None, "name": f"Somebody in {room.slug}"}
    await ana.delete(f"{CHANNELS}/{made['id']}")
    assert (await http.get(path)).status_code == 410


@every_room
async def test_the_longest_alert_and_the_test_button_fit_too(
    room: Room, ana: Person, engine: Engine, receiver: Receiver
) -> None:
    made = await room.set_up(ana, receiver)
    tried = await ana.makes(f"{CHANNELS}/{made['id']}/test")
    assert tried["delivered"], tried
    bare = await ana.makes("/notifications/send", channel_id=made["id"], subject="Come in", body="")
    await engine.settle()
    assert (await ana.has(f"/notifications/logs/{bare['id']}"))["status"] == "sent"
    alert = await paged(ana, message="*<&>_" * 100, description=LONG[:10_000])
    await engine.settle()
    assert receiver.complaints == []
    assert (await entry(ana, alert))["status"] == "sent"


@every_room
async def test_no_secret_of_it_comes_back(room: Room, ana: Person, receiver: Receiver) -> None:
    made = await room.set_up(ana, receiver)
    answers = [
        await ana.get(f"{CHANNELS}/{made['id']}"),
        await ana.get(CHANNELS),
        await ana.post(f"{CHANNELS}/{made['id']}/test"),
        await ana.get("/notifications/logs"),
    ]
    secrets = [receiver.url if room.url_field == "webhook_url" else "-", *map(str, room.config.values())]
    hidden = [value for value in secrets if value not in {"-", "message_card", "-1001"}]
    assert [value for value in hidden if any(value in answer.text for answer in answers)] == []


@every_room
async def test_it_comes_again_after_as_long_as_the_provider_asks(
    room: Room, ana: Person, engine: Engine, receiver: Receiver
) -> None:
    await room.set_up(ana, receiver)
    receiver.answers.append("429 Too Many Requests\r\nRetry-After: 90")
    alert = await paged(ana)
    await engine.advance(seconds=80)
    assert len(receiver.received) == 1
    await engine.advance(seconds=20)
    assert (await entry(ana, alert))["status"] == "sent"
    assert len(receiver.received) == 2


@every_room
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("401 Unauthorized", "credentials are not accepted"),
        ("403 Forbidden", "not allowed"),
        ("404 Not Found", "nothing at this address"),
        ("410 Gone", "gone for good"),
        ("302 Found\r\nLocation: http://127.0.0.1:1/", "302"),
    ],
)
async def test_a_refusal_for_good_is_said_clearly_and_not_tried_again(
    room: Room, answer: str, words: str, ana: Person, engine: Engine, receiver: Receiver
) -> None:
    made = await room.set_up(ana, receiver)
    receiver.answers.append(answer)
    alert = await paged(ana)
    await engine.advance(hours=1)
    refused = await entry(ana, alert)
    assert (refused["status"], len(refused["attempts"]), len(receiver.received)) == ("failed", 1, 1)
    assert refused["reason"].startswith(answer[:3])
    assert words in refused["reason"]
    assert (await happened(ana, alert)).count("notification.failed") == 1
    assert (await ana.has(f"{CHANNELS}/{made['id']}"))["last_error"] == refused["reason"]


@every_room
async def test_a_server_in_trouble_is_tried_again(room: Room, ana: Person, engine: Engine, receiver: Receiver) -> None:
    await room.set_up(ana, receiver)
    receiver.answers.extend(["500 Oops", "503 Away", "408 Slow"])
    alert = await paged(ana)
    await engine.advance(minutes=5)
    outcomes = [attempt["outcome"] for attempt in (await entry(ana, alert))["attempts"]]
    assert outcomes == ["failed", "failed", "failed", "sent"]


async def test_a_connectors_success_that_is_none_is_a_failure(ana: Person, engine: Engine, receiver: Receiver) -> None:
    """MicrosoftDocs/msteams-docs#402 and #9064: it answers 200 whatever happens behind it."""
    await OLD_CARD.set_up(ana, receiver)
    wrapped = (
        "200 OK\r\n\r\nWebhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error {}"
    )
    receiver.answers.extend([wrapped.format(429), wrapped.format(503)])
    passing = await paged(ana)
    await engine.advance(minutes=5)
    assert [a["outcome"] for a in (await entry(ana, passing))["attempts"]] == ["failed", "failed", "sent"]
    receiver.answers.append(wrapped.format(400) + " with ContextId tcid=1")
    refused = (await ana.makes("/alerts", message="Another"))["id"]
    await engine.advance(hours=1)
    assert (await entry(ana, refused))["status"] == "failed"


async def test_the_old_card_has_the_colour_that_was_chosen(ana: Person, engine: Engine, receiver: Receiver) -> None:
    made = await OLD_CARD.set_up(ana, receiver, theme_color="#0078D7")
    await ana.makes(f"{CHANNELS}/{made['id']}/test")
    assert receiver.received[-1].json["themeColor"] == "0078D7"


async def test_a_slack_webhook_of_the_old_kind_is_told_where_and_as_whom(ana: Person, receiver: Receiver) -> None:
    made = await SLACK.set_up(ana, receiver, channel="#ops", username="Pager", icon=":fire:")
    await ana.makes(f"{CHANNELS}/{made['id']}/test")
    body = receiver.received[-1].json
    assert (body["channel"], body["username"], body["icon_emoji"]) == ("#ops", "Pager", ":fire:")


@pytest.mark.parametrize(("priority", "urgency"), [("P1", 5), ("P2", 4), ("P3", 3), ("P4", 2), ("P5", 1)])
async def test_ntfy_rings_as_loud_as_the_alert_is_urgent(
    priority: str, urgency: int, ana: Person, engine: Engine, receiver: Receiver
) -> None:
    await NTFY.set_up(ana, receiver)
    await paged(ana, priority=priority)
    await engine.settle()
    body = receiver.received[-1].json
    assert body["priority"] == urgency
    first = body["actions"][0]
    assert (first["action"], first["method"], first["clear"]) == ("http", "POST", True)


async def test_telegram_says_itself_when_to_come_again_and_where_a_group_has_gone(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    await TELEGRAM.set_up(ana, receiver)
    receiver.answers.append(telegram.too_many(120))
    alert = await paged(ana)
    await engine.advance(seconds=110)
    assert len(receiver.received) == 1
    receiver.answers.append(telegram.moved(-1002))
    await engine.advance(seconds=20)
    moved = await entry(ana, alert)
    assert moved["status"] == "failed"
    assert "-1002" in moved["reason"]


async def test_telegram_gets_links_inside_a_house_as_words(receiver: Receiver) -> None:
    """It refuses buttons to http://localhost:8080, and with them the message."""
    receiver.vendor = telegram.send_message
    channel = registry()["telegram"]
    config = channel.Config.model_validate(TELEGRAM.config | {"api_url": receiver.root})
    link = "http://localhost:8080/ack/abc"
    message = Message("1", "Disk full", "", "http://localhost:8080/alerts/1", link, {"priority": "P1"})
    assert "4711" in answered(await channel.send(message, config, None))[0]
    first, second = (request.json for request in receiver.received)
    assert "reply_markup" in first
    assert "reply_markup" not in second
    assert link in second["text"]


def json_text(body: Any) -> str:
    """All that a body says."""
    if isinstance(body, dict | list):
        return "\n".join(map(json_text, body.values() if isinstance(body, dict) else body))
    return str(body)


FLOW = "workflow://prod-00.logic.azure.test:443/id/signature"

BAD: list[tuple[str, Json, str]] = [
    ("slack", {}, "webhook_url"),
    ("slack", {"webhook_url": "hooks.slack.com/x"}, "webhook_url"),
    ("slack", {"webhook_url": "https://x.test/", "icon": "fire"}, "icon"),
    ("teams", {"webhook_url": "https://x.test/", "format": "postcard"}, "format"),
    ("teams", {"webhook_url": "https://x.test/", "theme_color": "blue"}, "theme_color"),
    ("ntfy", {"topic": "has space"}, "topic"),
    ("ntfy", {"topic": "t", "server": "ftp://x.test"}, "server"),
    ("ntfy", {"topic": "t", "token": "ü"}, "token"),
    ("telegram", {"bot_token": "abc", "chat_id": "1"}, "bot_token"),
    ("telegram", {"bot_token": "1:abc", "chat_id": "the room"}, "chat_id"),
    ("apprise", {"url": "pigeon://roof"}, "url"),
    ("apprise", {"url": "discord://only_the_id"}, "url"),
    ("apprise", {"url": "syslog://"}, "url"),
    ("apprise", {"url": f"{FLOW}?template=/etc/passwd"}, "url"),
    ("apprise", {"url": f"{FLOW}?template=file:///etc/passwd"}, "url"),
    ("apprise", {"url": f"{FLOW}?template=https://x.test/card.json"}, "url"),
    ("apprise", {"url": "fcm://project?mode=oauth2&keyfile=/etc/passwd"}, "url"),
    ("apprise", {"url": "json://x.test, syslog://"}, "url"),
]


@pytest.mark.parametrize(("kind", "config", "wrong"), BAD)
async def test_settings_that_cannot_work_are_not_saved(kind: str, config: Json, wrong: str, ana: Person) -> None:
    answer = await ana.post(CHANNELS, name="Bad", channel_type=kind, config=config)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [f"config.{wrong}"]
