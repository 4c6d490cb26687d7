"""Routes by which an organization asks everybody for a second factor.

It is about people who sign in: keys, links in pages, phones and calendars go on as they were, so nobody is paged less.
"""

from fastapi import APIRouter
from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict
from pulsar.base.events import edited
from pulsar.base.http import Body, Named, View
from pulsar.orgs.model import Membership, Organization
from pulsar.people.access import AsAdmin, Caller
from pulsar.people.model import User
from pulsar.signin.events import SecondFactorRequired

router = APIRouter(prefix="/organizations/current/sign-in", tags=["Organizations"])

_NAMED = 100


class OwnFactorFirst(Conflict):
    """Add a second factor to your own account first: you would be the first to be shut out."""


class Requirement(Body):
    second_factor_required: bool


class RequirementView(View):
    """`without`: members who have none, a hundred at most; `members_without`: how many there are."""

    second_factor_required: bool
    members_without: int
    without: list[Named]


async def _view(tx: Transaction) -> RequirementView:
    query = (
        select(User.id, User.full_name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.active, User.second_factor_at.is_(None))
        .order_by(User.full_name)
    )
    rows = (await tx.execute(query)).all()
    return RequirementView(
        second_factor_required=(await tx.get_one(Organization, tx.org)).second_factor_required,
        members_without=len(rows),
        without=[Named(id=row.id, name=row.full_name) for row in rows[:_NAMED]],
    )


@router.get("")
async def get_requirement(tx: AsAdmin) -> RequirementView:
    return await _view(tx)


@router.put("")
async def set_requirement(body: Requirement, caller: Caller, tx: AsAdmin) -> RequirementView:
    """From then on, members without one can add one and do nothing else."""
    user = await tx.get_one(User, caller.user_id)
    if body.second_factor_required and not user.second_factor_at:
        raise OwnFactorFirst
    organization = await tx.get_one(Organization, tx.org, with_for_update={"key_share": True})
    organization.second_factor_required = body.second_factor_required
    if changes := edited(organization):
        tx.record(SecondFactorRequired(organization.id, changes=changes))
        await tx.flush()
    return await _view(tx)
