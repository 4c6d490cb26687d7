"""Routes of an organization's members: who they are, what they may do, who is deactivated."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import StringConstraints
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from pulsar.base.db import Transaction
from pulsar.base.http import Body, Page, Pages, View, page_of
from pulsar.orgs.model import Membership
from pulsar.orgs.roles import Role
from pulsar.people import members
from pulsar.people.access import AsAdmin, AsViewer, Caller, role_of
from pulsar.people.model import SessionRow, User

router = APIRouter(prefix="/users", tags=["Members"])


class MemberChange(Body):
    role: Role | None = None
    active: bool | None = None


class LastSeen(View):
    """`method`: how they had signed in, such as `password+totp`, `passkey` or `sso`."""

    at: datetime
    method: str


class MemberView(View):
    """`last_seen`: in this organization. Told to admins only, and empty for who never was, or not for long."""

    id: UUID
    email: str
    username: str
    full_name: str
    role: Role
    active: bool
    joined_at: datetime
    last_seen: LastSeen | None


async def _last_seen(tx: Transaction, users: Sequence[User]) -> dict[UUID, LastSeen]:
    if not (await role_of(tx)).includes(Role.ADMIN):
        return {}
    query = (
        select(SessionRow)
        .ext(distinct_on(SessionRow.user_id))
        .where(SessionRow.organization_id == tx.org, SessionRow.user_id.in_([user.id for user in users]))
        .order_by(SessionRow.user_id, SessionRow.last_used_at.desc())
    )
    rows = await tx.scalars(query)
    return {row.user_id: LastSeen(at=row.last_used_at, method=row.method) for row in rows}


def _view(user: User, membership: Membership, seen: dict[UUID, LastSeen]) -> MemberView:
    return MemberView(
        id=user.id,
        email=user.email,
        username=user.username,
        full_name=user.full_name,
        role=membership.rank,
        active=membership.active,
        joined_at=membership.joined_at,
        last_seen=seen.get(user.id),
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
    page = await page_of(tx, query, User.id, paging, list, descending=False)
    seen = await _last_seen(tx, page.items)
    items = [_view(user, memberships[user.id], seen) for user in page.items]
    return Page[MemberView](**page.model_dump(exclude={"items"}), items=items)


@router.patch("/{user_id}")
async def update_user(user_id: UUID, body: MemberChange, caller: Caller, tx: AsAdmin) -> MemberView:
    user, membership = await members.change(tx, caller.user_id, user_id, body.role, body.active)
    return _view(user, membership, await _last_seen(tx, [user]))
