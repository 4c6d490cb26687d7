"""The preview of an edit: what it shows is what saving it brings, and looking writes nothing."""

from typing import Any

import pytest

from tests.ladders import Json
from tests.schedules import NOW, fields_of, ids, names, path_of, rotation, schedule, shifts, shown, stand_at, wall
from tests.world import NOWHERE, Clock, People, Person

START, END = wall("2026-03-26 00:00"), wall("2026-05-01 00:00")
SPAN = {"from": START.isoformat(), "to": END.isoformat()}


@pytest.fixture(autouse=True)
def now(clock: Clock) -> None:
    stand_at(clock, wall(NOW))


async def preview(person: Person, made: Json, **edit: Any) -> Json:
    found: Json = await person.makes(path_of(made, "preview"), **SPAN, **edit)
    return found


def bare(found: list[Json]) -> list[Json]:
    """Without the ids that a preview makes up for what is not there yet."""
    return [{k: v for k, v in shift.items() if k not in {"rotation_id", "override_id"}} for shift in found]


async def test_what_it_shows_is_what_saving_brings(ana: Person, bo: Person, vic: Person) -> None:
    made = await schedule(ana, rotation(ana, bo), rotation(bo, name="Second"))
    line = made["rotations"][0]
    edits: list[Json] = [
        {"participants": ids(vic, ana), "effective": "end_of_shift"},
        {"handoff_time": "17:00", "effective": "end_of_round"},
        {"rotation_type": "daily", "starts_on": "2026-03-25"},
        {"restrictions": [{"days": [1, 2], "start": "20:00", "end": "06:00"}], "turns": "open_windows"},
        {"unit": "hours", "length": 9},
        {"ends_on": "2026-04-10"},
    ]
    for edit in edits:
        before = await shifts(ana, made, START, END)
        plan = {key: value for key, value in edit.items() if key != "effective"}
        effective = edit.get("effective", "now")
        shown_ = await preview(ana, made, rotation_id=line["id"], rotation=plan, effective=effective)
        assert (await ana.has(path_of(made, "shifts"), **SPAN))["final"] == before == shown_["before"], "only looked"
        assert (await ana.patch(path_of(line), **edit)).status_code == 200
        after = await ana.has(path_of(made, "shifts"), **SPAN)
        # The second of the two is made a moment later.
        assert bare(after["final"]) == bare(shown_["after"]), edit
        assert after["gaps"] == shown_["gaps_after"]


async def test_a_removal_another_zone_and_an_override_are_shown_as_they_come(
    ana: Person, bo: Person, vic: Person
) -> None:
    made = await schedule(ana, rotation(ana, bo), rotation(bo, name="Second"))
    cover = {"user_id": str(vic.id), "starts_at": "2026-04-01T00:00:00Z", "ends_at": "2026-04-02T00:00:00Z"}
    line = made["rotations"][0]
    looked = await preview(ana, made, override=cover)
    await ana.makes(path_of(made, "overrides"), **cover)
    assert bare(await shifts(ana, made, START, END)) == bare(looked["after"])
    assert looked["effective_at"] == "2026-04-01T00:00:00Z"

    looked = await preview(ana, made, time_zone="Asia/Tokyo", effective="end_of_shift")
    await ana.patch(path_of(made), time_zone="Asia/Tokyo", effective="end_of_shift")
    assert bare(await shifts(ana, made, START, END)) == bare(looked["after"])

    looked = await preview(ana, made, rotation_id=line["id"], effective="end_of_shift")
    await ana.request("DELETE", path_of(line), params={"effective": "end_of_shift"})
    assert bare(await shifts(ana, made, START, END)) == bare(looked["after"])
    assert looked["effective_at"] == "2026-03-30T07:00:00Z"


async def test_a_new_rotation_is_shown_without_a_name(ana: Person, bo: Person) -> None:
    made = await schedule(ana)
    looked = await preview(ana, made, rotation={"participants": ids(ana, bo), "starts_on": "2026-01-05"})
    assert (looked["before"], looked["effective_at"]) == ([], None)
    assert {shift["rotation_id"] for shift in looked["after"]} == {looked["rotation_id"]}
    await ana.makes(path_of(made, "rotations"), **rotation(ana, bo))
    assert bare(await shifts(ana, made, START, END)) == bare(looked["after"])


