"""The verbs of membership: change a role, deactivate, reactivate."""

from uuid import UUID

from sqlalchemy import func, select

from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Forbidden, NotFound
from pulsar.base.events import edited
from pulsar.orgs.events import MemberDeactivated, MemberReactivated, MemberRoleChanged
from pulsar.orgs.model import Membership, Organization
from pulsar.orgs.roles import Role
from pulsar.orgs.rules import Refusal, Standing, refusal
from pulsar.people import sessions
from pulsar.people.model import User


class LastOwner(Conflict):
    """The last owner can neither be demoted nor deactivated; make somebody else an owner first."""


class OwnMembership(Forbidden):
    """Nobody changes their own role or deactivates themselves; only an owner may step down."""


class OwnersOnly(Forbidden):
    """Only an owner makes, demotes or deactivates an owner."""


_REFUSED = {Refusal.LAST_OWNER: LastOwner, Refusal.YOURSELF: OwnMembership, Refusal.OWNERS_ONLY: OwnersOnly}


async def change(
    tx: Transaction, actor_id: UUID, user_id: UUID, role: Role | None, active: bool | None
) -> tuple[User, Membership]:
    """One change at a time in an organization: or two owners who demote each other at once would leave none."""
    await tx.get_one(Organization, tx.org, with_for_update={"key_share": True})
    membership = await tx.get(Membership, (tx.org, user_id), with_for_update=True)
    user = await tx.get(User, user_id) if membership else None
    if not membership or not user:
        raise NotFound("There is no member with this id here.")
    before = Standing(membership.rank, membership.active)
    after = Standing(role or before.role, before.active if active is None else active)
    if before == after:
        return user, membership
    acting = await tx.get_one(Membership, (tx.org, actor_id), populate_existing=True)
    others = await _other_owners(tx, user_id)
    if why := refusal(acting.rank, before, after, own=actor_id == user_id, other_owners=others):
        raise _REFUSED[why]
    await settle(tx, user, membership, after)
    return user, membership


async def _other_owners(tx: Transaction, user_id: UUID) -> int:
    query = select(func.count()).select_from(Membership)
    owners = query.where(Membership.role == Role.OWNER.value, Membership.active, Membership.user_id != user_id)
    return await tx.scalar(owners) or 0


async def settle(tx: Transaction, user: User, membership: Membership, after: Standing) -> None:
    """Makes it so, whoever may, with an event for each thing that changed. Access ends with the commit: who is an
    active member is looked up at every request."""
    before = Standing(membership.rank, membership.active)
    membership.role, membership.active = after.role.value, after.active
    edit = edited(membership)
    if before.active and not after.active:
        assert tx.org
        await sessions.end_all(tx, user.id, tx.org)
        tx.record(MemberDeactivated(user.id, name=user.full_name, role=after.role.value))
    elif after.active and not before.active:
        tx.record(MemberReactivated(user.id, name=user.full_name, role=after.role.value))
    if before.role is not after.role:
        tx.record(MemberRoleChanged(user.id, name=user.full_name, changes={"role": edit["role"]}))
