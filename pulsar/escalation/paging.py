"""How is somebody paged for what is no alert? By a run of its own, along a policy or none, until somebody answers."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.escalation.events import EscalationStarted
from pulsar.escalation.model import Policy, Run
from pulsar.escalation.rules import Ladder, Target, until_answered, without_policy
from pulsar.escalation.steps import go_on, set_afterwards
from pulsar.notify.rules import Subject


@dataclass(frozen=True)
class Way:
    """Whom a page goes to: along this policy, and if that reaches nobody to the team; or to the targets at once."""

    ladder: Ladder
    policy_id: UUID | None = None
    policy_name: str | None = None
    team_id: UUID | None = None


def along(policy: Policy, team_id: UUID | None = None) -> Way:
    return Way(until_answered(Ladder.from_json(policy.ladder)), policy.id, policy.name, team_id)


def to(target: Target) -> Way:
    """This person, or everybody in this team."""
    return Way(without_policy(target), team_id=target.id if target.kind == "team" else None)


async def page(tx: Transaction, subject: Subject, way: Way, reason: str) -> None:
    now = clock.now()
    run = Run(
        subject_id=subject.id,
        subject=subject.to_json(),
        policy_id=way.policy_id,
        policy_name=way.policy_name,
        team_id=way.team_id,
        ladder=way.ladder.to_json(),
        generation=1,
        started_at=now,
        next_at=now,
    )
    tx.add(run)
    set_afterwards(tx, run, None, None)
    await tx.flush()
    started = EscalationStarted(subject.about_id, policy=way.policy_name, reason=reason, policy_from="hand")
    tx.record(started, about=subject.kind)
    go_on(tx, [(run, way.ladder.first())])


async def states(tx: Transaction, subject_ids: list[UUID]) -> dict[UUID, str]:
    """Of each page: running, stopped, or completed, when everybody on the ladder has been paged."""
    query = select(Run.subject_id, Run.status).where(Run.subject_id.in_(subject_ids))
    return {row.subject_id: row.status for row in await tx.execute(query)}
