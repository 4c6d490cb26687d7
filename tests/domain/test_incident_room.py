"""What is in an incident: responders, alerts on both sides, notes with whatever people type into them."""

import asyncio

from tests.domain.test_incidents import incident, kinds
from tests.ladders import happened
from tests.world import NOWHERE, People, Person


async def test_responders_come_change_their_role_and_go(ana: Person, bo: Person) -> None:
    path = f"/incidents/{(await incident(ana))['id']}"
    assert (await ana.has(path))["acknowledged_at"] is None
    added = await ana.makes(f"{path}/responders", user_id=str(bo.id))
    assert (added["user"]["name"], added["role"]) == ("Bo", "responder")
    assert added["joined_at"]
    changed = await ana.patch(f"{path}/responders/{added['id']}", role="incident_commander")
    assert changed.json()["role"] == "incident_commander"
    assert [who["name"] for who in (await ana.has(path))["commanders"]] == ["Bo"]
    assert (await ana.has(f"{path}/responders"))["items"] == [changed.json()]
    assert (await ana.patch(f"{path}/responders/{added['id']}", role="boss")).status_code == 422
    assert (await ana.delete(f"{path}/responders/{added['id']}")).status_code == 204
    found = await ana.has(path)
    assert kinds(found) == ["created", "responder_added", "responder_role_changed", "responder_removed"]
    assert {entry["data"]["user"] for entry in found["timeline"][1:]} == {"Bo"}
    assert found["acknowledged_at"], "what was reached stays"
    assert (await ana.delete(f"{path}/responders/{added['id']}")).status_code == 404


async def test_nobody_is_a_responder_twice_nor_without_being_a_member(
    ana: Person, bo: Person, eve: Person, people: People
) -> None:
    path = f"/incidents/{(await incident(ana))['id']}"
    answers = await asyncio.gather(*(who.post(f"{path}/responders", user_id=str(bo.id)) for who in (ana, bo)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert {a.json().get("code") for a in answers} == {None, "already_responding"}
    for stranger in (str(eve.id), NOWHERE):
        answer = await ana.post(f"{path}/responders", user_id=stranger)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "user_id")


async def test_a_responder_of_another_incident_is_not_found_in_this_one(ana: Person, bo: Person) -> None:
    one, other = await incident(ana), await incident(ana, responders=[{"user_id": str(bo.id)}])
    responder = (await ana.has(f"/incidents/{other['id']}/responders"))["items"][0]["id"]
    assert (await ana.delete(f"/incidents/{one['id']}/responders/{responder}")).status_code == 404
    assert (await ana.patch(f"/incidents/{one['id']}/responders/{responder}", role="responder")).status_code == 404


async def test_an_alert_is_linked_and_unlinked_and_shows_it(ana: Person) -> None:
    made = await incident(ana)
    path = f"/incidents/{made['id']}"
    alert = await ana.makes("/alerts", message="Disk full", priority="P2")
    linked = await ana.makes(f"{path}/alerts", alert_id=alert["id"])
    assert linked["message"] == "Disk full"
    assert [one["id"] for one in (await ana.has(f"{path}/alerts"))["items"]] == [alert["id"]]
    assert [one["number"] for one in (await ana.has(f"/alerts/{alert['id']}/incidents"))["items"]] == [1]
    assert (await ana.post(f"{path}/alerts", alert_id=alert["id"])).json()["code"] == "already_linked"
    assert (await ana.delete(f"{path}/alerts/{alert['id']}")).status_code == 204
    assert (await ana.delete(f"{path}/alerts/{alert['id']}")).status_code == 404
    assert (await ana.has(f"/alerts/{alert['id']}/incidents"))["total"] == 0
    found = await ana.has(path)
    assert kinds(found) == ["created", "alert_linked", "alert_unlinked"]
    assert (found["timeline"][1]["data"]["message"], found["timeline"][1]["data"]["number"]) == ("Disk full", 1)
    assert [kind for kind in await happened(ana, alert["id"]) if "incident" in kind] == [
        "alert.incident_linked",
        "alert.incident_unlinked",
    ]


async def test_a_strangers_alert_cannot_be_linked(ana: Person, eve: Person) -> None:
    path = f"/incidents/{(await incident(ana))['id']}"
    theirs = await eve.makes("/alerts", message="Theirs")
    answer = await ana.post(f"{path}/alerts", alert_id=theirs["id"])
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "alert_id")
    assert (await ana.get(f"/alerts/{theirs['id']}/incidents")).status_code == 404


