"""A button in Slack, pressed: signed over HTTP, done in the name of the member whose it is, and told to them alone."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.domain.delivering import paged
from tests.domain.slacking import ACCOUNTS, CHANNELS, Slack, settings, slack_room
from tests.ladders import Json, alert_of, ladder, level, renewed
from tests.receiver import Receiver
from tests.vendors import slack_app
from tests.vendors.slack_app import offered, words
from tests.world import Clock, Engine, People, Person


async def with_a_page(owner: Person, engine: Engine, at: Receiver) -> tuple[Slack, str]:
    slack = await slack_room(owner, at)
    alert = await paged(owner, message="Disk")
    await engine.settle()
    slack.workspace.asked.clear()
    return slack, alert


async def linked(person: Person, slack: Slack, account: str) -> None:
    """As they do it: press, and open the link that comes back."""
    assert (await slack.press("acknowledge", account)).status_code == 200
    await person.makes(ACCOUNTS, offer=offer_in(slack.told))


def offer_in(told: str) -> str:
    url = urlsplit(told.partition("<")[2].partition("|")[0])
    assert (url.netloc, url.path) == ("pulsar.test", "/me/link")
    return parse_qs(url.query)["offer"][0]


async def actor_of(person: Person, alert: str, kind: str) -> Json:
    activity = (await person.has(f"/alerts/{alert}/activity", page_size=100))["items"]
    found: Json = next(event for event in activity if event["type"] == kind)["actor"]
    return found


async def test_a_press_acknowledges_in_the_members_name_and_the_message_says_so(
    ana: Person, bo: Person, engine: Engine, receiver: Receiver
) -> None:
    slack, alert = await with_a_page(ana, engine, receiver)
    slack.workspace.knows("UBO", bo.email.upper())
    body = slack_app.press(slack.message, "acknowledge", "UBO", slack.answer_to)
    assert slack_app.sdk_would_take(body, slack_app.signature(body))
    answer = await slack.send(body)
    assert (answer.status_code, answer.content) == (200, b"")
    found = await alert_of(ana, alert)
    assert (found["status"], found["acknowledged_by"]["id"]) == ("acknowledged", str(bo.id))
    assert await actor_of(ana, alert, "alert.acknowledged") == {"type": "chat", "id": str(bo.id), "name": "Bo"}
    assert slack.told == "Acknowledged #1 Disk."
    await engine.settle()
    assert "*Acknowledged* by Bo" in words(slack.message)
    assert receiver.complaints == []


async def test_whom_slack_has_once_named_need_not_be_looked_up_again(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    slack, _ = await with_a_page(ana, engine, receiver)
    slack.workspace.knows("UANA", ana.email)
    await slack.press("acknowledge", "UANA")
    await slack.press("close", "UANA")
    assert [method for method, _ in slack.workspace.asked] == ["users.info"]
    (account,) = (await ana.has(ACCOUNTS))["items"]
    assert (account["provider"], account["name"]) == ("slack", "uana")


async def test_snoozing_and_closing_from_the_message(ana: Person, engine: Engine, receiver: Receiver) -> None:
    slack, alert = await with_a_page(ana, engine, receiver)
    slack.workspace.knows("UANA", ana.email)
    await slack.press("snooze", "UANA", option="For 2 hours")
    assert slack.told == "Snoozed #1 Disk for 2 hours."
    found = await alert_of(ana, alert)
    assert found["status"] == "snoozed"
    await engine.settle()
    assert "*Snoozed* by Ana until" in words(slack.message)
    assert offered(slack.message)["close"]["confirm"]["confirm"]["text"] == "Close"
    await slack.press("close", "UANA")
    assert (await alert_of(ana, alert))["status"] == "closed"
    assert (await actor_of(ana, alert, "alert.closed"))["type"] == "chat"


async def test_who_is_not_known_is_told_how_to_link_and_nothing_is_done(
    ana: Person, bo: Person, engine: Engine, receiver: Receiver, clock: Clock
) -> None:
    slack, alert = await with_a_page(ana, engine, receiver)
    await slack.press("acknowledge", "UBO")
    assert "Pulsar does not know who you are" in slack.told
    assert (await alert_of(ana, alert))["status"] == "open"
    offer = offer_in(slack.told)
    assert (await bo.has(ACCOUNTS))["total"] == 0
    assert await bo.makes(f"{ACCOUNTS}/look", offer=offer) == {"provider": "slack", "name": "ubo"}
    made = await bo.makes(ACCOUNTS, offer=offer)
    await slack.press("acknowledge", "UBO")
    assert (await actor_of(ana, alert, "alert.acknowledged"))["id"] == str(bo.id)
    assert (await ana.delete(f"{ACCOUNTS}/{made['id']}")).status_code == 404
    assert (await bo.delete(f"{ACCOUNTS}/{made['id']}")).status_code == 204
    await slack.press("close", "UBO")
    assert "Pulsar does not know who you are" in slack.told
    clock.pass_time(timedelta(minutes=31))
    await renewed(bo)
    assert (await bo.post(ACCOUNTS, offer=offer)).status_code == 410
    assert (await bo.post(ACCOUNTS, offer="made up")).status_code == 410


async def test_a_link_is_good_in_its_own_organization_only(
    ana: Person, eve: Person, engine: Engine, receiver: Receiver
) -> None:
    slack, _ = await with_a_page(ana, engine, receiver)
    await slack.press("acknowledge", "UEVE")
    refused = await eve.post(ACCOUNTS, offer=offer_in(slack.told))
    assert (refused.status_code, refused.json()["code"]) == (409, "offer_elsewhere")


@pytest.mark.parametrize(
    "doubtful",
    [
        {"is_email_confirmed": False},
        {"team_id": "T0OTHER00"},
        {"is_bot": True},
        {"deleted": True},
        {"is_stranger": True},
    ],
    ids=lambda fields: next(iter(fields)),
)
async def test_an_address_that_slack_does_not_vouch_for_proves_nothing(
    doubtful: Json, ana: Person, engine: Engine, receiver: Receiver
) -> None:
    slack, alert = await with_a_page(ana, engine, receiver)
    slack.workspace.knows("UANA", ana.email, **doubtful)
    await slack.press("acknowledge", "UANA")
    assert "does not know who you are" in slack.told
    assert (await alert_of(ana, alert))["status"] == "open"


async def test_of_another_workspaces_people_slack_is_not_even_asked(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    """In a channel that two workspaces share, the other's owners choose their people's addresses."""
    slack, alert = await with_a_page(ana, engine, receiver)
    slack.workspace.knows("UANA", ana.email)
    body = slack_app.press(slack.message, "acknowledge", "UANA", slack.answer_to, team="T0OTHER00")
    await slack.send(body)
    assert slack.workspace.asked == []
    assert (await alert_of(ana, alert))["status"] == "open"


async def test_a_viewer_may_look_and_not_press(ana: Person, vic: Person, engine: Engine, receiver: Receiver) -> None:
    slack, alert = await with_a_page(ana, engine, receiver)
    slack.workspace.knows("UVIC", vic.email)
    await slack.press("acknowledge", "UVIC")
    assert slack.told == "Your role in Pulsar is viewer: you may look, and not acknowledge."
    assert (await alert_of(ana, alert))["status"] == "open"


async def test_who_was_removed_has_no_say_any_more(ana: Person, bo: Person, engine: Engine, receiver: Receiver) -> None:
    slack, alert = await with_a_page(ana, engine, receiver)
    await linked(bo, slack, "UBO")
    assert (await ana.patch(f"/users/{bo.id}", active=False)).is_success
    slack.workspace.knows("UBO", bo.email)
    await slack.press("acknowledge", "UBO")
    assert slack.told == "You are no member of this organization in Pulsar any more."
    assert (await alert_of(ana, alert))["status"] == "open"


async def test_the_second_who_presses_is_told_who_was_first(
    ana: Person, bo: Person, engine: Engine, receiver: Receiver
) -> None:
    slack, alert = await with_a_page(ana, engine, receiver)
    slack.workspace.knows("UANA", ana.email)
    slack.workspace.knows("UBO", bo.email)
    stale = dict(slack.message)
    await slack.press("acknowledge", "UANA", message=stale)
    await engine.settle()
    await slack.press("acknowledge", "UBO", message=stale)
    assert slack.told == "#1 Disk is already acknowledged, by Ana."
    assert (await actor_of(ana, alert, "alert.acknowledged"))["name"] == "Ana"
    await ana.makes(f"/alerts/{alert}/close", reason="Done")
    await slack.press("snooze", "UBO", option="For 1 hour", message=stale)
    assert slack.told == "#1 Disk is already closed, by Ana."


async def test_what_slack_says_twice_is_done_once_and_told_once(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    slack, _ = await with_a_page(ana, engine, receiver)
    slack.workspace.knows("UANA", ana.email)
    body = slack_app.press(slack.message, "acknowledge", "UANA", slack.answer_to)
    await slack.send(body)
    again = await slack.send(body, headers={"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"})
    assert again.status_code == 200
    assert [told["text"] for told in slack.workspace.told] == ["Acknowledged #1 Disk."]


async def test_only_slack_can_press(ana: Person, eve: Person, engine: Engine, receiver: Receiver) -> None:
    slack, alert = await with_a_page(ana, engine, receiver)
    slack.workspace.knows("UANA", ana.email)
    body = slack_app.press(slack.message, "acknowledge", "UANA", slack.answer_to)
    refused = {
        "another secret": await slack.send(body, secret="0" * 32),
        "too old": await slack.send(body, age_seconds=301),
        "from the future": await slack.send(body, age_seconds=-301),
        "no time": await slack.send(body, headers={"X-Slack-Request-Timestamp": ""}),
        "no number": await slack.send(body, headers={"X-Slack-Request-Timestamp": "soon"}),
        "no signature": await slack.send(body, headers={"X-Slack-Signature": ""}),
        "another body": await slack.send(body + b"&x=1", headers=slack_app.signature(body)),
        "another organization": await slack.send(body, org=eve.org_id),
        "no organization": await slack.send(body, org="0193a5b0-0000-7000-8000-00000000abcd"),
    }
    assert {what: answer.status_code for what, answer in refused.items()} == dict.fromkeys(refused, 403)
    assert len({answer.json()["detail"] for answer in refused.values()}) == 1
    assert (await alert_of(ana, alert))["status"] == "open"
    assert not slack_app.sdk_would_take(body, slack_app.signature(body, age_seconds=301))
    assert (await slack.send(body, age_seconds=290)).status_code == 200


async def test_another_organizations_app_knows_none_of_our_alerts(
    ana: Person, eve: Person, engine: Engine, receiver: Receiver
) -> None:
    """Eve signs rightly, for her own organization, and names ana's alert."""
    slack, alert = await with_a_page(ana, engine, receiver)
    await eve.makes(CHANNELS, **settings(receiver))
    slack.workspace.knows("UEVE", eve.email)
    await slack.press("acknowledge", "UEVE", org=eve.org_id)
    assert slack.told == "This alert is not there any more."
    assert (await alert_of(ana, alert))["status"] == "open"