async def test_it_says_whose_nights_change_and_by_how_much(ana: Person, bo: Person, vic: Person) -> None:
    made = await schedule(ana, rotation(ana, bo))
    looked = await preview(
        ana, made, rotation_id=made["rotations"][0]["id"], rotation={"participants": ids(ana, vic)}, effective="now"
    )
    told = [
        (shown(c["starts_at"]), shown(c["ends_at"]), [p["name"] for p in c["before"]], [p["name"] for p in c["after"]])
        for c in looked["changes"]
    ]
    assert told == [
        ("Thu 26 Mar 00:00", "Mon 30 Mar 09:00", ["Bo"], ["Vic"]),
        ("Mon 06 Apr 09:00", "Mon 13 Apr 09:00", ["Bo"], ["Vic"]),
        ("Mon 20 Apr 09:00", "Mon 27 Apr 09:00", ["Bo"], ["Vic"]),
    ]
    hours = {one["user_name"]: (one["before"], one["after"]) for one in looked["hours"]}
    bos = 4 * 24 + 9 - 1 + 2 * 7 * 24
    assert hours["Bo"] == (bos, 0), "the night of the clock change has an hour less"
    assert hours["Vic"] == (0, bos)
    assert hours["Ana"][0] == hours["Ana"][1]


async def test_it_shows_the_gaps_that_an_edit_would_tear(ana: Person) -> None:
    made = await schedule(ana, rotation(ana))
    office = [{"days": [1, 2, 3, 4, 5], "start": "09:00", "end": "17:00"}]
    looked = await preview(ana, made, rotation_id=made["rotations"][0]["id"], rotation={"restrictions": office})
    assert looked["gaps_before"] == []
    assert [shown(looked["gaps_after"][0][key]) for key in ("starts_at", "ends_at")] == [
        "Thu 26 Mar 00:00",
        "Thu 26 Mar 09:00",
    ]


async def test_looking_writes_nothing(ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana, bo))
    await preview(
        ana,
        made,
        rotation_id=made["rotations"][0]["id"],
        rotation={"participants": ids(bo)},
        override={"user_id": str(bo.id), "starts_at": "2026-04-01T00:00:00Z", "ends_at": "2026-04-02T00:00:00Z"},
        time_zone="UTC",
    )
    assert await ana.has(path_of(made)) == made
    assert (await ana.has(path_of(made, "overrides")))["total"] == 0


async def test_members_may_look_and_viewers_may_not(ana: Person, vic: Person, people: People) -> None:
    made = await schedule(ana, rotation(ana))
    mia = await people.colleague(ana, "Mia", "member")
    await preview(mia, made)
    assert (await vic.post(path_of(made, "preview"), **SPAN)).status_code == 403


async def test_what_does_not_fit_is_named_where_it_stands(ana: Person, eve: Person) -> None:
    made = await schedule(ana, rotation(ana))
    line = made["rotations"][0]["id"]
    for field, edit in (
        ("rotation_id", {"rotation_id": NOWHERE}),
        ("rotation.participants", {"rotation_id": line, "rotation": {"participants": ids(eve)}}),
        ("rotation.participants", {"rotation_id": line, "rotation": {"participants": []}}),
        ("rotation.ends_on", {"rotation": {"ends_on": "2020-01-01"}}),
        ("rotation.effective", {"rotation": {"effective": "now"}}),
        ("time_zone", {"time_zone": "Europe/Atlantis"}),
        ("effective", {"effective": "yesterday"}),
        ("to", {"to": SPAN["from"]}),
        ("to", {"to": "2028-01-01T00:00:00Z"}),
    ):
        assert fields_of(await ana.post(path_of(made, "preview"), **SPAN | edit)) == {field}, edit


async def test_names_of_who_comes_in_are_there(ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana))
    looked = await preview(ana, made, rotation_id=made["rotations"][0]["id"], rotation={"participants": ids(ana, bo)})
    assert {who for who, *_ in names(looked["after"])} == {"Ana", "Bo"}
