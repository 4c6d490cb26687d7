"""What the engine runs for escalation."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pulsar.base.http import Pulsar
from pulsar.base.together import Asked, Together
from pulsar.escalation.firing import fire
from pulsar.escalation.steps import DueStep

# Of one job, those that were asked for at once.
Steps = Sequence[DueStep]

# Jobs in one transaction. In a storm each has a few steps, and sometimes some hundred.
_MOST = 8


async def escalate(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    steps = [DueStep(UUID(run), generation, cycle, position) for run, generation, cycle, position in ids["steps"]]
    await _TOGETHER.ask(pulsar, UUID(ids["org"]), steps)


async def _fire(pulsar: Pulsar, org: UUID, group: Sequence[Asked[Steps, None]], /, *, alone: bool) -> None:
    """All in one transaction. What that left, or when it fails every step, gets one each, so that one that cannot be
    fired does not keep the others waiting; done twice they do nothing."""
    if alone:
        await _each(pulsar, org, group[0].what)
        group[0].give(None)
        return
    async with pulsar.db.in_org(org) as tx:
        left = set(await fire(tx, [step for asked in group for step in asked.what]))
    for asked in group:
        if left.isdisjoint(asked.what):
            asked.give(None)


async def _each(pulsar: Pulsar, org: UUID, steps: Steps) -> None:
    failures = []
    for step in steps:
        try:
            async with pulsar.db.in_org(org) as tx:
                await fire(tx, [step], wait=True)
        except Exception as error:
            failures.append(error)
    if failures:
        raise ExceptionGroup("steps that could not be fired", failures)


_TOGETHER: Together[Steps, None] = Together(_fire, most=_MOST)

JOBS = {"escalate": escalate}
