"""Who is on call, found the slow way?

It shares nothing with pulsar/oncall but the dataclasses. It looks at a wall clock once a minute, and knows of skipped
and repeated hours only what that clock shows. It gets to a turn by walking from the rotation's start, one turn after
the other. It divides nothing.

One idea carries it: a clock that is set back does nothing until it shows again what it has shown already. So the
*furthest* that the wall clock has come decides; a handoff in the skipped hour is then reached at the first instant
after it, and one in the repeated hour at its first pass, without a word about either.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from pulsar.oncall.rules import Override, Plan, Rotation, Schedule, Window

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

SET_BACK_AT_MOST = 3 * HOUR  # any zone's clock since 2000; the most was Casey's in 2010


@dataclass(frozen=True)
class Duty:
    """One person who is on call. `turn` tells two turns of the same person apart; an override has none."""

    user_id: UUID
    rotation_id: UUID | None
    override_id: UUID | None
    replaced: tuple[UUID, ...]
    turn: tuple[int, int] | None


# --- the wall clock


def shown(zone: ZoneInfo, at: datetime) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


@lru_cache(maxsize=100_000)
def _shown_in_the_hour(zone: str, hour: datetime) -> list[datetime]:
    """What the clock shows at each of the 60 minutes from `hour`."""
    there, at, minutes = ZoneInfo(zone), hour, []
    before = shown(there, hour - MINUTE)
    while at < hour + HOUR:
        minutes.append(shown(there, at))
        assert minutes[-1] > before - SET_BACK_AT_MOST, f"{zone} was set back further than the oracle looks"
        before = minutes[-1]
        at += MINUTE
    return minutes


@lru_cache(maxsize=100_000)
def _furthest_of_the_hours_before(zone: str, hour: datetime) -> datetime:
    return max(max(_shown_in_the_hour(zone, hour - back * HOUR)) for back in (1, 2, 3, 4))


def furthest(zone: str, at: datetime) -> datetime:
    """The latest time that the wall clock has shown until `at`, to the minute."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    return max(_furthest_of_the_hours_before(zone, hour), *_shown_in_the_hour(zone, hour)[: at.minute + 1])


@cache
def changes(zone: str, first: int = 2000, last: int = 2037) -> list[datetime]:
    """The first minute after each change of the zone's clock. Looks day by day, then hour by hour, minute by minute."""
    return list(_changes(ZoneInfo(zone), datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC), DAY))


def _changes(zone: ZoneInfo, at: datetime, end: datetime, step: timedelta) -> Iterator[datetime]:
    while at < end:
        if shown(zone, at + step) - shown(zone, at) != step:
            if step == MINUTE:
                yield at + MINUTE
            else:
                yield from _changes(zone, at, at + step, HOUR if step == DAY else MINUTE)
        at += step


# --- windows, on the wall


def _opening(window: Window, day: date) -> tuple[datetime, datetime] | None:
    """From when until when the window that starts on this day is open."""
    if window.days and day.isoweekday() not in window.days:
        return None
    opens = datetime.combine(day, window.start)
    if window.end is None:
        return opens, datetime.combine(day + DAY, datetime.min.time())
    closes = datetime.combine(day, window.end)
    return opens, closes if closes > opens else closes + DAY


def is_open(plan: Plan, wall: datetime) -> bool:
    if not plan.windows:
        return True
    for window in plan.windows:
        for day in (wall.date(), wall.date() - DAY):
            opening = _opening(window, day)
            if opening and opening[0] <= wall < opening[1]:
                return True
    return False


def _opens_during(plan: Plan, begin: datetime, end: datetime) -> bool:
    if is_open(plan, begin):
        return True
    day = begin.date()
    while day <= end.date():
        for window in plan.windows:
            opening = _opening(window, day)
            if opening and begin <= opening[0] < end:
                return True
        day += DAY
    return False


# --- turns, walked


def _turn_ends(plan: Plan) -> Iterator[datetime]:
    """When each turn ends, the first first, for ever."""
    step = timedelta(**{plan.unit: plan.length})
    at = plan.starts
    if plan.handoff_day is not None and plan.unit == "weeks" and at.isoweekday() != plan.handoff_day:
        while at.isoweekday() != plan.handoff_day:
            at += DAY
        yield at
    while True:
        at += step
        yield at


