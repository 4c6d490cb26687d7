"""Schedules: made with their rotations or without, changed, refused, deleted."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from pulsar.base.http import Pulsar
from tests.schedules import (
    NOW,
    events_of,
    fields_of,
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


async def test_a_schedule_is_made_whole_and_read_whole(ana: Person, bo: Person) -> None:
    team = await ana.makes("/teams", name="Database")
    made = await schedule(ana, rotation(ana, bo), rotation(bo, name="Second line"), team_id=team["id"])
    assert await ana.has(path_of(made)) == made
    assert (await ana.has("/schedules"))["items"] == [made]
    assert (made["name"], made["time_zone"], made["version"]) == ("Database", "Europe/Berlin", 1)
    assert (made["team_id"], made["team_name"], made["warn_about_gaps"]) == (team["id"], "Database", True)
    first, second = made["rotations"]
    assert [(r["name"], r["position"]) for r in (first, second)] == [("First line", 0), ("Second line", 1)]
    assert [p["name"] for p in first["participants"]] == ["Ana", "Bo"]
    assert (first["rotation_type"], first["unit"], first["length"]) == ("weekly", "weeks", 1)
    assert (first["starts_on"], first["handoff_time"], first["handoff_day"]) == ("2026-01-05", "09:00", None)
    assert made["problems"] == []
    assert [(one["rotation"]["name"], one["user"]["name"]) for one in made["on_call"]] == [
        ("First line", "Bo"),
        ("Second line", "Bo"),
    ]


async def test_who_is_on_call_follows_from_the_rotations(ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana, bo))
    assert await on_call(ana, made, wall("2026-01-05 09:00")) == ["Ana"]
    assert await on_call(ana, made, wall("2026-01-12 08:59")) == ["Ana"]
    assert await on_call(ana, made, wall("2026-01-12 09:00")) == ["Bo"]
    assert await on_call(ana, made, wall("2026-01-05 08:59")) == []
    found = await shifts(ana, made, wall("2026-01-10 00:00"), wall("2026-01-20 00:00"))
    assert names(found) == [
        ("Ana", "Sat 10 Jan 00:00", "Mon 12 Jan 09:00"),
        ("Bo", "Mon 12 Jan 09:00", "Mon 19 Jan 09:00"),
        ("Ana", "Mon 19 Jan 09:00", "Tue 20 Jan 00:00"),
    ]


async def test_a_schedule_without_rotations_is_there_and_says_what_it_lacks(ana: Person) -> None:
    made = await schedule(ana)
    assert (made["rotations"], made["on_call"]) == ([], [])
    assert [problem["kind"] for problem in made["problems"]] == ["no_rotation"]
    assert (await ana.has(path_of(made, "shifts")))["final"] == []


async def test_what_is_sent_is_changed_and_the_rest_stays(ana: Person) -> None:
    made = await schedule(ana, rotation(ana), description="Who wakes up")
    changed = (await ana.patch(path_of(made), name="Nights", warn_about_gaps=False)).json()
    assert changed == made | {
        "name": "Nights",
        "warn_about_gaps": False,
        "version": 2,
        "updated_at": changed["updated_at"],
    }


async def test_a_change_made_from_an_old_reading_is_refused(ana: Person, bo: Person) -> None:
    made = await schedule(ana)
    answers = await asyncio.gather(
        *(who.patch(path_of(made), name=name, version=1) for who, name in ((ana, "Ana's"), (bo, "Bo's")))
    )
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code, lost.json()["code"]) == (200, 409, "stale_version")
    assert lost.json()["current"] == await ana.has(path_of(made)) == won.json()


async def test_a_name_is_given_once_however_it_is_written(ana: Person, eve: Person) -> None:
    await schedule(ana)
    other = await schedule(ana, name="Nights")
    for answer in (
        await ana.post("/schedules", name="DATABASE", time_zone="UTC"),
        await ana.patch(path_of(other), name="database"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
        assert [error["field"] for error in answer.json()["errors"]] == ["name"]
    await schedule(eve)


BAD_SCHEDULES: list[tuple[str, Any]] = [
    ("name", ""),
    ("name", "x" * 101),
    ("name", None),
    ("time_zone", "Europe/Atlantis"),
    ("time_zone", "europe/berlin"),
    ("time_zone", "+02:00"),
    ("time_zone", "../etc/passwd"),
    ("time_zone", "localtime"),
    ("time_zone", None),
    ("team_id", NOWHERE),
    ("warn_about_gaps", "perhaps"),
    ("organization", "x"),
]


async def test_what_does_not_fit_is_named_and_nothing_is_half_written(ana: Person, eve: Person) -> None:
    team = await eve.makes("/teams", name="Hers")
    made = await schedule(ana, rotation(ana))
    for field, value in [*BAD_SCHEDULES, ("team_id", team["id"])]:
        body = {"name": "Another", "time_zone": "UTC", field: value}
        assert fields_of(await ana.post("/schedules", **body)) == {field}, (field, value)
        assert fields_of(await ana.patch(path_of(made), **{field: value})) == {field}, (field, value)
    assert (await ana.has("/schedules"))["items"] == [made]


async def test_a_bad_rotation_is_named_by_its_place_and_the_schedule_is_not_made(ana: Person, eve: Person) -> None:
    bad = rotation(ana, eve)
    answer = await ana.post("/schedules", name="Database", time_zone="UTC", rotations=[rotation(ana), bad])
    assert fields_of(answer) == {"rotations.1.participants"}
    answer = await ana.post("/schedules", name="Database", time_zone="UTC", rotations=[rotation(ana, length=0)])
    assert fields_of(answer) == {"rotations.0.length"}
    assert (await ana.has("/schedules"))["total"] == 0


async def test_in_another_zone_the_handoff_is_at_the_same_time_of_day_from_now_on(ana: Person, bo: Person) -> None:
    """History stands: who was on call yesterday by Berlin's clock still was."""
    made = await schedule(ana, rotation(ana, bo))
    past = wall("2026-03-01 00:00"), wall("2026-03-25 00:00")
    before = await shifts(ana, made, *past)
    changed = (await ana.patch(path_of(made), time_zone="America/New_York")).json()
    assert changed["time_zone"] == "America/New_York"
    assert changed["rotations"][0]["handoff_time"] == "09:00"
    assert changed["rotations"][0]["version"] == made["rotations"][0]["version"] + 1
    assert await shifts(ana, made, *past) == before
    ahead = names(await shifts(ana, made, wall("2026-03-29 12:00"), wall("2026-04-01 00:00")))
    assert ahead == [
        ("Bo", "Sun 29 Mar 12:00", "Mon 30 Mar 15:00"),
        ("Ana", "Mon 30 Mar 15:00", "Wed 01 Apr 00:00"),
    ]


