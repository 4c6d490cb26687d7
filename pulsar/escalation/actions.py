"""The verbs of a run: start it, send it up the ladder by hand, stop it.

Each locks the run's row first. Jobs name the run, its generation and the step they mean; if the run does not
stand there any more they change nothing, so twice or late is harmless.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict
from pulsar.base.ids import new_id
from pulsar.base.jobs import CLOCK_SLACK
from pulsar.base.json import pack
from pulsar.escalation import turns
from pulsar.escalation.events import Escalated, EscalationStarted, EscalationStopped
from pulsar.escalation.firing import fire_from
from pulsar.escalation.model import Run
from pulsar.escalation.rules import NO_POLICY, Afterwards, Ladder
from pulsar.escalation.steps import DueStep, ask, go_on, set_afterwards
from pulsar.notify import actions as notify
from pulsar.notify.rules import Subject

NO_POLICY_FOUND = "No escalation policy was found for this alert."


Origin = Literal["alert", "integration", "team", "default", "hand"]
"""Whose policy it is that a run follows, or that somebody chose it for this run."""

Wanted = Sequence[tuple[Origin, UUID]]
"""The policies that a run may take, first choice first."""


class NothingToEscalate(Conflict):
    """Nobody is being paged for this alert, so there is no next level."""


@dataclass(frozen=True)
class Start:
    """A new alert, the policies that it may take, and the team that it concerns."""

    subject: Subject
    wanted: Wanted
    team_id: UUID | None = None


@dataclass(frozen=True)
class Chosen:
    """What a run takes over from its policy."""

    id: UUID
    name: str
    ladder: dict[str, Any]
    is_default: bool


Following = tuple[Chosen, Origin] | tuple[None, None]


async def choose(tx: Transaction, wanted: Wanted) -> Following:
    """The first of these that exists, else the organization's default, else none."""
    return _first(await _policies(tx, {policy_id for _, policy_id in wanted}), wanted)


async def _policies(tx: Transaction, wanted: set[UUID]) -> list[Chosen]:
    """By the driver: this is in the way of every alert that comes in."""
    connection = tx.driver
    rows = await connection.fetch(
        "SELECT id, name, ladder, is_default FROM escalation_policies WHERE id = ANY($1) OR is_default", wanted
    )
    return [Chosen(*row) for row in rows]


def _first(policies: list[Chosen], wanted: Wanted) -> Following:
    by_id = {policy.id: policy for policy in policies}
    for origin, policy_id in wanted:
        if policy_id in by_id:
            return by_id[policy_id], origin
    default = next((policy for policy in policies if policy.is_default), None)
    return (default, "default") if default else (None, None)


async def start_all(tx: Transaction, starts: Sequence[Start]) -> list[Following]:
    """Runs for alerts that were just made, all at once. Returns the policies they follow, and why."""
    policies = await _policies(tx, {policy_id for start in starts for _, policy_id in start.wanted})
    chosen = [_first(policies, start.wanted) for start in starts]
    # Once for each policy, not for each alert: a storm follows few.
    for policy in [*policies, None]:
        if following := [start for start, (its, _) in zip(starts, chosen, strict=True) if its is policy]:
            await _start(tx, policy, following)
    return chosen


async def _start(tx: Transaction, policy: Chosen | None, starts: Sequence[Start]) -> None:
    ladder = policy.ladder if policy else NO_POLICY.to_json()
    now = clock.now()
    at = now + Ladder.from_json(ladder).first().wait
    runs = [(new_id(), start.subject.to_json(), start.team_id) for start in starts]
    connection = tx.driver
    await connection.execute(
        """INSERT INTO escalations (id, subject_id, subject, team_id, policy_id, policy_name, ladder, generation,
                                    status, acknowledged, cycle, position, next_at, reached_anybody, fired, fault,
                                    started_at)
           SELECT (run->>0)::uuid, (run->1->>'id')::uuid, run->1, (run->>2)::uuid, $2, $3, $4, 1, 'running', false, 0,
                  0, $5, false, '[]', $6, $7
           FROM jsonb_array_elements($1::jsonb) AS r (run)""",
        pack(runs),
        policy.id if policy else None,
        policy.name if policy else None,
        pack(ladder),
        at,
        None if policy else NO_POLICY_FOUND,
        now,
    )
    ask(tx, ((DueStep(run_id, 1, 0, 0), subject["priority"], at) for run_id, subject, _ in runs))


async def _run_of(tx: Transaction, subject_id: UUID) -> Run | None:
    run: Run | None = await tx.scalar(select(Run).where(Run.subject_id == subject_id).with_for_update())
    return run


