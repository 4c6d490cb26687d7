"""Status updates: who is told by mail, once each, whatever happens to the mail server meanwhile."""

import re

import httpx

from tests.domain.test_incidents import incident, kinds
from tests.ladders import mail_channel, read
from tests.world import Engine, Mailbox, People, Person

BOSS = "boss@customer.example"


async def test_members_and_addresses_are_told_by_mail(ana: Person, bo: Person, mail: Mailbox, engine: Engine) -> None:
    await mail_channel(ana, mail)
    path = f"/incidents/{(await incident(ana, severity='high'))['id']}"
    await ana.makes(f"{path}/subscribers", user_id=str(bo.id))
    await ana.makes(f"{path}/subscribers", email=BOSS)
    told = await ana.makes(f"{path}/updates", text="We have found **it** <b>&", status="identified")
    assert (told["status"], told["author"]["name"], told["messages"], told["sent"]) == ("identified", "Ana", 2, 0)
    assert (await ana.has(path))["status"] == "identified"
    await engine.settle()
    assert sorted(mail.recipients()) == sorted([bo.email, BOSS])
    to_bo, to_boss = mail.to(bo)[0], next(one for one in mail.mails if one.to == BOSS)
    assert to_bo.subject == to_boss.subject == "Identified: Checkout is down (incident #1)"
    assert "We have found **it** <b>&" in to_bo.text
    assert "Severity: high" in to_boss.text
    assert path in to_bo.text
    assert re.findall(r"(\S+:) http", to_boss.text) == ["Unsubscribe:"], "who has no account here gets no link into it"
    assert "Unsubscribe" not in to_bo.text
    html = to_boss.message.get_body(("html",))
    assert html
    assert "<b>&" not in html.get_content()
    after = (await ana.has(f"{path}/updates"))["items"][0]
    assert (after["sent"], after["failed"]) == (2, 0)
    log = (await ana.has(f"{path}/updates/{told['id']}/notifications"))["items"]
    assert {(one["user"] or {}).get("name") or one["address"] for one in log} == {"Bo", BOSS}
    found = await ana.has(path)
    assert kinds(found) == ["created", "subscriber_added", "subscriber_added", "status_changed", "update_published"]
    assert (found["timeline"][-1]["text"], found["timeline"][-1]["data"]["recipients"]) == (
        "We have found **it** <b>&",
        2,
    )
    assert "text" not in found["timeline"][-1]["data"]


async def test_an_update_outlasts_a_mail_server_that_is_away(ana: Person, mail: Mailbox, engine: Engine) -> None:
    await mail_channel(ana, mail)
    path = f"/incidents/{(await incident(ana))['id']}"
    await ana.makes(f"{path}/subscribers", email=BOSS)
    mail.refuse_with = "451 later"
    await ana.makes(f"{path}/updates", text="Still looking")
    await engine.advance(seconds=3)
    assert mail.mails == []
    mail.refuse_with = None
    await engine.advance(minutes=2)
    assert list(mail.recipients()) == [BOSS]


async def test_who_is_no_member_ends_it_in_one_click_even_when_the_incident_was_merged(
    http: httpx.AsyncClient, ana: Person, mail: Mailbox, engine: Engine
) -> None:
    await mail_channel(ana, mail)
    duplicate, survivor = [f"/incidents/{(await incident(ana))['id']}" for _ in range(2)]
    for path in (duplicate, survivor):
        await ana.makes(f"{path}/subscribers", email=BOSS)
    await ana.makes(f"{survivor}/subscribers", email="other@customer.example")
    await ana.makes(f"{duplicate}/updates", text="Looking")
    await engine.settle()
    told = mail.mails[0]
    assert told.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<https?://[^/]+(/unsubscribe/\S+)>", dict(told.message.raw_items())["List-Unsubscribe"])
    assert found
    await ana.makes(f"{duplicate}/merge", into_id=survivor.rpartition("/")[2])
    assert "Unsubscribe" in (await http.get(found[1])).text
    assert (await ana.has(f"{survivor}/subscribers"))["total"] == 2, "looking at the link changes nothing"
    for _ in range(2):
        assert (await http.post(found[1], data={"List-Unsubscribe": "One-Click"})).status_code == 200
    left = (await ana.has(f"{survivor}/subscribers"))["items"]
    assert [one["email"] for one in left] == ["other@customer.example"]
    line = (await ana.has(survivor))["timeline"][-1]
    assert (line["actor"]["name"], line["data"]["subscriber"]) == (BOSS, BOSS)
    assert (await http.post("/unsubscribe/nonsense")).status_code == 410


