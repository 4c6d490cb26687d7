"""Which teams count on whom? On somebody who is deactivated they count in vain."""

from uuid import UUID

from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.base.defects import Defect, Duty, Named, Thing
from pulsar.orgs.model import Membership
from pulsar.people.model import Team, TeamMember, User


async def defects(tx: Transaction) -> list[Defect]:
    rows = await tx.execute(
        select(Team.id, Team.name, User.id.label("user_id"), User.full_name)
        .join(TeamMember, TeamMember.team_id == Team.id)
        .join(Membership, Membership.user_id == TeamMember.user_id)
        .join(User, User.id == TeamMember.user_id)
        .where(Membership.active.is_(False))
        .order_by(Team.name, User.full_name)
    )
    return [
        Defect(
            "inactive_team_member",
            "warning",
            f"{row.full_name} is in the team {row.name}, but deactivated.",
            Thing("team", row.id, row.name),
            Named(row.user_id, row.full_name),
        )
        for row in rows
    ]


async def duties(tx: Transaction, user_id: UUID) -> list[Duty]:
    rows = await tx.execute(
        select(Team.id, Team.name, TeamMember.role)
        .join(TeamMember, TeamMember.team_id == Team.id)
        .where(TeamMember.user_id == user_id)
        .order_by(Team.name)
    )
    return [Duty(Thing("team", row.id, row.name), row.role) for row in rows]
