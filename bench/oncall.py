"""`python -m bench.oncall`: what does it cost to say who is on call? No server, no database: the calendar alone."""

import gc
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from uuid import UUID

from pulsar.oncall.calendar import Shift, next_on_call, on_call, shifts
from pulsar.oncall.rules import Override, Plan, Revision, Rotation, Schedule, Unit, Window
from pulsar.oncall.wallclock import instant_of

NOW = datetime(2026, 11, 24, 20, 17, tzinfo=UTC)
DAY = timedelta(days=1)
PEOPLE = [UUID(int=n) for n in range(1, 13)]
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo"]
OFFICE = Window(frozenset({1, 2, 3, 4, 5}), clock(9), clock(17))
NIGHTS = Window(frozenset(), clock(20), clock(8))

Row = Callable[[str, str, str], None]


def _rotation(number: int, zone: str, dice: random.Random) -> Rotation:
    units: list[Unit] = ["days", "weeks", "weeks", "hours"]
    unit = units[number % 4]
    plan = Plan(
        zone=zone,
        unit=unit,
        length=12 if unit == "hours" else 1,
        starts=datetime(2026, 1, 5, 9) + dice.randrange(20) * DAY,
        handoff_day=1 if unit == "weeks" else None,
        windows=[(), (OFFICE,), (NIGHTS,), (OFFICE, NIGHTS)][dice.randrange(4)],
        participants=tuple(dice.sample(PEOPLE, 6)),
        turns="open_windows" if number % 3 == 0 else "calendar",
    )
    return Rotation(UUID(int=1000 + number), (Revision(None, plan),))


def _override(number: int, rotations: tuple[Rotation, ...], dice: random.Random) -> Override:
    start = NOW + dice.randrange(365 * 24) * timedelta(hours=1)
    rotation_id = dice.choice([None, *(rotation.id for rotation in rotations)])
    end = start + dice.randrange(1, 72) * timedelta(hours=1)
    return Override(UUID(int=number), dice.choice(PEOPLE), start, end, rotation_id, NOW + number * timedelta(minutes=1))


def schedule(seed: int, rotations: int, overrides: int) -> Schedule:
    dice = random.Random(seed)
    zone = ZONES[seed % len(ZONES)]
    made = tuple(_rotation(seed + number, zone, dice) for number in range(rotations))
    return Schedule(made, tuple(_override(number, made, dice) for number in range(overrides)))


def _begun(one: Schedule, year: int) -> Schedule:
    """The same rotations, as if they had begun in this year."""
    rotations = []
    for rotation in one.rotations:
        plan = rotation.revisions[0].plan
        assert plan
        begun = replace(plan, starts=datetime.combine(datetime(year, 11, 2), plan.starts.time()))
        rotations.append(replace(rotation, revisions=(Revision(None, begun),)))
    return replace(one, rotations=tuple(rotations))


def _year(one: Schedule) -> list[Shift]:
    return shifts(one, NOW, NOW + 365 * DAY)


def _often(one: Schedule) -> None:
    for _ in range(20):
        on_call(one, NOW)


def milliseconds(work: Callable[[], object], times: int = 15) -> float:
    """The median of some runs, none of which remembers the one before. This process's own time: what else runs on the
    machine does not count."""
    took = []
    for _ in range(times):
        instant_of.cache_clear()
        gc.collect()
        began = time.process_time()
        work()
        took.append(1000 * (time.process_time() - began))
    return sorted(took)[times // 2]


def measure(row: Row) -> None:
    large = schedule(1, rotations=10, overrides=200)
    year = milliseconds(lambda: _year(large))
    row(f"a year of 10 rotations, 200 overrides ({len(_year(large))} shifts)", f"{year:.0f} ms", "under 50 ms")

    many = [schedule(seed, rotations=2, overrides=2) for seed in range(1000)]
    now = milliseconds(lambda: [on_call(one, NOW) for one in many])
    row("on call now, 1,000 schedules of 2 rotations", f"{now:.0f} ms", "under 100 ms")
    following = milliseconds(lambda: [next_on_call(one, NOW) for one in many[:100]], times=3)
    row("  and next, 100 of them", f"{following:.0f} ms", "")

    old, young = _begun(large, 2000), _begun(large, 2026)
    ratio = milliseconds(lambda: _often(old)) / milliseconds(lambda: _often(young))
    row("on call now: begun in 2000, against this month", f"{ratio:.2f}", "about 1")
    ratio = milliseconds(lambda: _year(old)) / milliseconds(lambda: _year(young))
    row("a year: begun in 2000, against this month", f"{ratio:.2f}", "about 1")


def row(what: str, figure: str, goal: str) -> None:
    print(f"{what:<58} {figure:>32}   {goal}")


if __name__ == "__main__":
    measure(row)
