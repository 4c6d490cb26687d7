"""Paging into an incident: who is called, along what, who comes, and when it is over."""

import asyncio
from typing import Any

from tests.domain.test_incidents import incident, kinds
from tests.ladders import Json, ladder, level, mail_channel, read, renewed, team_of
from tests.world import NOWHERE, Engine, Mailbox, People, Person


async def called(owner: Person, path: str, **wanted: Any) -> Json:
    made: Json = await owner.makes(f"{path}/pages", **wanted)
    return made


async def room(owner: Person, mail: Mailbox, **fields: Any) -> str:
    await mail_channel(owner, mail)
    return f"/incidents/{(await incident(owner, **fields))['id']}"


async def state(person: Person, path: str) -> list[str]:
    return [page["state"] for page in (await read(person, f"{path}/pages"))["items"]]


async def test_a_person_is_called_and_comes_by_the_link(ana: Person, bo: Person, mail: Mailbox, engine: Engine) -> None:
    path = await room(ana, mail, priority="P1", severity="critical", description="Nobody can pay")
    page = await called(ana, path, user_id=str(bo.id), message="We need you at the database")
    assert (page["state"], page["target"]["name"], page["paged_by"]["name"]) == ("paging", "Bo", "Ana")
    expected = (await ana.has(f"{path}/responders"))["items"]
    assert [(one["user"]["name"], one["joined_at"]) for one in expected] == [("Bo", None)]
    await engine.settle()
    got = mail.to(bo)[0]
    assert got.subject == "[P1] Incident #1 Checkout is down"
    assert "We need you at the database" in got.text
    assert "Its severity is critical" in got.text
    assert path in got.text
    assert not mail.to(ana)
    shown = await ana.http.get(got.acknowledge_path)
    assert "I am coming" in shown.text
    assert (await state(ana, path)) == ["paging"], "to look changes nothing"
    pressed = await ana.http.post(got.acknowledge_path)
    assert "Bo is coming." in pressed.text
    found = await ana.has(path)
    assert kinds(found) == [
        "created",
        "paged",
        "responder_added",
        "escalation.started",
        "escalation.level_fired",
        "escalation.stopped",
        "responder_joined",
    ]
    assert found["responders"][0]["joined_at"] == found["acknowledged_at"] is not None
    assert await state(ana, path) == ["acknowledged"]
    await engine.advance(minutes=30)
    assert len(mail.to(bo)) == 1, "who comes is left in peace"
    again = await ana.http.post(got.acknowledge_path)
    assert (again.status_code, "I am coming" in again.text) == (200, False)


async def test_who_does_not_come_is_called_three_times_and_then_it_says_so(
    ana: Person, bo: Person, mail: Mailbox, engine: Engine
) -> None:
    path = await room(ana, mail)
    page = await called(ana, path, user_id=str(bo.id))
    await engine.advance(minutes=30)
    assert len(mail.to(bo)) == 3
    assert await state(ana, path) == ["unanswered"]
    details = await read(ana, f"{path}/pages/{page['id']}")
    assert [one["state"] for one in details["escalation"]["levels"]] == ["done"] * 3
    log = (await read(ana, f"{path}/notifications"))["items"]
    assert [(one["incident"]["number"], one["alert"], one["user"]["name"]) for one in log] == [(1, None, "Bo")] * 3
    late = await (await renewed(bo)).makes(f"{path}/pages/{page['id']}/acknowledge")
    assert (late["state"], late["acknowledged_by"]["name"]) == ("acknowledged", "Bo")


async def test_a_team_is_called_by_its_own_policy_or_at_once_without_one(
    ana: Person, bo: Person, mail: Mailbox, engine: Engine
) -> None:
    path = await room(ana, mail)
    plain = await team_of(ana, ana, bo)
    await called(ana, path, team_id=plain["id"])
    await engine.settle()
    assert sorted(mail.recipients()) == sorted([ana.email, bo.email])
    mail.empty()
    policy = await ladder(ana, level(0, bo), level(600, ana))
    ordered = await team_of(ana, ana, bo, name="Storage", escalation_policy_id=policy["id"])
    page = await called(ana, path, team_id=ordered["id"])
    await engine.settle()
    assert list(mail.recipients()) == [bo.email]
    assert page["target"]["type"] == "team"
    await engine.advance(minutes=10)
    assert list(mail.recipients())[-1] == ana.email


async def test_the_first_answer_ends_a_page_even_where_a_policy_goes_on_until_the_close(
    ana: Person, bo: Person, mail: Mailbox, engine: Engine
) -> None:
    path = await room(ana, mail)
    steps = [level(0, bo, condition="not_closed"), level(600, ana, condition="not_closed")]
    policy = await ladder(ana, *steps, ack_timeout_seconds=60, close_after_seconds=60)
    page = await called(ana, path, policy_id=policy["id"])
    assert page["target"]["type"] == "policy"
    await engine.settle()
    await bo.makes(f"{path}/pages/{page['id']}/acknowledge")
    await engine.advance(minutes=60)
    assert mail.to(ana) == []
    assert len(mail.to(bo)) == 1


