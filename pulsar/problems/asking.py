"""What should be mended before the next alert comes, and what does somebody stand in? Asked of every domain on which
it depends whether people are paged, or programs told."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from pulsar.base.db import Transaction
from pulsar.base.defects import Defect, Duty
from pulsar.escalation import duties as policy_duties
from pulsar.escalation import fallbacks, reach
from pulsar.notify import trouble as channel_trouble
from pulsar.oncall import duties as schedule_duties
from pulsar.people import duties as team_duties
from pulsar.webhooks import trouble as webhook_trouble

# A domain that something depends on adds its own question here.
DEFECTS: tuple[Callable[[Transaction], Awaitable[list[Defect]]], ...] = (
    policy_duties.defects,
    fallbacks.defects,
    channel_trouble.defects,
    reach.defects,
    schedule_duties.defects,
    team_duties.defects,
    webhook_trouble.defects,
)
DUTIES: tuple[Callable[[Transaction, UUID], Awaitable[list[Duty]]], ...] = (
    policy_duties.duties,
    schedule_duties.duties,
    team_duties.duties,
)


async def problems(tx: Transaction) -> list[Defect]:
    """The critical ones first."""
    found = [defect for defects in DEFECTS for defect in await defects(tx)]
    return sorted(found, key=lambda defect: defect.severity != "critical")


async def duties_of(tx: Transaction, user_id: UUID) -> list[Duty]:
    return [duty for duties in DUTIES for duty in await duties(tx, user_id)]
