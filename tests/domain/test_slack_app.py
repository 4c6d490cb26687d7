"""Slack by an app: one message for each alert, which shows how that stands; and what Slack refuses."""

import json
import time
from datetime import timedelta
from uuid import UUID

import pytest

from pulsar.base.http import Pulsar
from pulsar.notify.channels.slack_app import manifest as manifest_for
from pulsar.notify.lanes import AT_ONCE, LANES
from tests.domain.delivering import paged, sending
from tests.domain.slacking import CHANNELS, settings, slack_room
from tests.ladders import fire, ladder, level, log_of, renewed
from tests.receiver import Receiver
from tests.vendors import slack_app
from tests.vendors.slack_app import ROOM, TEAM, Workspace, offered, words
from tests.world import Engine, Person


async def test_a_page_arrives_as_slacks_own_sdk_takes_it(ana: Person, engine: Engine, receiver: Receiver) -> None:
    slack = await slack_room(ana, receiver)
    alert = await paged(ana, message="Disk <full> & <!channel>\non web_1", priority="P1", description="No space left")
    await engine.settle()
    assert receiver.complaints == []
    said = words(slack.message)
    assert "*[P1] #1 Disk &lt;full&gt; &amp; &lt;!channel&gt; on web_1*" in said
    assert "No space left" in said
    assert "Level 1: Ana" in said
    assert "*Open*" in said
    assert set(offered(slack.message)) == {"acknowledge", "snooze", "close", "open"}
    assert offered(slack.message)["open"]["url"] == f"http://pulsar.test/alerts/{alert}"
    assert slack.message["attachments"][0]["color"] == "#c62828"
    assert "/ack/" not in said


async def test_the_message_changes_where_it_stands_as_the_alert_does(
    ana: Person, bo: Person, engine: Engine, receiver: Receiver
) -> None:
    slack = await slack_room(ana, receiver)
    alert = await paged(ana, priority="P3", message="Disk")
    await engine.settle()

    async def after(verb: str, **body: object) -> str:
        await bo.makes(f"/alerts/{alert}/{verb}", **body)
        await engine.settle()
        assert len(slack.workspace.roots) == 1
        return words(slack.message)

    assert "*Acknowledged* by Bo" in await after("acknowledge")
    assert set(offered(slack.message)) == {"snooze", "close", "open"}
    assert "*Open*" in await after("unacknowledge")
    assert "acknowledge" in offered(slack.message)
    until = engine.clock.now() + timedelta(hours=1)
    said = await after("snooze", until=until.isoformat())
    assert f"*Snoozed* by Bo until <!date^{int(until.timestamp())}^" in said
    assert (await bo.patch(f"/alerts/{alert}", priority="P1", message="Disk and more")).is_success
    await engine.settle()
    assert "[P1] #1 Disk and more" in words(slack.message)
    await engine.advance(minutes=61)
    await renewed(bo)
    assert "*Open*" in words(slack.message)
    assert "*Closed* by Bo: Logs rotated" in await after("close", reason="Logs rotated")
    assert set(offered(slack.message)) == {"open"}
    assert receiver.complaints == []