async def test_another_zone_can_wait_for_the_end_of_the_shift(ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana, bo))
    changed = (await ana.patch(path_of(made), time_zone="Asia/Tokyo", effective="end_of_shift")).json()
    pending = changed["rotations"][0]["pending"]
    assert pending["effective_at"] == "2026-03-30T07:00:00Z", "the handoff in Berlin, by summer time"
    ahead = names(await shifts(ana, made, wall("2026-03-25 12:00"), wall("2026-04-08 00:00")))
    assert ahead == [
        ("Bo", "Wed 25 Mar 12:00", "Mon 30 Mar 09:00"),
        ("Ana", "Mon 30 Mar 09:00", "Mon 06 Apr 02:00"),
        ("Bo", "Mon 06 Apr 02:00", "Wed 08 Apr 00:00"),
    ]


async def test_a_change_of_zone_keeps_an_edit_that_is_still_to_come(ana: Person, bo: Person, vic: Person) -> None:
    made = await schedule(ana, rotation(ana, bo))
    order = {"user_ids": [str(vic.id)], "effective": "end_of_shift"}
    await ana.request("PUT", path_of(made["rotations"][0], "participants"), json=order)
    changed = (await ana.patch(path_of(made), time_zone="UTC")).json()
    assert [p["name"] for p in changed["rotations"][0]["pending"]["participants"]] == ["Vic"]
    assert await on_call(ana, made, wall("2026-04-07 12:00")) == ["Vic"]


