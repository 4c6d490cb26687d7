"""Cover me: somebody asks a colleague, or everybody, to take a span of theirs; the first yes becomes overrides."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pulsar.base.http import Pulsar
from tests.ladders import Json, mail_channel
from tests.schedules import leaves, on_call, override, path_of, rotation, schedule
from tests.world import Engine, Mailbox, People, Person


def ahead(hours: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(hours=hours)


async def asks(person: Person, made: Json, start: float = 24, end: float = 32, **fields: Any) -> Json:
    span = {"starts_at": ahead(start).isoformat(), "ends_at": ahead(end).isoformat()}
    found: Json = await person.makes("/cover-requests", schedule_id=made["id"], **span | fields)
    return found


async def answer(person: Person, request: Json, verb: str) -> Any:
    return await person.post(f"/cover-requests/{request['id']}/{verb}")


async def listed(person: Person, **params: Any) -> list[str]:
    return [one["id"] for one in (await person.has("/cover-requests", **params))["items"]]


async def test_a_colleague_says_yes_and_has_the_shift(ana: Person, bo: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    made = await schedule(ana, rotation(ana))
    request = await asks(ana, made, asked_user_id=str(bo.id), message="The school play.")
    assert (request["status"], request["asked"]["name"], request["may"]) == ("open", "Bo", ["cancel"])
    await engine.settle()
    (asked,) = mail.to(bo)
    assert asked.subject.startswith("Ana asks you to cover: Database, ")
    assert "The school play." in asked.text
    assert f"/schedules/{made['id']}" in asked.text

    seen = await bo.has(f"/cover-requests/{request['id']}")
    assert seen["may"] == ["accept", "decline"]
    done = (await answer(bo, request, "accept")).json()
    assert (done["status"], done["answered_by"]["name"], done["may"]) == ("accepted", "Bo", [])
    assert await on_call(ana, made, ahead(24.5)) == ["Bo"]
    assert await on_call(ana, made, ahead(23.9)) == await on_call(ana, made, ahead(32.1)) == ["Ana"]
    (one,) = (await ana.has(path_of(made, "overrides")))["items"]
    assert (one["note"], one["starts_at"], one["rotation_id"]) == (
        "Covers for Ana",
        request["starts_at"],
        made["rotations"][0]["id"],
    )
    await engine.settle()
    assert [m.subject for m in mail.to(ana)] == ["Bo covers for you: Database"]
    log = (await ana.has("/notifications/logs"))["items"]
    assert {entry["purpose"] for entry in log} == {"cover"}


async def test_only_the_askers_own_shifts_change(ana: Person, bo: Person, people: People) -> None:
    zoe = await people.colleague(ana, "Zoe", "member")
    daily = {"rotation_type": "daily"}
    made = await schedule(ana, rotation(ana, bo, **daily), rotation(bo, name="Second line", **daily))
    request = await asks(ana, made, 1, 24 * 4)
    before = [await on_call(ana, made, ahead(hour + 0.5)) for hour in range(0, 24 * 5, 6)]
    assert (await answer(zoe, request, "accept")).status_code == 200
    after = [await on_call(ana, made, ahead(hour + 0.5)) for hour in range(0, 24 * 5, 6)]
    for hour, was, becomes in zip(range(0, 24 * 5, 6), before, after, strict=True):
        swapped = 1 <= hour + 0.5 < 24 * 4
        assert sorted(becomes) == sorted("Zoe" if swapped and name == "Ana" else name for name in was)


async def test_of_two_who_say_yes_at_once_one_is_told_that_it_is_done(ana: Person, bo: Person, people: People) -> None:
    zoe = await people.colleague(ana, "Zoe", "member")
    made = await schedule(ana, rotation(ana))
    request = await asks(ana, made)
    answers = await asyncio.gather(answer(bo, request, "accept"), answer(zoe, request, "accept"))
    won, lost = sorted(answers, key=lambda one: one.status_code)
    assert (won.status_code, lost.status_code, lost.json()["code"]) == (200, 409, "cover_answered")
    winner = won.json()["answered_by"]["name"]
    assert lost.json()["current"] == {"id": request["id"], "status": "accepted", "answered_by": winner}
    assert (await ana.has(path_of(made, "overrides")))["total"] == 1
    assert await on_call(ana, made, ahead(25)) == [winner]


async def test_everybody_is_everybody_who_takes_turns_and_the_team(
    ana: Person, bo: Person, vic: Person, engine: Engine, mail: Mailbox, people: People, pulsar: Pulsar
) -> None:
    await mail_channel(ana, mail)
    zoe, sam, gone = [await people.colleague(ana, name, "member") for name in ("Zoe", "Sam", "Gone")]
    team = await ana.makes("/teams", name="Database")
    for person in (ana, zoe, vic):
        await ana.makes(f"/teams/{team['id']}/members", user_id=str(person.id))
    made = await schedule(ana, rotation(ana, bo, gone), team_id=team["id"])
    (start, end) = await _first_shift_of(ana, made)
    await leaves(pulsar, gone, ana)
    request = await asks(ana, made, starts_at=start, ends_at=end)
    await engine.settle()
    assert sorted(mail.recipients()) == sorted([bo.email, zoe.email])
    assert await listed(bo) == await listed(zoe) == await listed(ana) == [request["id"]]
    assert await listed(sam) == []
    assert await listed(sam, concerning="all") == [request["id"]]
    # A yes helps, whoever gives it.
    assert (await answer(sam, request, "accept")).status_code == 200


async def _first_shift_of(person: Person, made: Json) -> tuple[str, str]:
    found = await person.has("/oncall/shifts", to=ahead(24 * 60).isoformat())
    (first, *_) = [shift for shift in found["items"] if shift["schedule"]["id"] == made["id"]]
    return first["starts_at"], first["ends_at"]


async def test_a_no_leaves_everything_and_is_told(ana: Person, bo: Person, engine: Engine, mail: Mailbox) -> None:
    await mail_channel(ana, mail)
    made = await schedule(ana, rotation(ana))
    request = await asks(ana, made, asked_user_id=str(bo.id))
    await engine.settle()
    mail.empty()
    assert (await answer(bo, request, "decline")).json()["status"] == "declined"
    await engine.settle()
    assert [(m.to, m.subject) for m in mail.mails] == [(ana.email, "Bo cannot cover for you: Database")]
    assert (await answer(bo, request, "accept")).status_code == 409
    assert await on_call(ana, made, ahead(25)) == ["Ana"]


async def test_who_asked_may_take_it_back_and_nobody_else(ana: Person, bo: Person, people: People) -> None:
    zoe = await people.colleague(ana, "Zoe", "member")
    made = await schedule(ana, rotation(ana))
    request = await asks(ana, made, asked_user_id=str(bo.id))
    refused = [
        await answer(who, request, verb)
        for who, verb in ((zoe, "accept"), (zoe, "decline"), (ana, "accept"), (bo, "cancel"))
    ]
    assert [one.status_code for one in refused] == [403, 403, 403, 403]
    assert (await answer(ana, request, "cancel")).json()["status"] == "cancelled"
    late = await answer(bo, request, "accept")
    assert (late.status_code, late.json()["current"]["status"]) == (409, "cancelled")


async def test_a_request_whose_time_is_over_has_expired(ana: Person, bo: Person, engine: Engine) -> None:
    made = await schedule(ana, rotation(ana))
    request = await asks(ana, made, 0.1, 0.2)
    assert await listed(ana, status="open") == [request["id"]]
    await engine.stand_still(minutes=13)
    assert (await bo.has(f"/cover-requests/{request['id']}"))["status"] == "expired"
    assert (await listed(ana, status="open"), await listed(ana, status="expired")) == ([], [request["id"]])
    late = await answer(bo, request, "accept")
    assert (late.status_code, late.json()["current"]["status"]) == (409, "expired")


async def test_a_mail_that_would_come_after_the_time_is_not_sent(
    ana: Person, bo: Person, engine: Engine, mail: Mailbox
) -> None:
    await mail_channel(ana, mail)
    made = await schedule(ana, rotation(ana))
    await asks(ana, made, 0.1, 0.2, asked_user_id=str(bo.id))
    await engine.stand_still(minutes=13)
    await engine.settle()
    assert mail.mails == []
    (entry,) = (await ana.has("/notifications/logs"))["items"]
    assert (entry["status"], entry["reason"]) == (
        "cancelled",
        "It was not sent in time, and would not be true any more.",
    )


async def test_what_became_somebody_elses_meanwhile_is_not_taken_from_them(
    ana: Person, bo: Person, people: People
) -> None:
    zoe = await people.colleague(ana, "Zoe", "member")
    made = await schedule(ana, rotation(ana))
    request = await asks(ana, made, 24, 32)
    await override(ana, made, zoe, ahead(20), 8)
    assert (await answer(bo, request, "accept")).status_code == 200
    assert await on_call(ana, made, ahead(25)) == ["Zoe"]
    assert await on_call(ana, made, ahead(29)) == ["Bo"]
    second = await ana.post(
        "/cover-requests", schedule_id=made["id"], starts_at=ahead(24).isoformat(), ends_at=ahead(30).isoformat()
    )
    assert (second.status_code, second.json()["errors"][0]["field"]) == (422, "starts_at")


async def test_nothing_to_cover_any_more_is_said(ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana))
    request = await asks(ana, made, 24, 32)
    await override(ana, made, bo, ahead(20), 20)
    refused = await answer(bo, request, "accept")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_cover")
    assert (await bo.has(f"/cover-requests/{request['id']}"))["status"] == "open"


async def test_a_span_that_is_running_is_covered_from_now_on(ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana))
    request = await asks(ana, made, -5, 5)
    await answer(bo, request, "accept")
    assert await on_call(ana, made, ahead(-1)) == ["Ana"]
    assert await on_call(ana, made) == ["Bo"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ends_at": "2000-01-01T00:00:00Z", "starts_at": "1999-01-01T00:00:00Z"}, "ends_at"),
        ({"ends_at": "2030-01-01T00:00:00Z", "starts_at": "2031-01-01T00:00:00Z"}, "ends_at"),
        ({"ends_at": "2039-01-01T00:00:00Z"}, "ends_at"),
        ({"asked_user_id": "me"}, "asked_user_id"),
        ({"asked_user_id": "stranger"}, "asked_user_id"),
        ({"asked_user_id": "viewer"}, "asked_user_id"),
        ({"schedule_id": "0193a5b0-0000-7000-8000-000000000000"}, "schedule_id"),
        ({"rotation_id": "0193a5b0-0000-7000-8000-000000000000"}, "starts_at"),
        ({"message": "x" * 1001}, "message"),
    ],
)
async def test_what_does_not_fit_is_named(
    ana: Person, vic: Person, eve: Person, change: dict[str, str], field: str
) -> None:
    made = await schedule(ana, rotation(ana))
    ids = {"me": str(ana.id), "stranger": str(eve.id), "viewer": str(vic.id)}
    body = {"schedule_id": made["id"], "starts_at": ahead(1).isoformat(), "ends_at": ahead(2).isoformat()}
    refused = await ana.post("/cover-requests", **body | {k: ids.get(v, v) for k, v in change.items()})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert await listed(ana, concerning="all") == []


async def test_who_is_not_on_call_has_nothing_to_be_covered_for(ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana))
    body = {"schedule_id": made["id"], "starts_at": ahead(1).isoformat(), "ends_at": ahead(2).isoformat()}
    refused = await bo.post("/cover-requests", **body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "starts_at")
