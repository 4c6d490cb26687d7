"""The verbs of a run: start it, fire its next level, stop it.

Each locks the run's row first. Jobs name the run, its generation and the step they mean; if the run does not
stand there any more they change nothing, so twice or late is harmless.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.ids import new_id
from pulsar.base.jobs import CLOCK_SLACK, Job
from pulsar.base.json import pack
from pulsar.escalation.events import (
    EscalationCompleted,
    EscalationStarted,
    EscalationStopped,
    FellBack,
    LevelFired,
    LevelSkipped,
)
from pulsar.escalation.model import Run
from pulsar.escalation.people import fallback_people, people_of
from pulsar.escalation.rules import NO_POLICY, Ladder, Step, held
from pulsar.notify import actions as notify
from pulsar.notify.rules import Occasion, Subject

NO_CHANNEL = "There is no enabled notification channel, so nobody can be reached."
NOBODY = "No level of the policy reached anybody."
NO_POLICY_FOUND = "No escalation policy was found for this alert."


@dataclass(frozen=True)
class Start:
    """A new alert and the policies that it may take, first choice first."""

    subject: Subject
    policy_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class DueStep:
    """What a job means: this step, of this life of this run."""

    run_id: UUID
    generation: int
    cycle: int
    position: int


def step_job(org: UUID | None, steps: Sequence[DueStep], priority: str, at: datetime) -> Job:
    """For steps that are due together, as those of a storm are: one job, and later one transaction."""
    first = steps[0]
    key = f"step:{first.run_id}:{first.generation}:{first.cycle}:{first.position}"
    ids = {"org": org, "steps": [[s.run_id, s.generation, s.cycle, s.position] for s in steps]}
    return Job("escalate", key, ids, at, notify.urgency_of({"subject": {"priority": priority}}))


@dataclass(frozen=True)
class Chosen:
    """What a run takes over from its policy."""

    id: UUID
    name: str
    ladder: dict[str, Any]
    is_default: bool


async def choose(tx: Transaction, wanted: Sequence[UUID]) -> Chosen | None:
    """The first of these that exists, else the organization's default, else none."""
    return _first(await _policies(tx, set(wanted)), wanted)


async def _policies(tx: Transaction, wanted: set[UUID]) -> list[Chosen]:
    """By the driver: this is in the way of every alert that comes in."""
    connection = await tx.driver()
    rows = await connection.fetch(
        "SELECT id, name, ladder, is_default FROM escalation_policies WHERE id = ANY($1) OR is_default", wanted
    )
    return [Chosen(*row) for row in rows]


def _first(policies: list[Chosen], wanted: Sequence[UUID]) -> Chosen | None:
    by_id = {policy.id: policy for policy in policies}
    default = next((policy for policy in policies if policy.is_default), None)
    return next((by_id[i] for i in wanted if i in by_id), default)


async def start_all(tx: Transaction, starts: Sequence[Start]) -> list[str | None]:
    """Runs for alerts that were just made, all at once. Returns the names of the policies they follow."""
    policies = await _policies(tx, {i for start in starts for i in start.policy_ids})
    chosen = [_first(policies, start.policy_ids) for start in starts]
    # Once for each policy, not for each alert: a storm follows few.
    for policy in [*policies, None]:
        if following := [start.subject for start, its in zip(starts, chosen, strict=True) if its is policy]:
            await _start(tx, policy, following)
    return [policy.name if policy else None for policy in chosen]


async def _start(tx: Transaction, policy: Chosen | None, subjects: Sequence[Subject]) -> None:
    ladder = policy.ladder if policy else NO_POLICY.to_json()
    now = clock.now()
    at = now + Ladder.from_json(ladder).first().wait
    runs = [(new_id(), subject) for subject in subjects]
    connection = await tx.driver()
    await connection.execute(
        """INSERT INTO escalations (id, subject_id, subject, policy_id, policy_name, ladder, generation, status,
                                    acknowledged, cycle, position, next_at, reached_anybody, fired, fault, started_at)
           SELECT (run->>0)::uuid, (run->1->>'id')::uuid, run->1, $2, $3, $4, 1, 'running', false, 0, 0, $5,
                  false, '[]', $6, $7
           FROM jsonb_array_elements($1::jsonb) AS r (run)""",
        pack(runs),
        policy.id if policy else None,
        policy.name if policy else None,
        pack(ladder),
        at,
        None if policy else NO_POLICY_FOUND,
        now,
    )
    _ask(tx, ((DueStep(run_id, 1, 0, 0), subject.priority, at) for run_id, subject in runs))


