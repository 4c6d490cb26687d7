"""What happens when a step comes due? Its level's people are chosen and paged, and the next step is asked for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.escalation import turns
from pulsar.escalation.choice import Choice, Meant, in_turn
from pulsar.escalation.events import FellBack, LevelFired, LevelSkipped
from pulsar.escalation.model import Run
from pulsar.escalation.people import choose_people, fallback_people, team_people
from pulsar.escalation.rules import Ladder, Level, Step, held
from pulsar.escalation.steps import DueStep, go_on
from pulsar.notify import actions as notify
from pulsar.notify.actions import Paged
from pulsar.notify.rules import Occasion

NO_CHANNEL = "There is no enabled notification channel, so nobody can be reached."
NO_WAY = "Nobody can be reached over any channel; the delivery log says why."
_LISTED = 50
NOBODY = "No level of the policy reached anybody."


async def fire(tx: Transaction, steps: Sequence[DueStep], *, wait: bool = False) -> list[DueStep]:
    """The steps that jobs came for. Those whose run somebody holds are left, and returned, unless it is one that is to
    `wait`: who waits for one run while he holds others waits in a circle with whoever acknowledges or reports several
    alerts at once."""
    query = select(Run).where(Run.id.in_({step.run_id for step in steps})).order_by(Run.id)
    runs = {run.id: run for run in await tx.scalars(query.with_for_update(skip_locked=not wait))}
    # Once, though two jobs may have come for it: one that names many, and the sweep's.
    due = [(runs[step.run_id], step) for step in dict.fromkeys(steps) if step.run_id in runs]
    due = [(run, step) for run, step in due if _stands_at(run, step)]
    await turns.hold(tx, [run for run, _ in due])
    go_on(tx, [(run, await fire_from(tx, run, step.cycle, step.position)) for run, step in due])
    await notify.write_pages(tx)
    return [] if wait else [step for step in steps if step.run_id not in runs]


def _stands_at(run: Run, step: DueStep) -> bool:
    """Whether the run is still where the job thinks. That its time has come the queue has said, by the database's
    clock: this node's may have been put back meanwhile, and would have the page wait for it to catch up."""
    if run.status != "running" or run.generation != step.generation or run.next_at is None:
        return False
    return (run.cycle, run.position) == (step.cycle, step.position)


async def fire_from(tx: Transaction, run: Run, cycle: int, position: int) -> Step | None:
    """This step, and then every level that it finds empty, at once. Returns the next."""
    ladder = Ladder.from_json(run.ladder)
    step: Step | None = Step(cycle, position, timedelta())
    while step:
        anybody = await _fire_level(tx, run, ladder, step)
        after = ladder.after(step.cycle, step.position)
        last_of_round = after is None or after.cycle != step.cycle
        if last_of_round and not run.reached_anybody:
            await _fall_back(tx, run, step)
        step = after
        # An empty level hands over at once; a new round waits in any case.
        if anybody or last_of_round:
            break
    return step


def _occasion(run: Run, step: Step, place: str | None = None) -> Occasion:
    key = f"{run.id}:{run.generation}:{step.cycle}:{place or step.position}"
    return Occasion(key, "page", None if place else step.position, step.cycle)


async def _fire_level(tx: Transaction, run: Run, ladder: Ladder, step: Step) -> bool:
    """Whether this level had anybody to notify, or keeps silent because of an acknowledgement."""
    level = ladder.level(step.position)
    if held(level, run.acknowledged):
        _note(run, step, "held", [])
        return True
    occasion = _occasion(run, step)
    choice = await _chosen(tx, run, level, step, occasion.key)
    if not choice.people:
        if ladder.levels:
            _skip(tx, run, step, choice, "nobody to notify", [])
        return False
    paged = await notify.page(tx, run.about, choice.named(), occasion)
    held_back = [one.name for one in choice.people if one.id in paged.held_back]
    if held_back and not paged.messages:
        out_of_reach = paged.held_back == paged.out_of_reach
        reason = "no channel knows how to reach" if out_of_reach else "held back by their own settings"
        _skip(tx, run, step, choice, f"{reason}: {', '.join(held_back)}", held_back)
        return False
    names = [one.name for one in choice.people if one.id not in paged.held_back]
    why = _reasons(choice)
    about, sent = run.about, len(paged.messages)
    fired = LevelFired(about.about_id, step.position, step.cycle, names, held_back, sent, why)
    tx.record(fired, about=about.kind)
    turn = choice.people[0].id if level.round_robin else None
    _note(run, step, "done", names, choice, turn)
    _told(run, paged)
    return True