async def test_lists_are_found_by_name_and_team_and_come_in_pages(ana: Person) -> None:
    team = await ana.makes("/teams", name="Database")
    for number in range(5):
        await schedule(ana, name=f"Line {number} 100%", team_id=team["id"] if number == 3 else None)
    page = await ana.has("/schedules", page_size=2)
    assert ([one["name"] for one in page["items"]], page["total"]) == (["Line 0 100%", "Line 1 100%"], 5)
    rest = await ana.has("/schedules", page_size=2, cursor=page["next_cursor"])
    assert [one["name"] for one in rest["items"]] == ["Line 2 100%", "Line 3 100%"]
    assert [one["name"] for one in (await ana.has("/schedules", team_id=team["id"]))["items"]] == ["Line 3 100%"]
    assert [one["name"] for one in (await ana.has("/schedules", search="0% line 4"))["items"]] == ["Line 4 100%"]
    assert (await ana.has("/schedules", search="_"))["total"] == 0


async def test_when_its_team_goes_the_schedule_stays(ana: Person) -> None:
    team = await ana.makes("/teams", name="Database")
    made = await schedule(ana, team_id=team["id"])
    await ana.delete(f"/teams/{team['id']}")
    left = await ana.has(path_of(made))
    assert (left["team_id"], left["team_name"]) == (None, None)


async def test_a_deleted_schedule_is_gone_with_all_below_it(ana: Person) -> None:
    made = await schedule(ana, rotation(ana))
    span = {"starts_at": "2026-04-01T00:00:00Z", "ends_at": "2026-04-02T00:00:00Z"}
    await ana.makes(path_of(made, "overrides"), user_id=str(ana.id), **span)
    assert (await ana.delete(path_of(made))).status_code == 204
    for part in ("", "/oncall", "/shifts", "/gaps", "/overrides", "/rotations"):
        assert (await ana.get(path_of(made) + part)).status_code == 404
    assert (await ana.has("/oncall"))["total"] == 0


async def test_members_read_and_override_and_admins_set_up(ana: Person, bo: Person, people: People) -> None:
    made = await schedule(ana, rotation(ana))
    mia = await people.colleague(ana, "Mia", "member")
    span = {"starts_at": "2026-04-01T00:00:00Z", "ends_at": "2026-04-02T00:00:00Z"}
    assert (await mia.post(path_of(made, "overrides"), user_id=str(mia.id), **span)).status_code == 201
    line = made["rotations"][0]
    refused = [
        await mia.post("/schedules", name="Another", time_zone="UTC"),
        await mia.patch(path_of(made), name="Mine"),
        await mia.delete(path_of(made)),
        await mia.post(path_of(made, "rotations"), name="Mine"),
        await mia.patch(path_of(line), name="Mine"),
        await mia.delete(path_of(line)),
        await mia.post(path_of(line, "participants"), user_id=str(mia.id)),
    ]
    assert {answer.status_code for answer in refused} == {403}
    assert (await bo.patch(path_of(made), name="Bo's")).status_code == 200


async def test_what_happened_to_it_is_told_with_what_was_and_what_is(ana: Person, bo: Person, pulsar: Pulsar) -> None:
    made = await schedule(ana, rotation(ana))
    await ana.patch(path_of(made), name="Nights")
    line = made["rotations"][0]
    await ana.post(path_of(line, "participants"), user_id=str(bo.id))
    await ana.patch(path_of(line), name="Renamed")
    await ana.delete(path_of(line))
    told = await events_of(pulsar, ana, made)
    assert [event["type"] for event in told] == [
        "schedule.created",
        "rotation.created",
        "schedule.updated",
        "rotation.updated",
        "rotation.updated",
        "rotation.removed",
    ]
    assert told[2]["data"] == {
        "name": "Nights",
        "changes": {"name": {"before": "Database", "after": "Nights"}},
    }
    added = told[3]["data"]
    assert added["changes"] == {"participants": {"before": [str(ana.id)], "after": [str(ana.id), str(bo.id)]}}
    assert added["effective_at"]
    assert told[4]["data"]["changes"] == {"name": {"before": "First line", "after": "Renamed"}}
    assert told[4]["data"]["effective_at"] is None
    assert told[5]["data"]["before"]["participants"] == [str(ana.id), str(bo.id)]