class _Walk:
    """The turns of a plan so far as somebody asked: begin, end, who."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.ends = _turn_ends(plan)
        self.turns: list[tuple[datetime, datetime, UUID | None]] = []
        self.next = plan.starts
        self.queue: list[UUID | None] = list(plan.participants) or [None]
        for _ in range(plan.phase):
            self.queue.append(self.queue.pop(0))

    def turn(self, wall: datetime) -> int:
        while self.next <= wall:
            self.on()
        number = len(self.turns) - 1
        while self.turns[number][0] > wall:
            number -= 1
        return number

    def on(self) -> None:
        begin, self.next = self.next, next(self.ends)
        self.turns.append((begin, self.next, self.queue[0]))
        if self.plan.turns == "calendar" or not self.plan.windows or _opens_during(self.plan, begin, self.next):
            self.queue.append(self.queue.pop(0))


_walk = lru_cache(maxsize=2_000)(_Walk)


def turn_number(plan: Plan, at: datetime) -> int | None:
    wall = furthest(plan.zone, at)
    if wall < plan.starts or (plan.ends is not None and wall >= plan.ends):
        return None
    return _walk(plan).turn(wall)


def first_turns(plan: Plan, many: int) -> list[UUID | None]:
    """Whose the first turns are, whether or not anything is open in them."""
    walk = _Walk(plan)
    for _ in range(many):
        walk.on()
    return [user_id for _, _, user_id in walk.turns]


def _plan(rotation: Rotation, at: datetime) -> tuple[int, Plan | None]:
    """The plan of the last revision that has come into effect, and which that is."""
    holds: tuple[int, Plan | None] = (-1, None)
    for number, revision in enumerate(rotation.revisions):
        if revision.effective_at is None or revision.effective_at <= at:
            holds = (number, revision.plan)
    return holds


def planned(rotation: Rotation, at: datetime) -> Duty | None:
    """Whom the rotation alone has on call."""
    revision, plan = _plan(rotation, at)
    if plan is None or not plan.participants:
        return None
    number = turn_number(plan, at)
    if number is None or not is_open(plan, furthest(plan.zone, at)):
        return None
    user_id = _walk(plan).turns[number][2]
    return Duty(user_id, rotation.id, None, (), (revision, number)) if user_id else None


# --- overrides


def _newest(overrides: list[Override]) -> Override | None:
    newest = None
    for override in overrides:
        if newest is None or (override.created_at, override.id) > (newest.created_at, newest.id):
            newest = override
    return newest


def on_call(schedule: Schedule, at: datetime) -> frozenset[Duty]:
    """In each rotation the newest override holds, or else its plan. One for all rotations is one duty, and none where
    every rotation that there is has a newer one of its own."""
    running = [o for o in schedule.overrides if o.start <= at < o.end]
    for_all = _newest([o for o in running if o.rotation_id is None])
    there = [rotation for rotation in schedule.rotations if _plan(rotation, at)[1]]
    duties, replaced_by_all, stands_for = set(), set(), 0
    for rotation in there:
        duty = planned(rotation, at)
        override = _newest([o for o in running if o.rotation_id in (rotation.id, None)])
        if override is None:
            duties |= {duty} if duty else set()
        elif override.rotation_id is not None:
            replaced = (duty.user_id,) if duty else ()
            duties.add(Duty(override.user_id, rotation.id, override.id, replaced, None))
        else:
            stands_for += 1
            replaced_by_all |= {duty.user_id} if duty else set()
    if for_all and (stands_for or not there):
        duties.add(Duty(for_all.user_id, None, for_all.id, tuple(sorted(replaced_by_all)), None))
    return frozenset(duties)


# --- spans


def moments(schedule: Schedule, start: datetime, end: datetime) -> list[datetime]:
    """Every minute of the span, and every instant that is written in the schedule: nothing changes in between."""
    written = [o.start for o in schedule.overrides] + [o.end for o in schedule.overrides]
    written += [r.effective_at for rotation in schedule.rotations for r in rotation.revisions if r.effective_at]
    found = {start} | {at for at in written if start < at < end}
    at = start.replace(second=0, microsecond=0) + MINUTE
    while at < end:
        found.add(at)
        at += MINUTE
    return sorted(found)


def timeline(schedule: Schedule, start: datetime, end: datetime) -> list[tuple[datetime, frozenset[Duty]]]:
    """From when on who is on call, in the span: one entry for each change."""
    found: list[tuple[datetime, frozenset[Duty]]] = []
    for at in moments(schedule, start, end):
        duties = on_call(schedule, at)
        if not found or found[-1][1] != duties:
            found.append((at, duties))
    return found
