"""What is wrong with policies, and where does somebody stand in one?"""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.base.defects import Defect, Duty
from pulsar.escalation import soundness
from pulsar.escalation.model import Policy
from pulsar.escalation.rules import Ladder
from pulsar.escalation.soundness import Picture, PolicyPicture, level_words
from pulsar.notify.model import ChannelRow
from pulsar.orgs.model import Membership
from pulsar.people.model import TeamMember
from pulsar.people.names import team_names, user_names


async def defects(tx: Transaction) -> list[Defect]:
    policies = await _policies(tx)
    targets = [t for policy in policies for level in policy.ladder.levels for t in level.targets]
    users = {t.id for t in targets if t.type == "user"}
    team_ids = {t.id for t in targets if t.kind == "team"}
    teams: dict[UUID, set[UUID]] = defaultdict(set)
    leads: dict[UUID, set[UUID]] = defaultdict(set)
    rows = await tx.execute(
        select(TeamMember.team_id, TeamMember.user_id, TeamMember.role)
        .join(Membership, Membership.user_id == TeamMember.user_id)
        .where(TeamMember.team_id.in_(team_ids), Membership.active)
    )
    for row in rows:
        teams[row.team_id].add(row.user_id)
        if row.role == "lead":
            leads[row.team_id].add(row.user_id)
    active = await tx.scalars(select(Membership.user_id).where(Membership.user_id.in_(users), Membership.active))
    picture = Picture(
        policies=policies,
        active=frozenset(active),
        teams={team_id: frozenset(members) for team_id, members in teams.items()},
        leads={team_id: frozenset(members) for team_id, members in leads.items()},
        names=await user_names(tx, users) | await team_names(tx, team_ids),
        has_channel=bool(await tx.scalar(select(ChannelRow.id).where(ChannelRow.enabled).limit(1))),
    )
    return soundness.defects(picture)


async def _policies(tx: Transaction) -> tuple[PolicyPicture, ...]:
    query = select(Policy.id, Policy.name, Policy.ladder, Policy.is_default).order_by(Policy.name)
    rows = await tx.execute(query)
    return tuple(PolicyPicture(row.id, row.name, Ladder.from_json(row.ladder), row.is_default) for row in rows)


async def duties(tx: Transaction, user_id: UUID) -> list[Duty]:
    found = []
    for policy in await _policies(tx):
        levels = enumerate(policy.ladder.levels)
        named = [i for i, level in levels if any(t.type == "user" and t.id == user_id for t in level.targets)]
        if named:
            found.append(Duty(policy.thing, level_words(named)))
    return found
