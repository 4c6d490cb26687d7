"""What the engine runs for escalation."""

from typing import Any
from uuid import UUID

import structlog

from pulsar.base.http import Pulsar
from pulsar.escalation.firing import fire
from pulsar.escalation.steps import DueStep

log = structlog.get_logger()


async def escalate(pulsar: Pulsar, ids: dict[str, Any]) -> None:
    """All in one transaction. What it left gets one each, and when it fails every step does, so that one that
    cannot be fired does not keep the others waiting; done twice they do nothing."""
    org = UUID(ids["org"])
    steps = [DueStep(UUID(run), generation, cycle, position) for run, generation, cycle, position in ids["steps"]]
    try:
        async with pulsar.db.in_org(org) as tx:
            left = await fire(tx, steps)
    except Exception:
        if len(steps) == 1:
            raise
        log.exception("steps_failed_together", steps=len(steps))
        left = steps
    if len(steps) > 1:
        await _each(pulsar, org, left)


async def _each(pulsar: Pulsar, org: UUID, steps: list[DueStep]) -> None:
    failures = []
    for step in steps:
        try:
            async with pulsar.db.in_org(org) as tx:
                await fire(tx, [step])
        except Exception as error:
            failures.append(error)
    if failures:
        raise ExceptionGroup("steps that could not be fired", failures)


JOBS = {"escalate": escalate}