def _skip(tx: Transaction, run: Run, step: Step, choice: Choice, reason: str, people: list[str]) -> None:
    about = run.about
    tx.record(LevelSkipped(about.about_id, step.position, step.cycle, reason, _reasons(choice)), about=about.kind)
    _note(run, step, "skipped", people, choice)


async def _chosen(tx: Transaction, run: Run, level: Level, step: Step, seed: str) -> Choice:
    choice = await choose_people(tx, level.targets, seed=seed)
    if not level.round_robin or not run.policy_id or len(choice.people) < 2:
        return choice
    ids = [one.id for one in choice.people]
    before = _had_the_turn(run, step.position)
    # A run stays with the person whose turn it was: the next turn belongs to the next alert.
    return in_turn(choice, before if before in ids else await turns.take(tx, run.policy_id, step.position, ids))


async def expected_choice(tx: Transaction, run: Run, level: Level, step: Step, at: datetime) -> Choice:
    """Whom this level of the run will page at that instant, as things stand. Nobody's turn is taken by looking."""
    choice = await choose_people(tx, level.targets, at=at, seed=_occasion(run, step).key)
    if not level.round_robin or not run.policy_id or len(choice.people) < 2:
        return choice
    ids = [one.id for one in choice.people]
    before = _had_the_turn(run, step.position)
    expected = await turns.expected(tx, run.policy_id, step.position, ids)
    return in_turn(choice, before if before in ids else expected)


def _had_the_turn(run: Run, position: int) -> UUID | None:
    for entry in run.fired:
        if entry["position"] == position and entry.get("turn"):
            return UUID(entry["turn"])
    return None


async def _fall_back(tx: Transaction, run: Run, step: Step) -> None:
    """Never silence: when the ladder reached nobody at all, the members of the alert's team are paged, and if that
    reaches nobody either, the organization's owners and admins, even if their own settings are against it."""
    run.fault = run.fault or NOBODY
    run.fell_back_at = clock.now()
    if run.team_id:
        people = await team_people(tx, run.team_id)
        if people and await _page_instead(tx, run, step, people, "team"):
            return
    await _page_instead(tx, run, step, await fallback_people(tx), "fallback")


async def _page_instead(tx: Transaction, run: Run, step: Step, people: list[tuple[UUID, str]], to: str) -> bool:
    last = to == "fallback"
    occasion = _occasion(run, step, to)
    paged = await notify.page(tx, run.about, people, occasion, last_resort=last)
    if not last and not paged.messages:
        return False
    _told(run, paged)
    names = [name for user_id, name in people if user_id not in paged.held_back]
    why = "a member of the alert's team" if not last else "an owner or admin"
    choice = Choice(tuple(Meant(user_id, name, why) for user_id, name in people))
    _note(run, step, "fallback", names, choice)
    about, where = run.about, "admins" if last else "team"
    tx.record(FellBack(about.about_id, names, run.fault or NOBODY, where, _reasons(choice)), about=about.kind)
    return True


def _told(run: Run, paged: Paged) -> None:
    if not paged.messages:
        run.fault = NO_WAY if paged.held_back else NO_CHANNEL
        return
    run.reached_anybody = True
    if run.fault in {NO_CHANNEL, NO_WAY}:
        run.fault = None  # somebody has mended it meanwhile


def _reasons(choice: Choice) -> dict[str, Any]:
    """For whoever asks later why this person was paged, or was not: by then schedules and teams may be others. Of a
    thousand people as many as a person reads, and how many more there were: who was paged is in the delivery log, and
    who was passed over for one who was drawn or had the turn was so for the same reason as the others."""
    more = {"people": len(choice.people) - _LISTED, "passed_over": len(choice.passed_over) - _LISTED}
    return {
        "people": _listed(choice.people),
        "passed_over": _listed(choice.passed_over),
        "missing": list(choice.missing),
        "more": {what: max(0, number) for what, number in more.items()},
    }


def _listed(people: Sequence[Meant]) -> list[dict[str, str]]:
    return [{"id": str(one.id), "name": one.name, "why": one.why} for one in people[:_LISTED]]


def _note(
    run: Run, step: Step, state: str, people: list[str], choice: Choice | None = None, turn: UUID | None = None
) -> None:
    entry: dict[str, Any] = {"cycle": step.cycle, "position": step.position, "state": state, "people": people}
    entry |= {"at": clock.now().isoformat(), "turn": str(turn) if turn else None}
    entry |= {"why": _reasons(choice)["people"] if choice else []}
    run.fired = [*run.fired, entry]
