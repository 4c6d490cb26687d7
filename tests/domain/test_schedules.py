"""Schedules: made with their rotations or without, changed, refused, deleted."""

from tests.schedules import names, on_call, path_of, rotation, schedule, shifts, wall
from tests.world import Person

NOWHERE = "0193a5b0-0000-7000-8000-000000000000"


async def test_a_schedule_is_made_whole_and_read_whole(ana: Person, bo: Person) -> None:
    team = await ana.makes("/teams", name="Database")
    made = await schedule(ana, rotation(ana, bo), rotation(bo, name="Second line"), team_id=team["id"])
    assert await ana.has(path_of(made)) == made
    assert (await ana.has("/schedules"))["items"] == [made]
    assert (made["name"], made["time_zone"], made["team_name"], made["version"]) == (
        "Database",
        "Europe/Berlin",
        "Database",
        1,
    )
    first, second = made["rotations"]
    assert [(r["name"], r["position"]) for r in (first, second)] == [("First line", 0), ("Second line", 1)]
    assert [p["name"] for p in first["participants"]] == ["Ana", "Bo"]
    assert (first["rotation_type"], first["unit"], first["length"], first["handoff_time"]) == (
        "weekly",
        "weeks",
        1,
        "09:00",
    )
    assert made["problems"] == []
    assert len(made["on_call"]) == 2


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