async def test_a_change_makes_work_only_where_messages_can_be_changed(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    alert = (await ana.makes("/alerts", message="Disk"))["id"]
    await engine.settle()
    assert (await ana.patch(f"/alerts/{alert}", message="Disk of db-1")).is_success
    assert "follow_up" not in await engine.waiting()
    await slack_room(ana, receiver)
    assert (await ana.patch(f"/alerts/{alert}", message="Disk of db-2")).is_success
    assert "follow_up" in await engine.waiting()


async def test_a_deleted_alert_says_so_and_offers_nothing(ana: Person, engine: Engine, receiver: Receiver) -> None:
    slack = await slack_room(ana, receiver)
    alert = await paged(ana)
    await engine.settle()
    assert (await ana.delete(f"/alerts/{alert}")).is_success
    await engine.settle()
    assert "*Deleted* by Ana" in words(slack.message)
    assert offered(slack.message) == {}
    assert receiver.complaints == []


async def test_the_next_level_answers_in_its_thread_and_the_room_sees_it(
    ana: Person, bo: Person, engine: Engine, receiver: Receiver
) -> None:
    slack = await slack_room(ana, receiver)
    await ladder(ana, level(0, ana), level(300, bo))
    await ana.makes("/alerts", message="Disk")
    await engine.advance(minutes=6)
    (reply,) = slack.workspace.replies
    (root,) = [ts for ts, message in slack.workspace.shown.items() if message is slack.message]
    assert (reply["thread_ts"], reply["reply_broadcast"]) == (root, True)
    assert "Level 2: Bo" in words(reply)
    assert "/ack/" in words(reply)
    assert receiver.complaints == []


async def test_an_acknowledgement_while_the_page_is_being_sent_is_shown_after_it(
    ana: Person, engine: Engine, receiver: Receiver, pulsar: Pulsar
) -> None:
    """The message has no name yet by which it could be changed."""
    slack = await slack_room(ana, receiver)
    alert = await paged(ana)
    await fire(engine)
    receiver.answering.clear()
    receiver.reached.clear()
    page = await sending(pulsar, engine, ana, alert)
    await receiver.reached.wait()
    await ana.makes(f"/alerts/{alert}/acknowledge")
    await engine.settle()
    assert slack.workspace.shown == {}
    receiver.answering.set()
    await page
    assert "*Open*" in words(slack.message)
    await engine.advance(seconds=3)
    assert "*Acknowledged* by Ana" in words(slack.message)


async def test_of_many_changes_only_the_last_is_shown(ana: Person, engine: Engine, receiver: Receiver) -> None:
    slack = await slack_room(ana, receiver)
    alert = await paged(ana)
    await engine.settle()
    slack.workspace.asked.clear()
    slack.workspace.refuse["chat.update"] = ["internal_error"]
    await ana.makes(f"/alerts/{alert}/acknowledge")
    await engine.settle()
    await ana.makes(f"/alerts/{alert}/unacknowledge")
    await ana.makes(f"/alerts/{alert}/close")
    await engine.advance(minutes=1)
    assert "*Closed* by Ana" in words(slack.message)
    assert len([method for method, _ in slack.workspace.asked if method == "chat.update"]) == 2
    updates = [line for line in await log_of(ana, alert) if line["purpose"] == "update"]
    assert sorted(line["status"] for line in updates) == ["cancelled", "sent"]


async def test_who_has_deleted_the_message_hears_of_the_next_level_all_the_same(
    ana: Person, bo: Person, engine: Engine, receiver: Receiver
) -> None:
    slack = await slack_room(ana, receiver)
    await ladder(ana, level(0, ana), level(300, bo))
    alert = (await ana.makes("/alerts", message="Disk"))["id"]
    await engine.settle()
    slack.workspace.shown.clear()
    await engine.advance(minutes=6)
    assert "Level 2: Bo" in words(slack.message)
    await ana.makes(f"/alerts/{alert}/close")
    await engine.settle()
    assert "*Closed* by Ana" in words(slack.message)
    slack.workspace.shown.clear()
    other = (await ana.makes("/alerts", message="Another"))["id"]
    await engine.settle()
    slack.workspace.shown.clear()
    await ana.makes(f"/alerts/{other}/close")
    await engine.settle()
    assert (await ana.has(f"{CHANNELS}/{slack.channel['id']}"))["broken_since"] is None


async def test_blocks_that_slack_does_not_take_go_out_as_text(ana: Person, engine: Engine, receiver: Receiver) -> None:
    slack = await slack_room(ana, receiver)
    slack.workspace.refuse["chat.postMessage"] = ["invalid_blocks"]
    await paged(ana, message="Disk")
    await engine.settle()
    assert "#1 Disk" in slack.message["text"]
    assert "/ack/" in slack.message["text"]
    assert slack.message["attachments"] == []


async def test_the_longest_alert_and_the_test_button_fit_too(ana: Person, engine: Engine, receiver: Receiver) -> None:
    slack = await slack_room(ana, receiver)
    assert (await ana.makes(f"{CHANNELS}/{slack.channel['id']}/test"))["delivered"]
    await paged(ana, message="*<&>_" * 100, description="<&>" * 3000)
    await engine.settle()
    assert receiver.complaints == []
    assert len(slack.workspace.roots) == 2


@pytest.mark.parametrize("answer", ["429 Too Many Requests\r\nRetry-After: 90", None])
async def test_it_comes_again_after_as_long_as_slack_asks(
    answer: str | None, ana: Person, engine: Engine, receiver: Receiver
) -> None:
    slack = await slack_room(ana, receiver)
    said = '{"ok": false, "error": "ratelimited"}'
    receiver.answers.append(f"{answer or '200 OK' + chr(13) + chr(10) + 'Retry-After: 90'}\r\n\r\n{said}")
    alert = await paged(ana)
    await engine.advance(seconds=80)
    assert slack.workspace.shown == {}
    await engine.advance(seconds=20)
    (line,) = await log_of(ana, alert)
    assert [attempt["outcome"] for attempt in line["attempts"]] == ["failed", "sent"]


@pytest.mark.parametrize(
    "error", ["channel_not_found", "is_archived", "invalid_auth", "account_inactive", "token_revoked"]
)
async def test_a_refusal_for_good_is_said_clearly_and_not_tried_again(
    error: str, ana: Person, engine: Engine, receiver: Receiver
) -> None:
    slack = await slack_room(ana, receiver)
    slack.workspace.refuse["chat.postMessage"] = [error]
    alert = await paged(ana)
    await engine.advance(hours=1)
    (line,) = await log_of(ana, alert)
    assert (line["status"], len(line["attempts"])) == ("failed", 1)
    assert line["reason"].startswith(f"200 {error} · ")
    channel = await ana.has(f"{CHANNELS}/{slack.channel['id']}")
    assert channel["broken_since"]
    assert channel["last_error"] == line["reason"]


async def test_slack_is_asked_before_anything_is_saved(ana: Person, receiver: Receiver) -> None:
    workspace = Workspace(channels=[{"id": "C0AAAAAAA", "name": "general"}, {"id": ROOM, "name": "ops"}])
    receiver.vendor = workspace.api
    made = await ana.makes(CHANNELS, **settings(receiver, channel="ops"))
    found = {name: made["config"][name] for name in ("channel", "channel_name", "workspace", "workspace_name")}
    assert found == {"channel": ROOM, "channel_name": "#ops", "workspace": TEAM, "workspace_name": "Acme"}
    assert made["secrets"] == ["bot_token", "signing_secret"]
    assert (slack_app.TOKEN in json.dumps(made), slack_app.SECRET in json.dumps(made)) == (False, False)
    edited = await ana.patch(f"{CHANNELS}/{made['id']}", config={"channel": "C0AAAAAAA"}, version=made["version"])
    assert edited.json()["config"]["channel_name"] == "#general"
    asked = len(workspace.asked)
    assert (await ana.patch(f"{CHANNELS}/{made['id']}", enabled=False)).is_success
    assert len(workspace.asked) == asked
    assert receiver.complaints == []


@pytest.mark.parametrize(
    ("changed", "workspace", "field", "says"),
    [
        ({"bot_token": "xoxb-wrong"}, Workspace(), "config.bot_token", "does not accept the bot token"),
        ({}, Workspace(scopes="chat:write,channels:read"), "config.bot_token", "lacks chat:write.public, groups:read"),
        ({"channel": "#nowhere"}, Workspace(), "config.channel", "no channel of this name"),
        ({"channel": "C0NOWHERE"}, Workspace(), "config.channel", "no such channel"),
        (
            {},
            Workspace(channels=[{"id": ROOM, "name": "ops", "is_archived": True}]),
            "config.channel",
            "archived",
        ),
        ({}, Workspace(refuse={"auth.test": ["account_inactive"]}), "config.bot_token", "account is off"),
        ({"signing_secret": "not hex"}, Workspace(), "config.signing_secret", "pattern"),
        ({"bot_token": "xapp-1"}, Workspace(), "config.bot_token", "pattern"),
    ],
)
async def test_what_slack_does_not_take_is_not_saved_and_named(
    changed: dict[str, str], workspace: Workspace, field: str, says: str, ana: Person, receiver: Receiver
) -> None:
    receiver.vendor = workspace.api
    refused = await ana.post(CHANNELS, **settings(receiver, **changed))
    assert refused.status_code == 422, refused.text
    (error,) = refused.json()["errors"]
    assert error["field"] == field
    assert says in error["message"]
    assert (await ana.has(CHANNELS))["total"] == 0


async def test_who_may_not_configure_cannot_make_pulsar_ask_slack(vic: Person, receiver: Receiver) -> None:
    receiver.vendor = Workspace().api
    assert (await vic.post(CHANNELS, **settings(receiver))).status_code == 403
    assert receiver.received == []


async def test_the_manifest_names_what_the_app_needs_and_where_presses_go(ana: Person) -> None:
    kinds = (await ana.has(f"{CHANNELS}/kinds"))["items"]
    (kind,) = [one for one in kinds if one["slug"] == "slack_app"]
    manifest = json.loads(kind["manifest"])
    assert manifest["oauth_config"]["scopes"]["bot"] == slack_app.Workspace().scopes.split(",")
    # Slack sends nothing to an address without TLS.
    assert manifest["settings"]["interactivity"] == {"is_enabled": False}
    url = f"https://pulsar.example.org/api/v1/callbacks/{ana.org_id}/slack"
    assert json.loads(manifest_for(url))["settings"]["interactivity"] == {"is_enabled": True, "request_url": url}
    assert [one["slug"] for one in kinds if one["manifest"]] == ["slack_app"]


async def test_a_page_waits_for_its_turn_where_slack_asks_for_a_pace(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    slack = await slack_room(ana, receiver)
    begun = time.monotonic()
    for _ in range(AT_ONCE):
        LANES.slot(UUID(slack.channel["id"]), 1.0)
    await paged(ana)
    await engine.settle()
    assert len(slack.workspace.roots) == 1
    assert time.monotonic() - begun >= 1
