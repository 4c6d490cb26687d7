"""Who may look at how the whole installation does? Who was named an operator on its command line; and as long as there
is one organization only, its owners, who are then the people that set it up.

Not by an e-mail address in a setting: whoever registers first with that address would be one.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy import text

from pulsar.base.db import Database, Transaction
from pulsar.base.errors import Forbidden, NotFound
from pulsar.base.http import PulsarNode
from pulsar.orgs.roles import Role
from pulsar.people.access import Caller, entered, role_of
from pulsar.people.model import User
from pulsar.people.sessions import account_of


class NotAnOperator(Forbidden):
    """This is for the operators of this installation: `pulsar admin operator <e-mail address>` names one."""


class NoSuchAccount(NotFound):
    """There is no account with this e-mail address."""


async def operates(tx: Transaction, user: User) -> bool:
    """In the transaction of one of the user's organizations."""
    if user.operator:
        return True
    return await role_of(tx) is Role.OWNER and bool(await tx.scalar(text("SELECT only_organization()")))


async def appoint(db: Database, email: str, *, operator: bool) -> User:
    """Raises NoSuchAccount."""
    async with db.without_org() as tx:
        user = await account_of(tx, email)
        if not user:
            raise NoSuchAccount
        user.operator = operator
        return user


async def _operator(caller: Caller, pulsar: PulsarNode) -> AsyncIterator[Transaction]:
    async with entered(pulsar, caller, Role.VIEWER) as tx:
        if not await operates(tx, await tx.get_one(User, caller.user_id)):
            raise NotAnOperator
        yield tx


AsOperator = Annotated[Transaction, Depends(_operator, scope="function")]