def _ask(tx: Transaction, due: Iterable[tuple[DueStep, str, datetime]]) -> None:
    """For the jobs that do these steps."""
    together: dict[tuple[str, datetime], list[DueStep]] = defaultdict(list)
    for step, priority, at in due:
        together[priority, at].append(step)
    tx.enqueue(*(step_job(tx.org, steps, priority, at) for (priority, at), steps in together.items()))


async def _run_of(tx: Transaction, subject_id: UUID) -> Run | None:
    run: Run | None = await tx.scalar(select(Run).where(Run.subject_id == subject_id).with_for_update())
    return run


async def restart(tx: Transaction, subject: Subject, policy_ids: Sequence[UUID], reason: str) -> None:
    """From the first level again, with the policy as it is now. What the life before had queued is withdrawn."""
    policy = await choose(tx, policy_ids)
    ladder = Ladder.from_json(policy.ladder) if policy else NO_POLICY
    run = await _run_of(tx, subject.id)
    # With the run locked: a level that is being fired at this moment would come with its messages after this.
    await notify.withdraw(tx, subject.id, reason)
    if not run:
        run = Run(subject_id=subject.id, generation=0)
        tx.add(run)
    run.subject = subject.to_json()
    run.policy_id, run.policy_name = (policy.id, policy.name) if policy else (None, None)
    run.ladder, run.fired = ladder.to_json(), []
    run.fault = None if policy else NO_POLICY_FOUND
    run.generation += 1
    run.status, run.stopped_reason, run.ended_at = "running", None, None
    run.acknowledged = run.reached_anybody = False
    run.started_at = clock.now()
    await tx.flush()
    tx.record(EscalationStarted(subject.id, policy=run.policy_name, reason=reason))
    _go_on(tx, [(run, ladder.first())])


async def acknowledge(tx: Transaction, subject_id: UUID, reason: str) -> None:
    """Stops the run, unless a level of it goes on until the close."""
    run = await _run_of(tx, subject_id)
    if run and run.status == "running" and Ladder.from_json(run.ladder).pages_acknowledged():
        run.acknowledged = True
        await notify.withdraw(tx, subject_id, reason)
    else:
        await _stop(tx, run, subject_id, reason)


async def stop(tx: Transaction, subject_id: UUID, reason: str) -> None:
    await _stop(tx, await _run_of(tx, subject_id), subject_id, reason)


async def _stop(tx: Transaction, run: Run | None, subject_id: UUID, reason: str) -> None:
    await notify.withdraw(tx, subject_id, reason)
    if run and run.status == "running":
        run.status, run.stopped_reason, run.next_at = "stopped", reason, None
        run.ended_at = clock.now()
        tx.record(EscalationStopped(subject_id, reason=reason))


async def revise(tx: Transaction, subject: Subject) -> None:
    """The alert's words or priority changed: what is sent from now on says so."""
    if run := await _run_of(tx, subject.id):
        run.subject = subject.to_json()


async def fire(tx: Transaction, steps: Sequence[DueStep]) -> list[DueStep]:
    """The steps that a job came for. Of many, those whose run somebody holds are left, and returned: who waits for
    one run while he holds others waits in a circle with whoever acknowledges or reports several alerts at once."""
    query = select(Run).where(Run.id.in_({step.run_id for step in steps})).order_by(Run.id)
    runs = {run.id: run for run in await tx.scalars(query.with_for_update(skip_locked=len(steps) > 1))}
    fired = []
    for step in steps:
        run = runs.get(step.run_id)
        if run and _stands_at(run, step):
            fired.append((run, await _fire(tx, run, step.cycle, step.position)))
    _go_on(tx, fired)
    return [step for step in steps if step.run_id not in runs]