async def restart(
    tx: Transaction, subject: Subject, wanted: Wanted, reason: str, *, team_id: UUID | None = None
) -> None:
    """From the first level again, with the policy as it is now. What the life before had queued is withdrawn."""
    policy, origin = await choose(tx, wanted)
    ladder = Ladder.from_json(policy.ladder) if policy else NO_POLICY
    run = await _run_of(tx, subject.id)
    # With the run locked: a level that is being fired at this moment would come with its messages after this.
    await notify.withdraw(tx, subject.id, reason)
    if not run:
        run = Run(subject_id=subject.id, generation=0)
        tx.add(run)
    run.subject, run.team_id = subject.to_json(), team_id
    run.policy_id, run.policy_name = (policy.id, policy.name) if policy else (None, None)
    run.ladder, run.fired = ladder.to_json(), []
    run.fault = None if policy else NO_POLICY_FOUND
    run.generation += 1
    run.status, run.stopped_reason, run.ended_at = "running", None, None
    run.acknowledged = run.reached_anybody = False
    run.follow_up_at = None
    run.started_at = run.next_at = clock.now()
    set_afterwards(tx, run, None, None)
    await tx.flush()
    tx.record(EscalationStarted(subject.id, policy=run.policy_name, reason=reason, policy_from=origin))
    go_on(tx, [(run, ladder.first())])


async def acknowledge(tx: Transaction, subject_id: UUID, reason: str) -> None:
    """Stops the run, unless a level of it goes on until the close."""
    run = await _run_of(tx, subject_id)
    ladder = Ladder.from_json(run.ladder) if run else NO_POLICY
    if run and run.status == "running" and ladder.pages_acknowledged():
        run.acknowledged = True
        await notify.withdraw(tx, subject_id, reason)
    else:
        await _stop(tx, run, subject_id, reason)
    _expect_follow_up(run)
    if run and ladder.ack_timeout is not None:
        set_afterwards(tx, run, "reopen", clock.now() + ladder.ack_timeout)


async def stop(tx: Transaction, subject_id: UUID, reason: str, *, follow_up: bool = False) -> None:
    """With a `follow_up` when this is an ending that those who were told are to hear of."""
    run = await _run_of(tx, subject_id)
    await _stop(tx, run, subject_id, reason)
    if follow_up:
        _expect_follow_up(run)


def _expect_follow_up(run: Run | None) -> None:
    if run and run.reached_anybody:
        run.follow_up_at = clock.now()


async def hold(tx: Transaction, subject_id: UUID) -> Run | None:
    """Until the transaction ends, this paging has no other ending."""
    return await _run_of(tx, subject_id)


async def _stop(tx: Transaction, run: Run | None, subject_id: UUID, reason: str) -> None:
    await notify.withdraw(tx, subject_id, reason)
    if run:
        run.follow_up_at = None
        set_afterwards(tx, run, None, None)
    if run and run.status == "running":
        run.status, run.stopped_reason, run.next_at = "stopped", reason, None
        run.ended_at = clock.now()
        tx.record(EscalationStopped(run.about.about_id, reason=reason), about=run.about.kind)


async def revise(tx: Transaction, subject: Subject) -> None:
    """The alert's words or priority changed: what is sent from now on says so."""
    if run := await _run_of(tx, subject.id):
        run.subject = subject.to_json()


async def concerns(tx: Transaction, subject_id: UUID, team_id: UUID | None) -> None:
    """The alert went to another team: its members are whom the fallback asks first. The ladder stays."""
    if run := await _run_of(tx, subject_id):
        run.team_id = team_id


async def next_level_now(tx: Transaction, subject_id: UUID) -> None:
    """Without waiting for it. The job that would have come finds that the run has gone on."""
    run = await _run_of(tx, subject_id)
    if not run or run.status != "running" or run.acknowledged:
        raise NothingToEscalate
    await turns.hold(tx, [run])
    tx.record(Escalated(subject_id, level=run.position, cycle=run.cycle, policy=run.policy_name))
    go_on(tx, [(run, await fire_from(tx, run, run.cycle, run.position))])
    await notify.write_pages(tx)


async def policy_of(tx: Transaction, subject_id: UUID) -> UUID | None:
    found: UUID | None = await tx.scalar(select(Run.policy_id).where(Run.subject_id == subject_id))
    return found


async def stands(tx: Transaction, subject_id: UUID) -> bool:
    """Whether somebody is being paged, or everybody has been."""
    run = await _run_of(tx, subject_id)
    return run is not None and (run.status == "completed" or (run.status == "running" and run.next_at is not None))


async def due_afterwards(tx: Transaction, subject_id: UUID) -> tuple[Afterwards, Run] | None:
    """What is to happen to the alert now, by itself; the run is locked. None when it is not wanted any more, or not
    yet."""
    run = await _run_of(tx, subject_id)
    if not run or not run.afterwards or not run.afterwards_at:
        return None
    if run.afterwards_at > clock.now() + CLOCK_SLACK:
        return None
    return ("reopen" if run.afterwards == "reopen" else "close"), run