async def test_an_alert_that_two_link_at_once_is_linked_once(ana: Person, bo: Person) -> None:
    path = f"/incidents/{(await incident(ana))['id']}"
    alert = await ana.makes("/alerts", message="Disk full")
    answers = await asyncio.gather(*(who.post(f"{path}/alerts", alert_id=alert["id"]) for who in (ana, bo)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert kinds(await ana.has(path)).count("alert_linked") == 1


async def test_an_alert_that_is_deleted_leaves_its_incidents(ana: Person) -> None:
    alert = await ana.makes("/alerts", message="Disk full")
    made = await incident(ana, alert_ids=[alert["id"]])
    assert (await ana.delete(f"/alerts/{alert['id']}")).status_code == 204
    assert (await ana.has(f"/incidents/{made['id']}"))["alert_count"] == 0


async def test_a_note_is_kept_as_it_was_typed_and_mended_by_its_author_only(ana: Person, bo: Person) -> None:
    path = f"/incidents/{(await incident(ana))['id']}"
    typed = "It is **DNS**. <script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>"
    note = await bo.makes(f"{path}/notes", text=typed)
    assert note["text"] == typed, "nothing is lost; whoever shows it takes care"
    entry = (await ana.has(path))["timeline"][-1]
    assert (entry["kind"], entry["type"]) == ("note_added", "incident.timeline_added")
    assert (entry["note"]["text"], entry["note"]["author"]["name"]) == (typed, "Bo")
    assert "text" not in entry["data"], "the stream forgets nothing, so the words are not in it"
    assert (await ana.patch(f"{path}/notes/{note['id']}", text="mine")).json()["code"] == "not_your_note"
    mended = (await bo.patch(f"{path}/notes/{note['id']}", text="It is not DNS", version=1)).json()
    assert (mended["text"], mended["version"]) == ("It is not DNS", 2)
    assert mended["edited_at"]
    stale = await bo.patch(f"{path}/notes/{note['id']}", text="Or is it", version=1)
    assert (stale.status_code, stale.json()["current"]["text"]) == (409, "It is not DNS")
    found = await ana.has(path)
    assert kinds(found) == ["created", "note_added", "note_edited"]
    assert found["timeline"][1]["note"]["text"] == "It is not DNS"


async def test_a_note_is_taken_back_by_its_author_or_an_admin(ana: Person, people: People) -> None:
    mia = await people.colleague(ana, "Mia", "member")
    path = f"/incidents/{(await incident(ana))['id']}"
    hers, anas = [await who.makes(f"{path}/notes", text="the password is 1234") for who in (mia, ana)]
    assert (await mia.delete(f"{path}/notes/{anas['id']}")).status_code == 403
    assert (await ana.delete(f"{path}/notes/{hers['id']}")).status_code == 204
    assert (await ana.delete(f"{path}/notes/{hers['id']}")).status_code == 404
    found = await ana.has(path)
    assert kinds(found) == ["created", "note_added", "note_added", "note_deleted"]
    assert found["timeline"][1]["note"] is None
    assert "1234" not in str(found["timeline"][1])


async def test_notes_that_do_not_fit(ana: Person) -> None:
    path = f"/incidents/{(await incident(ana))['id']}"
    for text in ("", "   ", "x" * 50_001):
        assert (await ana.post(f"{path}/notes", text=text)).status_code == 422
    other = await incident(ana)
    note = await ana.makes(f"/incidents/{other['id']}/notes", text="Elsewhere")
    assert (await ana.patch(f"{path}/notes/{note['id']}", text="Here")).status_code == 404
