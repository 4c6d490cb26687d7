"""Routes of an organization's members: who they are, what they may do, who is deactivated."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import StringConstraints
from sqlalchemy import select

from pulsar.base.http import Body, Page, Pages, View, page_of
from pulsar.orgs.model import Membership
from pulsar.orgs.roles import Role
from pulsar.people import members
from pulsar.people.access import AsAdmin, AsViewer, Caller
from pulsar.people.model import User

router = APIRouter(prefix="/users", tags=["Members"])


class MemberChange(Body):
    role: Role | None = None
    active: bool | None = None


class MemberView(View):
    id: UUID
    email: str
    username: str
    full_name: str
    role: Role
    active: bool
    joined_at: datetime


def _view(user: User, membership: Membership) -> MemberView:
    return MemberView(
        id=user.id,
        email=user.email,
        username=user.username,
        full_name=user.full_name,
        role=membership.rank,
        active=membership.active,
        joined_at=membership.joined_at,
    )


@router.get("")
async def list_users(
    tx: AsViewer,
    paging: Pages,
    search: Annotated[str, StringConstraints(max_length=200)] = "",
    include_inactive: bool = False,
) -> Page[MemberView]:
    query = select(User).join(Membership, Membership.user_id == User.id)
    if not include_inactive:
        query = query.where(Membership.active)
    for word in search.split():
        query = query.where(
            User.full_name.icontains(word, autoescape=True) | User.email.icontains(word, autoescape=True)
        )
    memberships = {m.user_id: m for m in await tx.scalars(select(Membership))}

    def shape(users: Sequence[User]) -> list[MemberView]:
        return [_view(user, memberships[user.id]) for user in users]

    return await page_of(tx, query, User.id, paging, shape, descending=False)


@router.patch("/{user_id}")
async def update_user(user_id: UUID, body: MemberChange, caller: Caller, tx: AsAdmin) -> MemberView:
    return _view(*await members.change(tx, caller.user_id, user_id, body.role, body.active))
