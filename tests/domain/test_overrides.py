"""Overrides: one person in another's place for a while; begun ones keep their beginning, and what was stays."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulsar.base.http import Pulsar
from tests.ladders import Json
from tests.schedules import (
    NOW,
    events_of,
    fields_of,
    leaves,
    names,
    on_call,
    override,
    path_of,
    rotation,
    schedule,
    shifts,
    signed_in_again,
    stand_at,
    wall,
)
from tests.world import NOWHERE, Clock, Person


@pytest.fixture(autouse=True)
def now(clock: Clock) -> None:
    stand_at(clock, wall(NOW))


def one(made: Json, found: Json) -> str:
    return path_of(made, "overrides", found["id"])


async def listed(person: Person, made: Json, **params: str) -> list[Json]:
    items: list[Json] = (await person.has(path_of(made, "overrides"), **params))["items"]
    return items


async def test_it_puts_one_person_in_anothers_place_and_says_whose(ana: Person, bo: Person, vic: Person) -> None:
    made = await schedule(ana, rotation(ana, bo))
    line = made["rotations"][0]
    night = wall("2026-03-29 20:00")
    took = await override(bo, made, vic, night, hours=25, rotation_id=line["id"], note="Bo flies")
    assert (took["user_name"], took["rotation_id"], took["note"]) == ("Vic", line["id"], "Bo flies")
    assert (took["created_by_name"], took["active"]) == ("Bo", True)
    found = await shifts(ana, made, wall("2026-03-29 12:00"), wall("2026-03-31 12:00"))
    assert names(found) == [
        ("Bo", "Sun 29 Mar 12:00", "Sun 29 Mar 20:00"),
        ("Vic", "Sun 29 Mar 20:00", "Mon 30 Mar 09:00"),
        ("Vic", "Mon 30 Mar 09:00", "Mon 30 Mar 21:00"),
        ("Ana", "Mon 30 Mar 21:00", "Tue 31 Mar 12:00"),
    ]
    assert [[who["name"] for who in shift["replaced"]] for shift in found] == [[], ["Bo"], ["Ana"], []]
    assert {shift["override_id"] for shift in found} == {None, took["id"]}
    as_planned = names(await shifts(ana, made, wall("2026-03-29 12:00"), wall("2026-03-31 12:00"), "planned"))
    assert [who for who, *_ in as_planned] == ["Bo", "Ana"]
    assert await listed(ana, made) == [took]


async def test_one_for_all_rotations_stands_in_all_their_places(ana: Person, bo: Person, vic: Person) -> None:
    made = await schedule(ana, rotation(ana), rotation(bo, name="Second"))
    at = wall("2026-04-01 12:00")
    took = await override(ana, made, vic, at, hours=1)
    assert took["rotation_id"] is None
    (shift,) = (await ana.has(path_of(made, "oncall"), at=at.isoformat()))["on_call"]
    assert (shift["user"]["name"], shift["rotation"], shift["override_id"]) == ("Vic", None, took["id"])
    assert [who["name"] for who in shift["replaced"]] == ["Ana", "Bo"]


async def test_the_newest_wins_where_two_overlap(ana: Person, bo: Person, vic: Person) -> None:
    made = await schedule(ana, rotation(ana))
    at = wall("2026-04-01 12:00")
    await override(ana, made, bo, at, hours=10)
    newer = await override(ana, made, vic, at + timedelta(hours=2), hours=2)
    assert await on_call(ana, made, at + timedelta(hours=3)) == ["Vic"]
    assert await on_call(ana, made, at + timedelta(hours=5)) == ["Bo"]
    await ana.delete(one(made, newer))
    assert await on_call(ana, made, at + timedelta(hours=3)) == ["Bo"]


async def test_it_holds_where_the_rotation_has_nobody_too(ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana, restrictions=[{"start": "09:00", "end": "17:00"}]))
    at = wall("2026-04-01 22:00")
    await override(ana, made, bo, at, hours=1, rotation_id=made["rotations"][0]["id"])
    assert await on_call(ana, made, at) == ["Bo"]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(minutes=st.integers(1, 60 * 24 * 21), length=st.integers(1, 60 * 24 * 10), wide=st.booleans())
async def test_taking_it_back_restores_exactly_what_was(
    minutes: int, length: int, wide: bool, ana: Person, bo: Person, vic: Person
) -> None:
    found = (await ana.has("/schedules"))["items"]
    made = found[0] if found else await schedule(ana, rotation(ana, bo), rotation(bo, None, name="Second"))
    span = wall("2026-03-26 00:00"), wall("2026-05-01 00:00")
    before = await shifts(ana, made, *span)
    rotation_id = None if wide else made["rotations"][0]["id"]
    start = span[0] + timedelta(minutes=minutes)
    took = await override(ana, made, vic, start, hours=length / 60, rotation_id=rotation_id)
    hers = [shift for shift in await shifts(ana, made, *span) if shift["override_id"]]
    assert (hers[0]["starts_at"], hers[-1]["ends_at"]) == (took["starts_at"], took["ends_at"])
    assert (await ana.delete(one(made, took))).status_code == 204
    assert await shifts(ana, made, *span) == before


async def test_what_does_not_fit_is_named_and_nothing_is_written(
    ana: Person, bo: Person, eve: Person, pulsar: Pulsar
) -> None:
    made = await schedule(ana, rotation(ana))
    hers = await schedule(eve, rotation(eve))
    other = await schedule(ana, rotation(ana), name="Another")
    await leaves(pulsar, bo, ana)
    good = {"user_id": str(ana.id), "starts_at": "2026-04-01T00:00:00Z", "ends_at": "2026-04-02T00:00:00Z"}
    bad: list[tuple[str, Any]] = [
        ("ends_at", "2026-04-01T00:00:00Z"),
        ("ends_at", "2026-03-31T00:00:00Z"),
        ("ends_at", "2036-04-01T00:00:00Z"),
        ("ends_at", "2027-04-02T00:00:01Z"),
        ("ends_at", "2026-04-02T00:00:00"),
        ("ends_at", None),
        ("starts_at", "9999-04-01T00:00:00Z"),
        ("user_id", str(eve.id)),
        ("user_id", str(bo.id)),
        ("user_id", NOWHERE),
        ("user_id", None),
        ("rotation_id", NOWHERE),
        ("rotation_id", hers["rotations"][0]["id"]),
        ("rotation_id", other["rotations"][0]["id"]),
        ("note", "x" * 1001),
        ("organization", "x"),
    ]
    kept = await ana.makes(path_of(made, "overrides"), **good)
    for field, value in bad:
        assert fields_of(await ana.post(path_of(made, "overrides"), **good | {field: value})) == {field}, value
        assert fields_of(await ana.patch(one(made, kept), **{field: value})) == {field}, value
        answer = await ana.post(
            path_of(made, "preview"),
            **{"from": good["starts_at"], "to": good["ends_at"]},
            override=good | {field: value},
        )
        assert fields_of(answer) == {f"override.{field}"}, value
    over = {"starts_at": "2026-03-01T00:00:00Z", "ends_at": "2026-03-02T00:00:00Z"}
    assert fields_of(await ana.post(path_of(made, "overrides"), **good | over)) == {"ends_at"}
    assert await listed(ana, made) == [kept]


async def test_a_removed_rotation_takes_none(ana: Person) -> None:
    made = await schedule(ana, rotation(ana), rotation(ana, name="Second"))
    line = made["rotations"][0]
    await ana.delete(path_of(line))
    span = {"starts_at": "2026-04-01T00:00:00Z", "ends_at": "2026-04-02T00:00:00Z"}
    answer = await ana.post(path_of(made, "overrides"), user_id=str(ana.id), rotation_id=line["id"], **span)
    assert fields_of(answer) == {"rotation_id"}


async def test_what_of_it_is_past_already_is_left_away(ana: Person, bo: Person) -> None:
    """History stands: an hour ago it was ana, whatever is said now."""
    made = await schedule(ana, rotation(ana))
    took = await override(ana, made, bo, wall("2026-03-25 11:00"), hours=3)
    assert took["starts_at"].startswith("2026-03-25T11:00:0")
    assert await on_call(ana, made, wall("2026-03-25 11:30")) == ["Ana"]
    assert await on_call(ana, made) == ["Bo"]


async def test_one_to_come_may_be_changed_in_all_its_parts(ana: Person, bo: Person, vic: Person) -> None:
    made = await schedule(ana, rotation(ana), rotation(ana, name="Second"))
    took = await override(ana, made, bo, wall("2026-04-01 12:00"), hours=2)
    line = made["rotations"][1]["id"]
    body = {
        "user_id": str(vic.id),
        "rotation_id": line,
        "starts_at": "2026-04-03T10:00:00Z",
        "ends_at": "2026-04-03T11:00:00Z",
        "note": "Moved",
    }
    changed = (await ana.patch(one(made, took), **body)).json()
    assert changed == took | body | {"user_name": "Vic"}
    assert (await ana.patch(one(made, took), rotation_id=None)).json()["rotation_id"] is None
    early = (await ana.patch(one(made, took), starts_at="2026-01-01T00:00:00Z")).json()
    assert early["starts_at"].startswith("2026-03-25T11:00:0"), "it begins now, not before"


async def test_one_that_is_running_keeps_its_beginning(ana: Person, bo: Person, clock: Clock) -> None:
    made = await schedule(ana, rotation(ana))
    took = await override(ana, made, bo, wall(NOW), hours=2)
    clock.pass_time(timedelta(hours=1))
    await signed_in_again(ana)
    for body in ({"starts_at": "2026-03-25T11:30:00Z"}, {"rotation_id": made["rotations"][0]["id"]}):
        refused = await ana.patch(one(made, took), **body)
        assert (refused.status_code, refused.json()["code"]) == (409, "past_stands"), body
    assert fields_of(await ana.patch(one(made, took), ends_at=wall("2026-03-25 12:30").isoformat())) == {"ends_at"}
    same = {key: took[key] for key in ("user_id", "starts_at", "rotation_id")}
    longer = await ana.patch(one(made, took), ends_at=wall("2026-03-25 18:00").isoformat(), note="Longer", **same)
    assert (longer.json()["id"], longer.json()["note"]) == (took["id"], "Longer")
    assert await on_call(ana, made, wall("2026-03-25 17:00")) == ["Bo"]


async def test_somebody_else_takes_a_running_one_over_from_now_on(
    ana: Person, bo: Person, vic: Person, clock: Clock, pulsar: Pulsar
) -> None:
    made = await schedule(ana, rotation(ana))
    took = await override(ana, made, bo, wall(NOW), hours=4, note="Bo flies")
    newer = await override(ana, made, ana, wall("2026-03-25 15:00"), hours=1)
    clock.pass_time(timedelta(hours=1))
    answer = await (await signed_in_again(ana)).patch(one(made, took), user_id=str(vic.id))
    other = answer.json()
    assert (other["id"] != took["id"], other["user_name"], other["note"]) == (True, "Vic", "Bo flies")
    assert (other["starts_at"], other["ends_at"]) == (
        next(o["ends_at"] for o in await listed(ana, made, **{"from": took["starts_at"]}) if o["id"] == took["id"]),
        took["ends_at"],
    )
    at = [wall(f"2026-03-25 {hour}:30") for hour in (12, 13, 15)]
    assert [await on_call(ana, made, moment) for moment in at] == [["Bo"], ["Vic"], ["Ana"]]
    assert newer["id"] in {o["id"] for o in await listed(ana, made)}
    types = [event["type"] for event in await events_of(pulsar, ana, made)]
    assert types[2:] == ["override.created", "override.created", "override.updated", "override.created"]


async def test_taking_a_running_one_back_ends_it_now(ana: Person, bo: Person, clock: Clock) -> None:
    made = await schedule(ana, rotation(ana))
    took = await override(ana, made, bo, wall(NOW), hours=4)
    clock.pass_time(timedelta(hours=1))
    assert (await (await signed_in_again(ana)).delete(one(made, took))).status_code == 204
    assert await on_call(ana, made) == ["Ana"]
    assert await on_call(ana, made, wall("2026-03-25 12:30")) == ["Bo"]


async def test_one_that_is_over_is_not_touched(ana: Person, bo: Person, clock: Clock) -> None:
    made = await schedule(ana, rotation(ana))
    took = await override(ana, made, bo, wall(NOW), hours=1)
    clock.pass_time(timedelta(hours=2))
    await signed_in_again(ana)
    for answer in (await ana.patch(one(made, took), note="No"), await ana.delete(one(made, took))):
        assert (answer.status_code, answer.json()["code"]) == (409, "past_stands")
    assert await listed(ana, made) == []
    assert len(await listed(ana, made, **{"from": took["starts_at"]})) == 1


async def test_they_are_listed_by_span_and_in_pages(ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana))
    for day in range(1, 6):
        await override(ana, made, bo, wall(f"2026-04-0{day} 12:00"), hours=2)
    assert len(await listed(ana, made)) == 5
    span = {"from": wall("2026-04-02 14:00").isoformat(), "to": wall("2026-04-04 12:00").isoformat()}
    assert [o["starts_at"] for o in await listed(ana, made, **span)] == ["2026-04-03T10:00:00Z"]
    page = await ana.has(path_of(made, "overrides"), page_size=2)
    assert (len(page["items"]), page["total"]) == (2, 5)
    assert len(await listed(ana, made, page_size="2", cursor=page["next_cursor"])) == 2


async def test_of_two_who_take_it_back_at_once_one_is_late(ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana))
    took = await override(ana, made, bo, wall("2026-04-01 12:00"), hours=2)
    answers = await asyncio.gather(*(who.delete(one(made, took)) for who in (ana, bo)))
    assert sorted(answer.status_code for answer in answers) == [204, 404]