async def test_a_page_that_reaches_nobody_falls_to_the_owners_and_admins(
    ana: Person, bo: Person, mail: Mailbox, engine: Engine
) -> None:
    path = await room(ana, mail)
    empty = await team_of(ana)
    await called(ana, path, team_id=empty["id"])
    await engine.settle()
    assert sorted(mail.recipients()) == sorted([ana.email, bo.email])
    assert "escalation.fallback" in kinds(await ana.has(path))


async def test_of_two_who_answer_at_once_one_ends_it_and_both_can_be_on_it(
    ana: Person, bo: Person, mail: Mailbox
) -> None:
    path = await room(ana, mail)
    team = await team_of(ana, ana, bo)
    page = await called(ana, path, team_id=team["id"])
    answers = await asyncio.gather(*(who.post(f"{path}/pages/{page['id']}/acknowledge") for who in (ana, bo)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    for who in (ana, bo, ana):
        assert (await who.makes(f"{path}/join"))["user"]["name"] == who.name
    assert len((await ana.has(path))["responders"]) == 2


async def test_whoever_joins_answers_the_pages_that_were_for_them(ana: Person, bo: Person, mail: Mailbox) -> None:
    path = await room(ana, mail)
    team = await team_of(ana, ana, bo)
    await called(ana, path, user_id=str(bo.id))
    await called(ana, path, team_id=team["id"])
    await bo.makes(f"{path}/join")
    assert await state(ana, path) == ["acknowledged", "paging"]


async def test_what_is_over_calls_nobody_any_more(ana: Person, bo: Person, mail: Mailbox, engine: Engine) -> None:
    path = await room(ana, mail)
    off, removed, resolved = [await called(ana, path, user_id=str(bo.id)) for _ in range(3)]
    assert (await ana.makes(f"{path}/pages/{off['id']}/call-off"))["state"] == "called_off"
    assert (await ana.post(f"{path}/pages/{off['id']}/call-off")).json()["code"] == "page_state_conflict"
    responder = (await ana.has(path))["responders"][0]
    assert (await ana.delete(f"{path}/responders/{responder['id']}")).status_code == 204
    assert await state(ana, path) == ["called_off"] * 3
    again = await called(ana, path, user_id=str(bo.id))
    assert (await ana.patch(path, status="resolved")).status_code == 200
    assert (await state(ana, path))[-1] == "called_off"
    assert (await ana.post(f"{path}/pages", user_id=str(bo.id))).json()["code"] == "incident_over"
    assert (await bo.post(f"{path}/pages/{again['id']}/acknowledge")).status_code == 409
    await engine.advance(minutes=30)
    assert mail.to(bo) == []
    assert removed["id"] != resolved["id"]


async def test_a_link_of_a_page_that_is_gone_or_of_somebody_who_left_says_so(
    ana: Person, bo: Person, mail: Mailbox, engine: Engine
) -> None:
    path = await room(ana, mail)
    await called(ana, path, user_id=str(bo.id))
    await engine.settle()
    link = mail.to(bo)[0].acknowledge_path
    assert (await ana.patch(path, status="resolved")).status_code == 200
    pressed = await ana.http.post(link)
    assert "Nobody is wanted any more." in pressed.text
    assert (await ana.delete(path)).status_code == 204
    assert (await ana.http.get(link)).status_code == 410


async def test_who_may_page_and_whom(ana: Person, bo: Person, eve: Person, vic: Person, people: People) -> None:
    path = f"/incidents/{(await incident(ana))['id']}"
    theirs = await team_of(eve)
    policy = await ladder(eve, level(0, eve))
    for wrong, field in (
        ({}, "user_id"),
        ({"user_id": str(ana.id), "team_id": theirs["id"]}, "user_id"),
        ({"user_id": str(eve.id)}, "user_id"),
        ({"team_id": theirs["id"]}, "team_id"),
        ({"policy_id": policy["id"]}, "policy_id"),
    ):
        answer = await ana.post(f"{path}/pages", **wrong)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), answer.text
    assert (await vic.post(f"{path}/pages", user_id=str(ana.id))).status_code == 403
    assert (await ana.post(f"{path}/pages/{NOWHERE}/acknowledge")).status_code == 404
    page = await called(ana, path, user_id=str(bo.id))
    assert (await eve.post(f"{path}/pages/{page['id']}/acknowledge")).status_code == 404


async def test_a_page_whose_job_is_lost_goes_out_all_the_same(
    ana: Person, bo: Person, mail: Mailbox, engine: Engine
) -> None:
    path = await room(ana, mail)
    await called(ana, path, user_id=str(bo.id))
    assert await engine.lose_jobs() > 0
    await engine.stand_still(seconds=30)
    await engine.sweep()
    await engine.settle()
    assert len(mail.to(bo)) == 1
