"""May this caller do this? A handler's transaction, opened for the caller's organization and role."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated

import structlog
from fastapi import Depends
from sqlalchemy import select

from pulsar.base.db import Transaction
from pulsar.base.errors import Forbidden, NotSignedIn
from pulsar.base.events import Actor
from pulsar.base.http import Principal, Pulsar, PulsarNode, principal
from pulsar.orgs.model import Membership
from pulsar.orgs.roles import Role
from pulsar.people.model import User

Caller = Annotated[Principal, Depends(principal)]


@asynccontextmanager
async def entered(pulsar: Pulsar, caller: Principal, needed: Role) -> AsyncIterator[Transaction]:
    """Looks the role up at every request: who was removed or demoted is so at once, not when a token expires.
    Raises NotSignedIn for somebody who is no member (any more), Forbidden for too low a role."""
    structlog.contextvars.bind_contextvars(org=str(caller.org_id))
    async with pulsar.db.in_org(caller.org_id) as tx:
        row = (
            await tx.execute(
                select(Membership.role, User.full_name)
                .join(User, User.id == Membership.user_id)
                .where(Membership.user_id == caller.user_id, Membership.active)
            )
        ).one_or_none()
        if not row:
            raise NotSignedIn
        if not Role(row.role).includes(needed):
            raise Forbidden(f"This needs the role {needed.value}; yours is {row.role}.")
        tx.actor = Actor("user", caller.user_id, row.full_name)
        yield tx


def _as(needed: Role) -> Callable[[Principal, Pulsar], AsyncIterator[Transaction]]:
    async def transaction(caller: Caller, pulsar: PulsarNode) -> AsyncIterator[Transaction]:
        opened: AbstractAsyncContextManager[Transaction] = entered(pulsar, caller, needed)
        async with opened as tx:
            yield tx

    return transaction


# scope="function": committed before the answer leaves, so a 2xx is never ahead of its change.
AsViewer = Annotated[Transaction, Depends(_as(Role.VIEWER), scope="function")]
AsMember = Annotated[Transaction, Depends(_as(Role.MEMBER), scope="function")]
AsAdmin = Annotated[Transaction, Depends(_as(Role.ADMIN), scope="function")]
AsOwner = Annotated[Transaction, Depends(_as(Role.OWNER), scope="function")]
