"""Which step is due, and which job does it? A job names a run, a life of it, and a place on its ladder."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.jobs import Job
from pulsar.escalation.events import EscalationCompleted
from pulsar.escalation.model import Run
from pulsar.escalation.rules import Afterwards, Ladder, Step
from pulsar.notify import actions as notify


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


def afterwards_job(org: UUID | None, subject_id: UUID, at: datetime) -> Job:
    """Done by alerts, which know what opening and closing is. In UTC, as the sweep reads it from the row: the same
    instant must make the same key."""
    key = f"afterwards:{subject_id}:{at.astimezone(UTC).isoformat()}"
    return Job("afterwards", key, {"org": org, "alert": subject_id}, at)


def ask(tx: Transaction, due: Iterable[tuple[DueStep, str, datetime]]) -> None:
    """For the jobs that do these steps."""
    together: dict[tuple[str, datetime], list[DueStep]] = defaultdict(list)
    for step, priority, at in due:
        together[priority, at].append(step)
    tx.enqueue(*(step_job(tx.org, steps, priority, at) for (priority, at), steps in together.items()))


def go_on(tx: Transaction, runs: Sequence[tuple[Run, Step | None]]) -> None:
    """Writes down what comes next in each, and asks for the jobs that do it; or that nothing does."""
    now = clock.now()
    for run, step in runs:
        if step:
            run.cycle, run.position, run.next_at = step.cycle, step.position, now + step.wait
        else:
            _complete(tx, run, now)
    ask(
        tx,
        (
            (DueStep(run.id, run.generation, run.cycle, run.position), run.subject["priority"], run.next_at)
            for run, _ in runs
            if run.next_at
        ),
    )


def _complete(tx: Transaction, run: Run, now: datetime) -> None:
    run.status, run.next_at, run.ended_at = "completed", None, now
    tx.record(EscalationCompleted(run.about.about_id, rounds=run.cycle + 1), about=run.about.kind)
    close_after = Ladder.from_json(run.ladder).close_after
    if close_after is not None and not run.acknowledged:
        set_afterwards(tx, run, "close", now + close_after)


def set_afterwards(tx: Transaction, run: Run, what: Afterwards | None, at: datetime | None) -> None:
    """What happens to the alert by itself, and when; it takes the place of what was to happen before."""
    run.afterwards, run.afterwards_at = what, at
    if at:
        tx.enqueue(afterwards_job(tx.org, run.subject_id, at))
