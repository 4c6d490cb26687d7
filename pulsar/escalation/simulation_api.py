"""Routes that try a policy out: whom it would page, with no effect."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, Field

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid
from pulsar.base.http import Body, View
from pulsar.escalation import policies
from pulsar.escalation.ahead import Stage, State
from pulsar.escalation.api import LONGEST_DELAY, NewPolicy
from pulsar.escalation.choice import Meant
from pulsar.escalation.rules import Afterwards, Ladder, Level
from pulsar.escalation.simulation import Question, Simulation, after, simulate
from pulsar.notify.forecast import Expected
from pulsar.people.access import AsViewer
from pulsar.people.model import Team

router = APIRouter(prefix="/escalation-policies", tags=["Escalation policies"])


class Trial(Body):
    """`at` is now when it is not given. `draft` is tried in the place of the policy as it is saved. `team_id` is whose
    alert it would be: where no level reaches anybody, its members are paged first."""

    at: AwareDatetime | None = None
    priority: Literal["P1", "P2", "P3", "P4", "P5"] = "P3"
    acknowledged_after_seconds: Annotated[int, Field(ge=0, le=LONGEST_DELAY)] | None = None
    team_id: UUID | None = None
    draft: NewPolicy | None = None


class DraftTrial(Trial):
    draft: NewPolicy


class ExpectedView(View):
    channel: str
    channel_type: str
    at: datetime | None
    held_back: str | None


class ExpectedPerson(View):
    id: UUID
    name: str
    why: str
    messages: list[ExpectedView]


class StageView(View):
    position: int
    cycle: int
    at: datetime
    after_seconds: int
    state: State
    people: list[ExpectedPerson]
    rooms: list[ExpectedView]
    passed_over: list[str]
    missing: list[str]


class AfterwardsView(View):
    what: Afterwards
    at: datetime
    after_seconds: int


class SimulationView(View):
    at: datetime
    priority: str
    steps: list[StageView]
    afterwards: AfterwardsView | None
    cut_short: bool
    """There are more steps, of later rounds."""
    warnings: list[str]


@router.post("/simulate")
async def simulate_draft(body: DraftTrial, tx: AsViewer) -> SimulationView:
    """Of a policy that is not saved yet."""
    return await _simulated(tx, body, _ladder(body.draft), None)


@router.post("/{policy_id}/simulate")
async def simulate_policy(policy_id: UUID, tx: AsViewer, body: Trial | None = None) -> SimulationView:
    """Who would be reached when, and over which channel, if an alert came at that instant. Nobody is paged by it."""
    trial = body or Trial()
    policy = await policies.get(tx, policy_id)
    ladder = _ladder(trial.draft) if trial.draft else Ladder.from_json(policy.ladder)
    return await _simulated(tx, trial, ladder, policy_id)


def _ladder(draft: NewPolicy) -> Ladder:
    def duration(seconds: int | None) -> timedelta | None:
        return None if seconds is None else timedelta(seconds=seconds)

    return Ladder(
        levels=tuple(
            Level(
                timedelta(seconds=rule.delay_seconds),
                tuple(target.target() for target in rule.targets),
                rule.condition,
                rule.round_robin,
            )
            for rule in draft.rules
        ),
        repeat_count=draft.repeat_count,
        repeat_delay=timedelta(seconds=draft.repeat_delay_seconds),
        ack_timeout=duration(draft.ack_timeout_seconds),
        close_after=duration(draft.close_after_seconds),
    )


async def _simulated(tx: Transaction, trial: Trial, ladder: Ladder, policy_id: UUID | None) -> SimulationView:
    at = trial.at or clock.now()
    seconds = trial.acknowledged_after_seconds
    acknowledged_at = None if seconds is None else at + timedelta(seconds=seconds)
    if trial.team_id and not await tx.get(Team, (tx.org, trial.team_id)):
        raise Invalid("There is no such team in this organization.", field="team_id")
    question = Question(ladder, at, trial.priority, policy_id, acknowledged_at, trial.team_id)
    found = await simulate(tx, question)
    return SimulationView(
        at=at,
        priority=trial.priority,
        steps=[_stage(stage, at) for stage in found.stages],
        afterwards=_afterwards(found, at),
        cut_short=found.cut_short,
        warnings=found.warnings(),
    )


def _afterwards(found: Simulation, start: datetime) -> AfterwardsView | None:
    if not found.afterwards:
        return None
    what, at = found.afterwards
    return AfterwardsView(what=what, at=at, after_seconds=after(start, at))


def _stage(stage: Stage, start: datetime) -> StageView:
    return StageView(
        position=stage.step.position,
        cycle=stage.step.cycle,
        at=stage.at,
        after_seconds=after(start, stage.at),
        state=stage.state,
        people=[_person(person, stage) for person in stage.choice.people],
        rooms=[_expected(message) for message in stage.messages if not message.user_id],
        passed_over=[person.name for person in stage.choice.passed_over],
        missing=list(stage.choice.missing),
    )


def _person(person: Meant, stage: Stage) -> ExpectedPerson:
    own = [_expected(message) for message in stage.messages if message.user_id == person.id]
    return ExpectedPerson(id=person.id, name=person.name, why=person.why, messages=own)


def _expected(message: Expected) -> ExpectedView:
    return ExpectedView.model_validate(message)
