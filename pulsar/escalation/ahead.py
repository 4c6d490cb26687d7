"""Who would be paged when, from here to the end of the ladder? The same walk as firing makes, with no effect."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from pulsar.base.db import Transaction
from pulsar.escalation.choice import Choice, Meant
from pulsar.escalation.people import fallback_people, team_people
from pulsar.escalation.rules import Ladder, Level, Step, held, planned
from pulsar.notify.forecast import Expected, forecast

State = Literal["fires", "skipped", "held", "fallback"]


@dataclass(frozen=True)
class Stage:
    step: Step
    at: datetime
    level: Level
    state: State
    choice: Choice
    messages: tuple[Expected, ...]


Chooser = Callable[[Level, Step, datetime], Awaitable[Choice]]


@dataclass(frozen=True)
class Walk:
    ladder: Ladder
    cycle: int
    position: int
    at: datetime
    """When the first of its steps fires."""
    priority: str
    choose: Chooser
    acknowledged_at: datetime | None = None
    reached: bool = False
    team_id: UUID | None = None

    def acknowledged(self, at: datetime) -> bool:
        return self.acknowledged_at is not None and at >= self.acknowledged_at


async def ahead(tx: Transaction, walk: Walk) -> AsyncIterator[Stage]:
    reached = walk.reached
    empty: set[int] = set()
    # Filled on the way: who is on call when a level fires may change from round to round.
    for step, at in planned(walk.ladder, walk.cycle, walk.position, walk.at, empty):
        level = walk.ladder.level(step.position)
        if walk.acknowledged(at) and not walk.ladder.pages_acknowledged():
            return
        if held(level, walk.acknowledged(at)):
            yield Stage(step, at, level, "held", Choice(), ())
            continue
        choice = await walk.choose(level, step, at)
        messages = await _expected(tx, walk, choice, at)
        reached = reached or any(message.at for message in messages)
        anybody = bool(choice.people) and (not messages or any(message.at for message in messages))
        (empty.discard if anybody else empty.add)(step.position)
        yield Stage(step, at, level, "fires" if anybody else "skipped", choice, messages)
        if not reached and step.position + 1 >= len(walk.ladder.levels):
            yield await _fallback(tx, walk, step, at)
            reached = True


async def _fallback(tx: Transaction, walk: Walk, step: Step, at: datetime) -> Stage:
    level = walk.ladder.level(step.position)
    if walk.team_id and (people := await team_people(tx, walk.team_id)):
        messages = await forecast(tx, people, walk.priority, at)
        if any(message.at for message in messages):
            return Stage(step, at, level, "fallback", _all(people, "a member of the alert's team"), tuple(messages))
    people = await fallback_people(tx)
    messages = await forecast(tx, people, walk.priority, at, last_resort=True)
    return Stage(step, at, level, "fallback", _all(people, "an owner or admin"), tuple(messages))


def _all(people: list[tuple[UUID, str]], why: str) -> Choice:
    return Choice(tuple(Meant(user_id, name, why) for user_id, name in people))


async def _expected(tx: Transaction, walk: Walk, choice: Choice, at: datetime) -> tuple[Expected, ...]:
    """What an acknowledgement would withdraw before it goes out does not go out."""
    found = await forecast(tx, choice.named(), walk.priority, at)
    return tuple(
        replace(one, at=None, held_back="By then it is acknowledged.")
        if one.at and one.at > at and walk.acknowledged(one.at)
        else one
        for one in found
    )