def _stands_at(run: Run, step: DueStep) -> bool:
    """Whether the run is still where the job thinks, and its time has come."""
    if run.status != "running" or run.generation != step.generation:
        return False
    here = (run.cycle, run.position) == (step.cycle, step.position)
    return here and run.next_at is not None and run.next_at <= clock.now() + CLOCK_SLACK


async def _fire(tx: Transaction, run: Run, cycle: int, position: int) -> Step | None:
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


async def _fire_level(tx: Transaction, run: Run, ladder: Ladder, step: Step) -> bool:
    """Whether this level had anybody to notify, or keeps silent because of an acknowledgement."""
    level = ladder.level(step.position)
    if held(level, run.acknowledged):
        _note(run, step, "held", [])
        return True
    people = await people_of(tx, level.targets)
    if not people:
        if ladder.levels:
            tx.record(LevelSkipped(run.subject_id, level=step.position, cycle=step.cycle, reason="nobody to notify"))
            _note(run, step, "skipped", [])
        return False
    occasion = Occasion(f"{run.id}:{run.generation}:{step.cycle}:{step.position}", "page", step.position, step.cycle)
    paged = await notify.page(tx, Subject.from_json(run.subject), people, occasion)
    held_back = [name for user_id, name in people if user_id in paged.held_back]
    if held_back and not paged.messages:
        out_of_reach = paged.held_back == paged.out_of_reach
        why = "no channel knows how to reach" if out_of_reach else "held back by their own settings"
        reason = f"{why}: {', '.join(held_back)}"
        tx.record(LevelSkipped(run.subject_id, level=step.position, cycle=step.cycle, reason=reason))
        _note(run, step, "skipped", held_back)
        return False
    names = [name for user_id, name in people if user_id not in paged.held_back]
    tx.record(LevelFired(run.subject_id, step.position, step.cycle, names, held_back, len(paged.messages)))
    _note(run, step, "done", names)
    _told(run, bool(paged.messages))
    return True


async def _fall_back(tx: Transaction, run: Run, step: Step) -> None:
    """Never silence: the owners and admins are paged when the ladder reached nobody at all, even if their own
    settings are against it."""
    people = await fallback_people(tx)
    occasion = Occasion(f"{run.id}:{run.generation}:{step.cycle}:fallback", "page", None, step.cycle)
    paged = await notify.page(tx, Subject.from_json(run.subject), people, occasion, last_resort=True)
    _told(run, bool(paged.messages))
    run.fault = run.fault or NOBODY
    names = [name for user_id, name in people if user_id not in paged.held_back]
    _note(run, step, "fallback", names)
    tx.record(FellBack(run.subject_id, people=names, reason=run.fault))


def _told(run: Run, anybody: bool) -> None:
    if not anybody:
        run.fault = NO_CHANNEL
        return
    run.reached_anybody = True
    if run.fault == NO_CHANNEL:
        run.fault = None  # somebody has mended it meanwhile


def _note(run: Run, step: Step, state: str, people: list[str]) -> None:
    fired = {"cycle": step.cycle, "position": step.position, "state": state, "people": people}
    run.fired = [*run.fired, fired | {"at": clock.now().isoformat()}]


def _go_on(tx: Transaction, runs: Sequence[tuple[Run, Step | None]]) -> None:
    """Writes down what comes next in each, and asks for the jobs that do it; or that nothing does."""
    now = clock.now()
    for run, step in runs:
        if step:
            run.cycle, run.position, run.next_at = step.cycle, step.position, now + step.wait
        else:
            run.status, run.next_at, run.ended_at = "completed", None, now
            tx.record(EscalationCompleted(run.subject_id, rounds=run.cycle + 1))
    _ask(
        tx,
        (
            (DueStep(run.id, run.generation, run.cycle, run.position), run.subject["priority"], run.next_at)
            for run, _ in runs
            if run.next_at
        ),
    )