async def test_without_a_mail_channel_an_update_stands_and_says_that_nobody_was_told(ana: Person) -> None:
    path = f"/incidents/{(await incident(ana))['id']}"
    await ana.makes(f"{path}/subscribers", email=BOSS)
    assert (await ana.makes(f"{path}/updates", text="Hello"))["messages"] == 0


async def test_nobody_is_subscribed_twice_and_a_members_address_means_the_member(
    ana: Person, bo: Person, eve: Person
) -> None:
    path = f"/incidents/{(await incident(ana))['id']}"
    made = await ana.makes(f"{path}/subscribers", email=bo.email.upper())
    assert (made["user"]["name"], made["email"]) == ("Bo", None)
    await ana.makes(f"{path}/subscribers", email=BOSS)
    for again in ({"user_id": str(bo.id)}, {"email": bo.email}, {"email": BOSS.upper()}):
        assert (await ana.post(f"{path}/subscribers", **again)).json()["code"] == "already_subscribed"
    for wrong in ({}, {"email": "nobody"}, {"user_id": str(eve.id)}):
        assert (await ana.post(f"{path}/subscribers", **wrong)).status_code == 422
    strange = await ana.makes(f"{path}/subscribers", email=eve.email)
    assert strange["user"] is None, "whether somebody has an account elsewhere, nobody learns here"
    assert (await ana.delete(f"{path}/subscribers/{made['id']}")).status_code == 204
    assert [one["email"] for one in (await ana.has(f"{path}/subscribers"))["items"]] == [BOSS, eve.email]


async def test_who_has_switched_mail_off_or_left_is_not_written_to(
    ana: Person, bo: Person, people: People, mail: Mailbox, engine: Engine
) -> None:
    channel = await mail_channel(ana, mail)
    mia = await people.colleague(ana, "Mia", "member")
    path = f"/incidents/{(await incident(ana))['id']}"
    for who in (bo, mia):
        await ana.makes(f"{path}/subscribers", user_id=str(who.id))
    await bo.makes("/notifications/preferences", channel_id=channel["id"], enabled=False)
    await ana.makes(f"{path}/updates", text="Hello")
    assert (await ana.patch(f"/users/{mia.id}", active=False)).status_code == 200
    await engine.settle()
    assert mail.mails == []
    assert (await read(ana, f"{path}/updates"))["items"][0]["failed"] == 2


async def test_those_who_are_told_of_a_duplicate_are_told_of_the_one_that_goes_on(ana: Person, bo: Person) -> None:
    survivor, duplicate = await incident(ana), await incident(ana)
    for path in (f"/incidents/{survivor['id']}", f"/incidents/{duplicate['id']}"):
        await ana.makes(f"{path}/subscribers", email=BOSS)
    await ana.makes(f"/incidents/{duplicate['id']}/subscribers", user_id=str(bo.id))
    await ana.makes(f"/incidents/{duplicate['id']}/merge", into_id=survivor["id"])
    found = (await ana.has(f"/incidents/{survivor['id']}/subscribers"))["items"]
    assert [(one["user"] or {}).get("name") or one["email"] for one in found] == [BOSS, "Bo"]


async def test_an_update_can_resolve_and_then_nobody_is_called_any_more(ana: Person, bo: Person) -> None:
    path = f"/incidents/{(await incident(ana))['id']}"
    await ana.makes(f"{path}/pages", user_id=str(bo.id))
    await ana.makes(f"{path}/updates", text="It is over", status="resolved")
    assert (await ana.has(path))["resolved_at"]
    assert (await ana.has(f"{path}/pages"))["items"][0]["state"] == "called_off"