async def test_an_alert_that_was_told_elsewhere_cannot_be_pressed_here(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    slack, alert = await with_a_page(ana, engine, receiver)
    slack.workspace.knows("UANA", ana.email)
    await ana.makes(CHANNELS, **settings(receiver, signing_secret="ab" * 16) | {"name": "Other"})
    await slack.press("acknowledge", "UANA", secret="ab" * 16)
    assert slack.told == "This alert is not there any more."
    await ana.delete(f"{CHANNELS}/{slack.channel['id']}")
    assert (await slack.press("acknowledge", "UANA")).status_code == 403
    assert (await alert_of(ana, alert))["status"] == "open"


async def test_the_link_to_pulsar_and_what_is_no_button_of_ours_does_nothing(
    ana: Person, engine: Engine, receiver: Receiver
) -> None:
    slack, alert = await with_a_page(ana, engine, receiver)
    assert (await slack.press("open", "UANA")).status_code == 200
    for body in (b"", b"payload=", b"payload=%7B%7D", b"payload=[1]", b"ssl_check=1"):
        assert (await slack.send(body)).status_code == 200
    assert slack.workspace.told == []
    assert (await alert_of(ana, alert))["status"] == "open"


async def test_the_outcome_goes_to_slack_and_nowhere_else(ana: Person, engine: Engine, receiver: Receiver) -> None:
    """Whoever has the signing secret could name an address inside the house."""
    slack, alert = await with_a_page(ana, engine, receiver)
    slack.workspace.knows("UANA", ana.email)
    inside = Receiver()
    await inside.start()
    await slack.send(slack_app.press(slack.message, "acknowledge", "UANA", inside.url))
    await inside.stop()
    assert inside.received == []
    assert (await alert_of(ana, alert))["status"] == "acknowledged"


async def test_people_are_mentioned_whose_account_is_known(
    ana: Person, bo: Person, engine: Engine, receiver: Receiver
) -> None:
    slack, _ = await with_a_page(ana, engine, receiver)
    await linked(bo, slack, "UBO")
    await ladder(ana, level(0, ana, bo), name="Both")
    slack.workspace.shown.clear()
    await ana.makes("/alerts", message="Another")
    await engine.settle()
    assert slack.message["text"].endswith("\n<@UBO>")
    assert "Level 1: Ana, Bo" in words(slack.message)
    await ana.makes(f"/alerts/{(await ana.has('/alerts'))['items'][0]['id']}/close")
    await engine.settle()
    assert slack.message["text"].endswith("\n<@UBO>")


async def test_one_app_serves_several_rooms_of_an_organization(
    ana: Person, engine: Engine, receiver: Receiver, people: People
) -> None:
    slack, alert = await with_a_page(ana, engine, receiver)
    slack.workspace.channels.append({"id": "C0DATABASE", "name": "database"})
    await ana.makes(CHANNELS, **settings(receiver, channel="#database") | {"name": "Database"})
    await ana.makes("/alerts", message="Second")
    await engine.settle()
    assert [message["channel"] for message in slack.workspace.roots].count("C0DATABASE") == 1
    cleo = await people.colleague(ana, "Cleo", "member")
    slack.workspace.knows("UCLEO", cleo.email)
    newest = slack.workspace.roots[-1]
    await slack.press("acknowledge", "UCLEO", message=newest)
    assert slack.told == "Acknowledged #2 Second."
    await engine.settle()
    said = [words(message) for message in slack.workspace.roots]
    assert [("#2" in text, "*Acknowledged* by Cleo" in text) for text in said].count((True, True)) == 2
    assert (await alert_of(ana, alert))["status"] == "open"
