"""Who is on call: the same answer everywhere, at any instant, in one schedule and over all of them."""

from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulsar.base.http import Pulsar
from pulsar.escalation.people import people_of
from pulsar.escalation.rules import Target
from tests.ladders import Json
from tests.schedules import (
    NOW,
    fields_of,
    leaves,
    override,
    path_of,
    rotation,
    schedule,
    shifts,
    shown,
    signed_in_again,
    stand_at,
    wall,
)
from tests.world import NOWHERE, Clock, Person


@pytest.fixture(autouse=True)
def now(clock: Clock) -> None:
    stand_at(clock, wall(NOW))


async def busy_schedule(ana: Person, bo: Person, vic: Person) -> Json:
    """Hands over in the night of the clock change, has windows, a turn of nobody, an edit to come and overrides."""
    made = await schedule(
        ana,
        rotation(ana, bo, rotation_type="custom", unit="hours", length=7, handoff_time="02:30"),
        rotation(vic, None, name="Nights", rotation_type="daily", restrictions=[{"start": "20:00", "end": "08:00"}]),
    )
    first, second = made["rotations"]
    await ana.patch(path_of(first), participants=[str(vic.id), str(ana.id)], effective="end_of_round")
    await override(ana, made, bo, wall("2026-03-28 22:00"), hours=9)
    await override(ana, made, vic, wall("2026-03-29 00:00"), hours=2, rotation_id=first["id"])
    await override(ana, made, ana, wall("2026-03-29 01:00"), hours=1, rotation_id=second["id"])
    return made


def whose(found: list[Json]) -> list[tuple[str, str | None]]:
    return sorted(((one["user"]["name"], one["override_id"]) for one in found), key=str)


async def paged(pulsar: Pulsar, clock: Clock, ana: Person, made: Json, at: datetime) -> set[str]:
    """Whom a level would page at this instant, by the clock of the server."""
    was = clock.now()
    stand_at(clock, at)
    async with pulsar.db.in_org(ana.org_id) as tx:
        found = await people_of(tx, (Target("schedule", UUID(made["id"])),))
    stand_at(clock, was)
    return {name for _, name in found}


async def test_every_surface_gives_the_same_answer_at_every_instant(
    ana: Person, bo: Person, vic: Person, pulsar: Pulsar, clock: Clock
) -> None:
    """F12: the page that is sent, the schedule, the list of all, the shifts and a person's own come from one place."""
    made = await busy_schedule(ana, bo, vic)
    start, end = wall("2026-03-27 00:00"), wall("2026-03-31 00:00")
    found = await shifts(ana, made, start, end)
    own = {who.name: await personal(ana, who, start, end) for who in (ana, bo, vic)}
    bounds = {datetime.fromisoformat(one[key]) for one in found for key in ("starts_at", "ends_at")}
    instants = {at + step for at in bounds for step in (-timedelta(seconds=1), timedelta(), timedelta(minutes=7))}
    asked = sorted(at for at in instants if start <= at < end)[::3]
    assert len(asked) > 20
    for at in asked:
        here = [one for one in found if spans(one, at)]
        one = await ana.has(path_of(made, "oncall"), at=at.isoformat())
        everywhere = (await ana.has("/oncall", at=at.isoformat()))["items"]
        assert whose(one["on_call"]) == sorted(((s["user_name"], s["override_id"]) for s in here), key=str), at
        assert [(item["on_call"], item["next"]) for item in everywhere] == [(one["on_call"], one["next"])], at
        assert everywhere[0]["gap"] == (not here)
        names = {shift["user"]["name"] for shift in one["on_call"]}
        assert await paged(pulsar, clock, ana, made, at) == names, at
        assert {name for name, spans_ in own.items() if any(spans(s, at) for s in spans_)} == names, at


async def test_now_is_the_same_in_the_schedule_in_the_list_and_when_asked(
    ana: Person, bo: Person, vic: Person, clock: Clock
) -> None:
    made = await busy_schedule(ana, bo, vic)
    for at in ("2026-03-28 23:00", "2026-03-29 01:30", "2026-03-29 03:30"):
        stand_at(clock, wall(at))
        await signed_in_again(ana)
        asked = (await ana.has(path_of(made, "oncall")))["on_call"]
        assert asked
        assert (await ana.has(path_of(made)))["on_call"] == asked
        assert (await ana.has("/schedules"))["items"][0]["on_call"] == asked
        assert (await ana.has("/oncall"))["items"][0]["on_call"] == asked


def spans(shift: Json, at: datetime) -> bool:
    return datetime.fromisoformat(shift["starts_at"]) <= at < datetime.fromisoformat(shift["ends_at"])


async def personal(asking: Person, who: Person, start: datetime, end: datetime) -> list[Json]:
    span = {"from": start.isoformat(), "to": end.isoformat()}
    items: list[Json] = (await asking.has("/oncall/shifts", user_id=str(who.id), **span))["items"]
    return items


async def test_a_shift_is_told_to_its_ends_and_so_is_the_next(ana: Person, bo: Person, vic: Person) -> None:
    made = await schedule(ana, rotation(ana, bo))
    answer = await ana.has(path_of(made, "oncall"))
    assert answer["schedule_id"] == made["id"]
    (here,), (after,) = answer["on_call"], answer["next"]
    assert (here["user"], here["replaced"]) == (
        {"id": str(bo.id), "name": "Bo", "email": bo.email, "active": True},
        [],
    )
    assert (shown(here["starts_at"]), shown(here["ends_at"])) == ("Mon 23 Mar 09:00", "Mon 30 Mar 09:00")
    assert (after["user"]["name"], shown(after["ends_at"])) == ("Ana", "Mon 06 Apr 09:00")
    await override(ana, made, vic, wall("2026-03-26 12:00"), hours=1)
    (here,), after = (lambda a: (a["on_call"], a["next"]))(await ana.has(path_of(made, "oncall")))
    assert shown(here["ends_at"]) == "Thu 26 Mar 12:00"
    assert "Vic" in [one["user"]["name"] for one in after]


