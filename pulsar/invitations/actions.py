"""The verbs of those who invite: invite, send a new link, revoke."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from pulsar.base import clock, crypto
from pulsar.base.db import Transaction
from pulsar.base.errors import Conflict, Forbidden, Invalid, NotFound
from pulsar.base.ids import new_id
from pulsar.invitations.events import InvitationRevoked, MemberInvited
from pulsar.invitations.model import OPEN, Invitation
from pulsar.invitations.rules import LIFETIME
from pulsar.orgs.model import Membership
from pulsar.orgs.roles import Role
from pulsar.orgs.rules import may_give
from pulsar.people.model import Team, User


class AlreadyMember(Conflict):
    """Whoever has this address is a member already."""


class RoleNotYours(Forbidden):
    """Only an owner makes owners."""


async def invite(
    tx: Transaction, inviter_id: UUID, email: str, role: Role, team_ids: Sequence[UUID]
) -> tuple[Invitation, str]:
    """Returns it with its secret, which nobody sees again. An open one for the same address is renewed: it has the
    new role, the new teams and a new link, and the old link is dead."""
    address = email.strip().lower()
    await _check_role(tx, inviter_id, role)
    await _check_address(tx, address)
    await _check_teams(tx, team_ids)
    secret = crypto.random_token()
    values = {
        "role": role.value,
        "team_ids": list(dict.fromkeys(team_ids)),
        "token_hash": crypto.token_hash(secret),
        "invited_by": inviter_id,
        "expires_at": clock.now() + LIFETIME,
    }
    statement = insert(Invitation).values(id=new_id(), email=address, created_at=clock.now(), **values)
    # In one statement: two who invite the same person at once make one invitation, and the later link is good.
    renewing = statement.on_conflict_do_update(
        index_elements=["org_id", "email"], index_where=text(OPEN), set_=values
    ).returning(Invitation.id)
    invitation_id = (await tx.scalars(renewing)).one()
    invitation = await tx.get_one(Invitation, (tx.org, invitation_id), populate_existing=True)
    tx.record(MemberInvited(invitation.id, email=address, role=role.value))
    return invitation, secret


async def renew(tx: Transaction, inviter_id: UUID, invitation: Invitation) -> tuple[Invitation, str]:
    """A new link for another week, in the name of whoever asks for it now."""
    known = set(await tx.scalars(select(Team.id).where(Team.id.in_(invitation.team_ids))))
    teams = [team_id for team_id in invitation.team_ids if team_id in known]
    return await invite(tx, inviter_id, invitation.email, invitation.rank, teams)


async def revoke(tx: Transaction, invitation: Invitation) -> None:
    invitation.revoked_at = clock.now()
    tx.record(InvitationRevoked(invitation.id, email=invitation.email))


async def get_open(tx: Transaction, invitation_id: UUID) -> Invitation:
    """Locked, and neither accepted nor revoked."""
    query = select(Invitation).where(Invitation.id == invitation_id, text(OPEN))
    found: Invitation | None = await tx.scalar(query.with_for_update())
    if not found:
        raise NotFound("There is no open invitation with this id here.")
    return found


async def _check_role(tx: Transaction, inviter_id: UUID, role: Role) -> None:
    inviter = await tx.get_one(Membership, (tx.org, inviter_id))
    if not may_give(inviter.rank, role):
        raise RoleNotYours(field="role")


async def _check_address(tx: Transaction, address: str) -> None:
    query = select(User.id).join(Membership, Membership.user_id == User.id)
    if await tx.scalar(query.where(func.lower(User.email) == func.lower(address), Membership.active)):
        raise AlreadyMember(field="email")


async def _check_teams(tx: Transaction, team_ids: Sequence[UUID]) -> None:
    found = set(await tx.scalars(select(Team.id).where(Team.id.in_(team_ids))))
    if set(team_ids) - found:
        raise Invalid("There is no such team in this organization.", field="team_ids")
