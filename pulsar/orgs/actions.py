"""The verbs of organizations: found one, join one."""

import re
import secrets
from uuid import UUID

from pulsar.base.db import Transaction
from pulsar.base.events import CounterRow
from pulsar.orgs.events import MemberJoined, OrganizationCreated
from pulsar.orgs.model import Membership, Organization
from pulsar.orgs.roles import Role

COUNTERS = ("alerts", "events")


def _slug(name: str) -> str:
    """Readable, and unique without asking: two companies may well have the same name."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "organization"
    return f"{words}-{secrets.token_hex(3)}"


async def found(tx: Transaction, name: str, owner_id: UUID) -> Organization:
    """Makes the organization of this transaction (`tx.org`), with its owner."""
    assert tx.org
    organization = Organization(id=tx.org, name=name, slug=_slug(name))
    tx.add(organization)
    tx.add_all(CounterRow(name=counter, value=0) for counter in COUNTERS)
    await tx.flush()
    tx.record(OrganizationCreated(organization.id, name=name))
    await join(tx, owner_id, Role.OWNER)
    return organization


async def join(tx: Transaction, user_id: UUID, role: Role) -> Membership:
    membership = Membership(user_id=user_id, role=role.value)
    tx.add(membership)
    await tx.flush()
    tx.record(MemberJoined(user_id, role=role.value))
    return membership


async def membership_of(tx: Transaction, user_id: UUID) -> Membership | None:
    """Of an active member; None for anybody else."""
    membership = await tx.get(Membership, (tx.org, user_id))
    return membership if membership and membership.active else None


async def is_admin(tx: Transaction, user_id: UUID) -> bool:
    """Or an owner."""
    membership = await membership_of(tx, user_id)
    return membership is not None and membership.rank.includes(Role.ADMIN)
