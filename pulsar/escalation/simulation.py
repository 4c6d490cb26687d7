"""Who would be reached, minute by minute, if an alert came at some instant? By the rules of firing, with no effect."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pulsar.base.db import Transaction
from pulsar.escalation import turns
from pulsar.escalation.ahead import Stage, Walk, ahead
from pulsar.escalation.choice import Choice, in_turn
from pulsar.escalation.people import choose_people
from pulsar.escalation.rules import Afterwards, Ladder, Level, Step

# A ladder of many rounds, as far as a person reads.
MOST_STAGES = 60


@dataclass(frozen=True)
class Question:
    ladder: Ladder
    at: datetime
    priority: str
    policy_id: UUID | None = None
    acknowledged_at: datetime | None = None
    team_id: UUID | None = None
    """Of the alert: whom the fallback asks first."""


@dataclass(frozen=True)
class Simulation:
    stages: list[Stage]
    afterwards: tuple[Afterwards, datetime] | None
    cut_short: bool

    def warnings(self) -> list[str]:
        """What would surprise somebody at three in the morning, once each."""
        found = [warning for stage in self.stages for warning in _warnings(stage)]
        if any(stage.state == "fires" and not stage.messages for stage in self.stages):
            found.append("No notification channel is enabled, so nobody can be reached.")
        return list(dict.fromkeys(found))


async def simulate(tx: Transaction, question: Question) -> Simulation:
    ladder = question.ladder

    async def choose(level: Level, step: Step, at: datetime) -> Choice:
        choice = await choose_people(tx, level.targets, at=at)
        if not level.round_robin or not question.policy_id or len(choice.people) < 2:
            return choice
        ids = [one.id for one in choice.people]
        return in_turn(choice, await turns.expected(tx, question.policy_id, step.position, ids))

    first = question.at + ladder.first().wait
    walk = Walk(
        ladder,
        0,
        0,
        first,
        question.priority,
        choose,
        acknowledged_at=question.acknowledged_at,
        team_id=question.team_id,
    )
    stages: list[Stage] = []
    async for stage in ahead(tx, walk):
        if len(stages) == MOST_STAGES:
            return Simulation(stages, None, cut_short=True)
        stages.append(stage)
    return Simulation(stages, _afterwards(question, stages), cut_short=False)


def _afterwards(question: Question, stages: list[Stage]) -> tuple[Afterwards, datetime] | None:
    ladder, acknowledged_at = question.ladder, question.acknowledged_at
    if acknowledged_at:
        return ("reopen", acknowledged_at + ladder.ack_timeout) if ladder.ack_timeout is not None else None
    if ladder.close_after is None:
        return None
    last = max((stage.at for stage in stages), default=question.at)
    return "close", last + ladder.close_after


def _warnings(stage: Stage) -> list[str]:
    if stage.state == "held":
        return []
    level = f"Level {stage.step.position + 1}"
    found = [f"{level}: {missing}." for missing in stage.choice.missing]
    if stage.state == "fallback":
        return ["No level reaches anybody: this goes to the fallback."]
    if stage.state == "skipped":
        found.append(f"{level} reaches nobody, so it is skipped.")
    for person in stage.choice.people:
        own = [message for message in stage.messages if message.user_id == person.id]
        if own and not any(message.at for message in own):
            found.append(f"{person.name} is not reached on {level.lower()}: {own[0].held_back}")
    return found


def after(start: datetime, at: datetime) -> int:
    return int((at - start) / timedelta(seconds=1))