async def test_what_was_and_what_will_be_are_answered_alike(ana: Person, bo: Person) -> None:
    made = await schedule(ana, rotation(ana, bo))
    for at, name in (("2026-01-06 12:00", "Ana"), ("2026-01-13 12:00", "Bo"), ("2036-01-08 12:00", "Ana")):
        answer = await ana.has(path_of(made, "oncall"), at=wall(at).isoformat())
        weeks = (wall(at) - wall("2026-01-05 09:00")) // timedelta(weeks=1)
        assert [one["user"]["name"] for one in answer["on_call"]] == [("Ana", "Bo")[weeks % 2]] == [name], at


async def test_the_list_of_all_has_the_empty_ones_too_and_can_be_of_one_team(ana: Person, bo: Person) -> None:
    team = await ana.makes("/teams", name="Database")
    await schedule(ana, rotation(ana), team_id=team["id"])
    await schedule(ana, name="Empty")
    items = (await ana.has("/oncall"))["items"]
    assert [(one["schedule"]["name"], one["gap"], [s["user"]["name"] for s in one["on_call"]]) for one in items] == [
        ("Database", False, ["Ana"]),
        ("Empty", True, []),
    ]
    assert items[0]["team"] == {"id": team["id"], "name": "Database"}
    assert [one["schedule"]["name"] for one in (await ana.has("/oncall", team_id=team["id"]))["items"]] == ["Database"]
    page = await ana.has("/oncall", page_size=1)
    assert (page["total"], len(page["items"])) == (2, 1)
    assert [o["schedule"]["name"] for o in (await ana.has("/oncall", cursor=page["next_cursor"]))["items"]] == ["Empty"]


async def test_my_shifts_are_those_of_all_schedules_and_what_touches_is_one(
    ana: Person, bo: Person, vic: Person
) -> None:
    first = await schedule(ana, rotation(ana, ana, bo, rotation_type="daily", starts_on="2026-03-23"))
    await schedule(ana, rotation(bo), name="Elsewhere")
    await override(ana, first, ana, wall("2026-03-25 09:00"), hours=24)
    second = await schedule(ana, name="Nights")
    await override(ana, second, ana, wall("2026-03-25 20:00"), hours=2)
    mine = (await ana.has("/oncall/shifts", to=wall("2026-03-29 00:00").isoformat()))["items"]
    assert [(one["schedule"]["name"], shown(one["starts_at"]), shown(one["ends_at"])) for one in mine] == [
        ("Database", "Wed 25 Mar 12:00", "Sat 28 Mar 09:00"),
        ("Nights", "Wed 25 Mar 20:00", "Wed 25 Mar 22:00"),
    ]
    assert {one["user_id"] for one in mine} == {str(ana.id)}
    assert (await vic.has("/oncall/shifts"))["items"] == []
    assert (await ana.has("/oncall/shifts", user_id=NOWHERE))["items"] == []
    assert fields_of(await ana.get("/oncall/shifts", user_id="ana")) == {"user_id"}


async def test_who_was_deactivated_is_still_named_and_marked(ana: Person, bo: Person, pulsar: Pulsar) -> None:
    made = await schedule(ana, rotation(bo))
    await leaves(pulsar, bo, ana)
    (here,) = (await ana.has(path_of(made, "oncall")))["on_call"]
    assert (here["user"]["name"], here["user"]["active"]) == ("Bo", False)
    shift = (await ana.has(path_of(made, "shifts")))["final"][0]
    assert (shift["user_name"], shift["active"]) == ("Bo", False)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(minutes=st.lists(st.integers(0, 60 * 24 * 20), min_size=2, max_size=4, unique=True))
async def test_spans_can_be_asked_for_in_pieces(minutes: list[int], ana: Person, bo: Person, vic: Person) -> None:
    found = (await ana.has("/schedules"))["items"]
    made = found[0] if found else await busy_schedule(ana, bo, vic)
    cuts = [wall("2026-03-26 00:00") + timedelta(minutes=minute) for minute in sorted(minutes)]
    whole = await shifts(ana, made, cuts[0], cuts[-1])
    pieces = [await shifts(ana, made, *pair) for pair in pairwise(cuts)]
    assert total(whole) == sum((total(piece) for piece in pieces), timedelta())
    assert merged(whole) == merged([one for piece in pieces for one in piece])


def total(found: list[Json]) -> timedelta:
    spans = (datetime.fromisoformat(s["ends_at"]) - datetime.fromisoformat(s["starts_at"]) for s in found)
    return sum(spans, timedelta())


def merged(found: list[Json]) -> list[tuple[str, str, str, str]]:
    """A shift that a cut went through as one again."""
    whole: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for shift in found:
        who = [one["name"] for one in shift["replaced"]]
        key = (str(shift["rotation_id"]), str(shift["override_id"]), f"{shift['user_name']} {who}")
        parts = whole.setdefault(key, [])
        if parts and parts[-1][1] == shift["starts_at"]:
            parts[-1] = (parts[-1][0], shift["ends_at"])
        else:
            parts.append((shift["starts_at"], shift["ends_at"]))
    return sorted((*key[:2], key[2], f"{start} {end}") for key, parts in whole.items() for start, end in parts)
