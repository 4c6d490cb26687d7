"""Which policies have let their alerts fall through lately? Whoever is paged instead should not find out alone."""

from datetime import timedelta

from sqlalchemy import func, select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.defects import Defect, Thing
from pulsar.escalation.model import Policy, Run

# As long as it takes until somebody looks in the morning, and then a day.
SHOWN_FOR = timedelta(hours=24)


async def defects(tx: Transaction) -> list[Defect]:
    """One for each policy, and one for the alerts without any."""
    latest = func.array_agg(Run.subject["number"].as_integer()).label("numbers")
    rows = await tx.execute(
        select(Policy.id, Policy.name, func.count().label("often"), latest)
        .select_from(Run)
        .outerjoin(Policy, Policy.id == Run.policy_id)
        .where(Run.fell_back_at > clock.now() - SHOWN_FOR)
        .group_by(Policy.id, Policy.name)
        .order_by(Policy.name)
    )
    return [
        Defect(
            "fell_back",
            "critical",
            _words(row.name, row.often, max(row.numbers)),
            Thing("policy", row.id, row.name) if row.id else None,
        )
        for row in rows
    ]


def _words(policy: str | None, often: int, latest: int) -> str:
    whose = f"{policy} reached nobody" if policy else "There was no policy that reached anybody"
    alerts = f"for #{latest}" if often == 1 else f"for {often} alerts, the latest #{latest}"
    return f"{whose} {alerts}, in the last 24 hours: the alert's team, or owners and admins, were paged instead."
