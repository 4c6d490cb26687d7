"""Rotations: their types, restrictions, people and order; edits from an instant on, and a past that stands."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from pulsar.base.http import Pulsar
from tests.ladders import Json
from tests.schedules import (
    NOW,
    fields_of,
    ids,
    leaves,
    names,
    on_call,
    path_of,
    rotation,
    schedule,
    shifts,
    signed_in_again,
    stand_at,
    wall,
)
from tests.world import NOWHERE, Clock, People, Person


@pytest.fixture(autouse=True)
def now(clock: Clock) -> None:
    stand_at(clock, wall(NOW))


def order(found: Json) -> list[str]:
    assert [one["position"] for one in found["participants"]] == list(range(len(found["participants"])))
    return [one["name"] for one in found["participants"]]


async def put(person: Person, found: Json, *others: Person | None, **fields: Any) -> Any:
    return await person.request("PUT", path_of(found, "participants"), json={"user_ids": ids(*others)} | fields)


async def seen(person: Person, made: Json, start: str, end: str) -> list[tuple[str, str, str]]:
    return names(await shifts(person, made, wall(start), wall(end)))


async def test_a_rotation_that_says_nothing_is_weekly_from_today_at_nine(ana: Person) -> None:
    made = await schedule(ana)
    line = await ana.makes(path_of(made, "rotations"), name="First line")
    assert (line["rotation_type"], line["unit"], line["length"], line["turns"]) == ("weekly", "weeks", 1, "calendar")
    assert (line["starts_on"], line["ends_on"], line["handoff_time"]) == ("2026-03-25", None, "09:00")
    assert (line["restrictions"], line["participants"], line["pending"], line["removed_at"]) == ([], [], None, None)
    assert (line["schedule_id"], line["position"], line["version"]) == (made["id"], 0, 1)
    assert await ana.has(path_of(line)) == line
    assert (await ana.has(path_of(made, "rotations")))["items"] == [line]
    assert [problem["kind"] for problem in (await ana.has(path_of(made)))["problems"]] == ["empty_rotation", "gap"]


async def test_every_type_hands_over_when_it_says(ana: Person, bo: Person) -> None:
    monday = {"starts_on": "2026-03-23"}
    kinds: list[tuple[Json, str]] = [
        ({"rotation_type": "daily"}, "Tue 24 Mar 09:00"),
        ({"rotation_type": "daily", "length": 3}, "Thu 26 Mar 09:00"),
        ({"rotation_type": "weekly", "handoff_time": "17:30"}, "Mon 30 Mar 17:30"),
        ({"rotation_type": "weekly", "handoff_day": 5}, "Fri 27 Mar 09:00"),
        ({"rotation_type": "weekly", "length": 2}, "Mon 06 Apr 09:00"),
        ({"rotation_type": "custom", "unit": "hours", "length": 12}, "Mon 23 Mar 21:00"),
        ({"rotation_type": "custom", "length": 10}, "Thu 02 Apr 09:00"),
        ({"rotation_type": "custom", "unit": "weeks", "length": 2}, "Mon 06 Apr 09:00"),
    ]
    for number, (fields, handoff) in enumerate(kinds):
        made = await schedule(ana, rotation(ana, bo, **monday, **fields), name=f"S{number}")
        line = made["rotations"][0]
        assert line["rotation_type"] == fields["rotation_type"]
        assert line["length"] == fields.get("length", 1)
        found = await seen(ana, made, "2026-03-23 00:00", "2026-04-20 12:00")
        assert (found[0][0], found[0][2]) == ("Ana", handoff), fields
        assert found[1][0] == "Bo"


async def test_restrictions_may_run_past_midnight_and_to_its_end(ana: Person) -> None:
    windows = [
        {"days": [1, 2, 3, 4, 5], "start": "18:00", "end": "08:00"},
        {"days": [6, 7], "start": "00:00", "end": "24:00"},
    ]
    made = await schedule(ana, rotation(ana, restrictions=windows))
    assert made["rotations"][0]["restrictions"] == windows
    assert await seen(ana, made, "2026-03-25 12:00", "2026-03-30 20:00") == [
        ("Ana", "Wed 25 Mar 18:00", "Thu 26 Mar 08:00"),
        ("Ana", "Thu 26 Mar 18:00", "Fri 27 Mar 08:00"),
        ("Ana", "Fri 27 Mar 18:00", "Mon 30 Mar 00:00"),
        ("Ana", "Mon 30 Mar 18:00", "Mon 30 Mar 20:00"),
    ]


async def test_a_person_may_have_several_turns_and_nobody_may_have_one(ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana, None, ana, bo, rotation_type="daily", starts_on="2026-03-23"))
    assert order(made["rotations"][0]) == ["Ana", "Nobody", "Ana", "Bo"]
    assert await seen(ana, made, "2026-03-23 09:00", "2026-03-27 09:00") == [
        ("Ana", "Mon 23 Mar 09:00", "Tue 24 Mar 09:00"),
        ("Ana", "Wed 25 Mar 09:00", "Thu 26 Mar 09:00"),
        ("Bo", "Thu 26 Mar 09:00", "Fri 27 Mar 09:00"),
    ]


BAD_ROTATIONS: list[tuple[str, Any]] = [
    ("name", ""),
    ("rotation_type", "monthly"),
    ("length", 0),
    ("length", -1),
    ("length", 366 * 24 + 1),
    ("length", 53),
    ("unit", "hours"),
    ("starts_on", "2026-02-30"),
    ("starts_on", "1900-01-01"),
    ("handoff_time", "24:00"),
    ("handoff_time", "9:00"),
    ("handoff_time", "09:00:30"),
    ("handoff_day", 0),
    ("handoff_day", 8),
    ("ends_on", "2025-01-01"),
    ("ends_on", "2026-01-05"),
    ("turns", "sometimes"),
    ("participants", [NOWHERE]),
    ("participants", "everybody"),
    ("restrictions", [{"start": "09:00", "end": "09:00"}]),
    ("restrictions", [{"start": "00:00", "end": "00:00"}]),
    ("restrictions", [{"days": [8], "start": "09:00", "end": "17:00"}]),
    ("restrictions", [{"start": "25:00", "end": "17:00"}]),
    ("restrictions", [{"start": "09:00"}]),
    ("organization", "x"),
]


async def test_what_does_not_fit_is_named_and_nothing_is_half_written(ana: Person, eve: Person, vic: Person) -> None:
    """F14: nobody who could not be paged comes into a rotation."""
    made = await schedule(ana, rotation(ana))
    line = made["rotations"][0]
    for field, value in [*BAD_ROTATIONS, ("participants", ids(eve))]:
        body = rotation(ana) | {field: value}
        for answer in (
            await ana.post(path_of(made, "rotations"), **body),
            await ana.patch(path_of(line), name="Renamed", **{field: value} if field != "name" else {}),
            await ana.post(path_of(made, "preview"), **SPAN, rotation=body),
        ):
            if answer.is_success and field in {"name", "unit"}:
                continue  # a name is not needed to look at, and another unit makes it a custom one
            fields = {one.removeprefix("rotation.").split(".")[0] for one in fields_of(answer)}
            assert fields == {field}, (field, value)
    assert (await ana.has(path_of(line)))["participants"] == line["participants"]
    assert (await ana.has(path_of(made, "rotations")))["total"] == 1


SPAN = {"from": "2026-03-25T12:00:00Z", "to": "2026-04-25T12:00:00Z"}


async def test_only_weeks_have_a_handoff_day_and_only_custom_ones_a_unit(ana: Person) -> None:
    made = await schedule(ana, rotation(ana, handoff_day=5))
    line = made["rotations"][0]
    path = path_of(made, "rotations")
    assert fields_of(await ana.post(path, **rotation(ana, rotation_type="daily", handoff_day=5))) == {"handoff_day"}
    assert fields_of(await ana.post(path, **rotation(ana, rotation_type="daily", unit="hours"))) == {"unit"}
    daily = (await ana.patch(path_of(line), rotation_type="daily")).json()
    assert (daily["unit"], daily["handoff_day"]) == ("days", None), "with its weeks the day is gone"
    hourly = (await ana.patch(path_of(line), unit="hours", length=8)).json()
    assert (hourly["rotation_type"], hourly["unit"], hourly["length"]) == ("custom", "hours", 8)


async def test_a_list_of_nobody_empties_no_rotation(ana: Person) -> None:
    """An empty rotation pages nobody. Who leaves may leave one behind; then it is a problem that is shown."""
    made = await schedule(ana, rotation(ana, ana))
    line = made["rotations"][0]
    assert fields_of(await ana.patch(path_of(line), participants=[])) == {"participants"}
    assert fields_of(await put(ana, line)) == {"user_ids"}
    assert fields_of(await put(ana, line, None, None)) == {"user_ids"}
    assert order(await ana.has(path_of(line))) == ["Ana", "Ana"]
    left = await ana.delete(path_of(line, "participants", str(ana.id)))
    assert (left.status_code, left.json()["items"]) == (200, [])
    assert "empty_rotation" in [one["kind"] for one in (await ana.has(path_of(made)))["problems"]]


async def test_people_are_put_in_moved_and_taken_out(ana: Person, bo: Person, vic: Person) -> None:
    made = await schedule(ana, rotation(ana))
    line = made["rotations"][0]
    path = path_of(line, "participants")
    added = await ana.makes(path, user_id=str(bo.id))
    assert [one["name"] for one in added["items"]] == ["Ana", "Bo"]
    await ana.makes(path, user_id=str(vic.id), position=0)
    await ana.makes(path, user_id=None, position=1)
    await ana.makes(path, user_id=str(bo.id), position=99)
    assert order(await ana.has(path_of(line))) == ["Vic", "Nobody", "Ana", "Bo", "Bo"]
    moved = await put(ana, line, bo, ana, vic, bo)
    assert [one["name"] for one in moved.json()["items"]] == ["Bo", "Ana", "Vic", "Bo"]
    removed = await ana.delete(path_of(line, "participants", str(bo.id)))
    assert [one["name"] for one in removed.json()["items"]] == ["Ana", "Vic"]
    assert (await ana.has(path))["items"] == removed.json()["items"]
    assert (await ana.delete(path_of(line, "participants", str(bo.id)))).status_code == 404
    assert (await ana.has(path_of(line)))["version"] == line["version"] + 6


async def test_people_from_elsewhere_are_named_by_the_field_they_stand_in(
    ana: Person, bo: Person, eve: Person, pulsar: Pulsar
) -> None:
    made = await schedule(ana, rotation(ana))
    line = made["rotations"][0]
    await leaves(pulsar, bo, ana)
    for stranger in (eve, bo):
        assert fields_of(await ana.post(path_of(line, "participants"), user_id=str(stranger.id))) == {"user_id"}
        assert fields_of(await put(ana, line, ana, stranger)) == {"user_ids"}
        assert fields_of(await ana.patch(path_of(line), participants=ids(stranger))) == {"participants"}
    assert order(await ana.has(path_of(line))) == ["Ana"]


async def test_who_was_deactivated_stays_in_it_and_hinders_no_edit(ana: Person, people: People, pulsar: Pulsar) -> None:
    mia = await people.colleague(ana, "Mia", "member")
    made = await schedule(ana, rotation(mia, ana))
    line = made["rotations"][0]
    await leaves(pulsar, mia, ana)
    found = await ana.has(path_of(line))
    assert [(one["name"], one["active"]) for one in found["participants"]] == [("Mia", False), ("Ana", True)]
    assert (await ana.patch(path_of(line), handoff_time="10:00", participants=ids(mia, ana))).status_code == 200
    assert (await put(ana, line, ana, mia)).status_code == 200
    assert (await ana.delete(path_of(line, "participants", str(mia.id)))).status_code == 200


async def test_an_edit_now_changes_nothing_that_was(ana: Person, bo: Person, vic: Person) -> None:
    made = await schedule(ana, rotation(ana, bo))
    line = made["rotations"][0]
    past = wall("2026-01-01 00:00"), wall(NOW)
    before = await shifts(ana, made, *past)
    for body in (
        {"participants": ids(vic)},
        {"handoff_time": "18:00"},
        {"rotation_type": "daily", "starts_on": "2026-03-01"},
        {"restrictions": [{"start": "09:00", "end": "17:00"}]},
        {"ends_on": "2026-03-26"},
    ):
        assert (await ana.patch(path_of(line), **body)).status_code == 200
        assert await shifts(ana, made, *past) == before
    await ana.delete(path_of(line))
    assert await shifts(ana, made, *past) == before
    assert await on_call(ana, made, wall("2026-03-25 11:59")) == ["Bo"]
    assert await on_call(ana, made) == []


async def test_an_edit_may_wait_for_the_end_of_the_shift(ana: Person, bo: Person, vic: Person, clock: Clock) -> None:
    made = await schedule(ana, rotation(ana, bo))
    line = made["rotations"][0]
    changed = (await ana.patch(path_of(line), participants=ids(bo, vic, ana), effective="end_of_shift")).json()
    assert order(changed) == ["Ana", "Bo"]
    assert order(changed["pending"]) == ["Bo", "Vic", "Ana"]
    assert changed["pending"]["effective_at"] == "2026-03-30T07:00:00Z"
    ahead = [("Bo", "Wed 25 Mar 12:00", "Mon 30 Mar 09:00"), ("Vic", "Mon 30 Mar 09:00", "Mon 06 Apr 09:00")]
    assert (await seen(ana, made, NOW, "2026-04-13 09:00"))[:2] == ahead
    stand_at(clock, wall("2026-03-30 09:01"))
    later = await (await signed_in_again(ana)).has(path_of(line))
    assert (order(later), later["pending"]) == (["Bo", "Vic", "Ana"], None)


async def test_an_edit_may_wait_for_the_end_of_the_round(ana: Person, bo: Person, vic: Person) -> None:
    made = await schedule(ana, rotation(bo, ana, vic))
    line = made["rotations"][0]
    assert await on_call(ana, made) == ["Vic"]
    await put(ana, line, ana, bo, effective="end_of_round")
    assert await seen(ana, made, NOW, "2026-04-13 09:00") == [
        ("Vic", "Wed 25 Mar 12:00", "Mon 30 Mar 09:00"),
        ("Ana", "Mon 30 Mar 09:00", "Mon 06 Apr 09:00"),
        ("Bo", "Mon 06 Apr 09:00", "Mon 13 Apr 09:00"),
    ]


async def test_an_edit_for_later_builds_on_the_one_that_is_to_come(ana: Person, bo: Person, vic: Person) -> None:
    made = await schedule(ana, rotation(ana, bo))
    line = made["rotations"][0]
    await put(ana, line, ana, bo, vic, effective="end_of_shift")
    changed = (await ana.patch(path_of(line), handoff_time="08:00", effective="end_of_shift")).json()
    assert order(changed["pending"]) == ["Ana", "Bo", "Vic"]
    assert (changed["handoff_time"], changed["pending"]["handoff_time"]) == ("09:00", "08:00")


async def test_an_edit_that_changes_nothing_is_none(ana: Person) -> None:
    made = await schedule(ana, rotation(ana))
    line = made["rotations"][0]
    same = {field: line[field] for field in ("rotation_type", "length", "starts_on", "handoff_time", "restrictions")}
    changed = (await ana.patch(path_of(line), participants=ids(ana), effective="end_of_shift", **same)).json()
    assert changed["pending"] is None


async def test_with_a_later_handoff_the_one_on_call_stays_until_then_and_the_next_has_a_whole_turn(
    ana: Person, bo: Person
) -> None:
    made = await schedule(ana, rotation(ana, bo))
    await ana.patch(path_of(made["rotations"][0]), handoff_time="17:00", effective="end_of_shift")
    assert await seen(ana, made, NOW, "2026-04-13 17:00") == [
        ("Bo", "Wed 25 Mar 12:00", "Mon 30 Mar 09:00"),
        ("Bo", "Mon 30 Mar 09:00", "Mon 30 Mar 17:00"),
        ("Ana", "Mon 30 Mar 17:00", "Mon 06 Apr 17:00"),
        ("Bo", "Mon 06 Apr 17:00", "Mon 13 Apr 17:00"),
    ]


async def test_a_removal_may_wait_too_and_a_later_edit_takes_it_back(ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana, bo))
    line = made["rotations"][0]
    assert (await ana.request("DELETE", path_of(line), params={"effective": "end_of_shift"})).status_code == 204
    assert (await ana.has(path_of(line)))["removed_at"] == "2026-03-30T07:00:00Z"
    assert await seen(ana, made, NOW, "2026-05-01 00:00") == [("Bo", "Wed 25 Mar 12:00", "Mon 30 Mar 09:00")]
    changed = (await ana.patch(path_of(line), handoff_time="09:30", effective="end_of_shift")).json()
    assert changed["removed_at"] is None
    assert await on_call(ana, made, wall("2026-03-31 12:00")) == ["Ana"]


async def test_a_removed_rotation_is_gone_from_lists_and_stays_in_the_past(ana: Person) -> None:
    made = await schedule(ana, rotation(ana))
    line = made["rotations"][0]
    assert (await ana.delete(path_of(line))).status_code == 204
    assert (await ana.get(path_of(line))).status_code == 404
    assert (await ana.delete(path_of(line))).status_code == 404
    assert (await ana.has(path_of(made)))["rotations"] == []
    yesterday = await ana.has(path_of(made, "oncall"), at=wall("2026-03-24 12:00").isoformat())
    assert [one["rotation"]["name"] for one in yesterday["on_call"]] == ["First line"]


async def test_rotations_are_moved_among_each_other(ana: Person) -> None:
    made = await schedule(ana, *(rotation(ana, name=name) for name in "ABC"))
    last = made["rotations"][2]
    moved = (await ana.patch(path_of(last), position=0)).json()
    assert moved["position"] == 0
    found = (await ana.has(path_of(made, "rotations")))["items"]
    assert [(one["name"], one["position"]) for one in found] == [("C", 0), ("A", 1), ("B", 2)]
    await ana.patch(path_of(last), position=99)
    assert [one["name"] for one in (await ana.has(path_of(made)))["rotations"]] == ["A", "B", "C"]


async def test_of_two_edits_from_the_same_reading_one_is_refused(ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana, bo))
    line = made["rotations"][0]
    answers = await asyncio.gather(
        ana.patch(path_of(line), handoff_time="10:00", version=line["version"]),
        put(bo, line, bo, ana, version=line["version"]),
    )
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code, lost.json()["code"]) == (200, 409, "stale_version")
    assert lost.json()["current"] == await ana.has(path_of(line))


async def test_orders_that_come_at_once_leave_one_of_them_and_no_mixture(ana: Person, bo: Person, vic: Person) -> None:
    made = await schedule(ana, rotation(ana, bo, vic))
    line = made["rotations"][0]
    orders = [(bo, vic, ana), (vic, ana, bo), (ana, vic, bo), (vic, bo, ana)]
    answers = await asyncio.gather(*(put(ana, line, *people) for people in orders))
    assert {answer.status_code for answer in answers} == {200}
    found = await ana.has(path_of(line))
    assert order(found) in [[person.name for person in people] for people in orders]
    assert found["version"] == line["version"] + 4


async def test_people_who_are_added_at_once_are_all_in_it(ana: Person, bo: Person, vic: Person) -> None:
    made = await schedule(ana, rotation(ana))
    path = path_of(made["rotations"][0], "participants")
    answers = await asyncio.gather(*(ana.post(path, user_id=str(who.id)) for who in (bo, vic, bo, vic, ana)))
    assert {answer.status_code for answer in answers} == {201}
    found = [one["name"] for one in (await ana.has(path))["items"]]
    assert sorted(found) == ["Ana", "Ana", "Bo", "Bo", "Vic", "Vic"]


async def test_a_schedule_has_fifty_rotations_at_most_and_a_rotation_two_hundred_turns(ana: Person) -> None:
    made = await schedule(ana, *(rotation(name=f"R{number}") for number in range(50)))
    assert fields_of(await ana.post(path_of(made, "rotations"), **rotation(ana))) == {"rotations"}
    line = made["rotations"][0]
    await put(ana, line, *([ana] * 200))
    assert (await ana.post(path_of(line, "participants"), user_id=str(ana.id))).status_code == 422
    assert (await put(ana, line, *([ana] * 201))).status_code == 422


async def test_a_schedule_that_would_hand_over_every_minute_is_refused(ana: Person) -> None:
    """So is an answer with a year of a busy one: nobody reads it, and the server would count for seconds."""
    hourly: Json = {"rotation_type": "custom", "unit": "hours", "length": 1}
    made = await schedule(ana, *(rotation(ana, name=f"R{number}", **hourly) for number in range(8)), rotation(ana))
    last = made["rotations"][-1]
    assert fields_of(await ana.patch(path_of(last), **hourly)) == {"length"}
    assert fields_of(await ana.post(path_of(made, "rotations"), **rotation(ana, **hourly))) == {"length"}
    start = wall(NOW)
    for days, path in ((400, path_of(made, "shifts")), (200, path_of(made, "preview"))):
        span = {"from": start.isoformat(), "to": (start + timedelta(days=days)).isoformat()}
        answer = await (ana.get(path, **span) if path.endswith("shifts") else ana.post(path, **span))
        assert fields_of(answer) == {"to"}
    assert (await ana.get(path_of(made, "shifts"))).status_code == 200


async def test_one_that_began_in_2000_is_in_its_turn(ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana, bo, starts_on="2000-01-03"))
    weeks = (wall(NOW) - wall("2000-01-03 09:00")).days // 7
    assert await on_call(ana, made) == [("Ana", "Bo")[weeks % 2]]