async def test_what_is_wrong_with_a_schedule_stands_on_it_and_among_all_problems(
    ana: Person, people: People, pulsar: Pulsar
) -> None:
    mia = await people.colleague(ana, "Mia", "member")
    office = [{"days": [1, 2, 3, 4, 5], "start": "09:00", "end": "17:00"}]
    made = await schedule(
        ana,
        rotation(mia, ana, name="Office", restrictions=office),
        rotation(name="Empty"),
        rotation(ana, name="Over", ends_on="2026-02-02"),
    )
    span = {"starts_at": "2026-04-01T00:00:00Z", "ends_at": "2026-04-02T00:00:00Z"}
    await ana.makes(path_of(made, "overrides"), user_id=str(mia.id), **span)
    await leaves(pulsar, mia, ana)
    found = (await ana.has(path_of(made)))["problems"]
    assert [(one["kind"], (one["rotation"] or {}).get("name"), (one["user"] or {}).get("name")) for one in found] == [
        ("inactive_participant", "Office", "Mia"),
        ("empty_rotation", "Empty", None),
        ("ended_rotation", "Over", None),
        ("inactive_override", None, "Mia"),
        ("gap", None, None),
    ]
    assert found[-1]["at"] == "2026-03-25T16:00:00Z"
    everywhere = [one for one in (await ana.has("/problems"))["items"] if one["kind"].startswith("schedule_")]
    assert [one["kind"].removeprefix("schedule_") for one in everywhere] == [one["kind"] for one in found]
    assert {one["subject"]["id"] for one in everywhere} == {made["id"]}
    await ana.patch(path_of(made), warn_about_gaps=False)
    assert "gap" not in [one["kind"] for one in (await ana.has(path_of(made)))["problems"]]
    duties = (await ana.has(f"/users/{mia.id}/duties"))["items"]
    assert [(duty["subject"]["name"], duty["detail"]) for duty in duties] == [("Database", "Office, override")]


async def test_the_gaps_ahead_are_listed_with_how_much_is_covered(ana: Person, clock: Clock) -> None:
    made = await schedule(ana, rotation(ana, restrictions=[{"start": "00:00", "end": "12:00"}]), time_zone="UTC")
    stand_at(clock, wall("2026-03-26 01:00"))  # midnight in UTC, or a moment after
    answer = await (await signed_in_again(ana)).has(path_of(made, "gaps"), weeks=2)
    assert len(answer["gaps"]) == 14
    assert answer["gaps"][0] == {"starts_at": "2026-03-26T12:00:00Z", "ends_at": "2026-03-27T00:00:00Z"}
    assert answer["covered_share"] == pytest.approx(0.5, abs=0.001)
    assert fields_of(await ana.get(path_of(made, "gaps"), weeks=0)) == {"weeks"}


async def test_a_span_that_is_none_or_endless_is_refused(ana: Person) -> None:
    made = await schedule(ana, rotation(ana))
    start = wall(NOW)
    for path in (path_of(made, "shifts"), "/oncall/shifts"):
        for field, params in (
            ("to", {"from": start, "to": start}),
            ("to", {"from": start, "to": start - timedelta(days=1)}),
            ("to", {"from": start, "to": start + timedelta(days=401)}),
            ("from", {"from": "2026-03-25T12:00:00"}),
            ("from", {"from": "0001-01-01T00:00:00Z"}),
            ("to", {"to": "9999-12-31T23:59:59Z"}),
        ):
            answer = await ana.get(path, **{k: v if isinstance(v, str) else v.isoformat() for k, v in params.items()})
            assert fields_of(answer) == {field}, params
    assert fields_of(await ana.get(path_of(made, "oncall"), at="9999-12-31T23:59:59Z")) == {"at"}
