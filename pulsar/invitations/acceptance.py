"""May whoever holds this secret come in? What it invites to, and how it is accepted, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn
from uuid import UUID

from sqlalchemy import select, text

from pulsar.base import clock, crypto
from pulsar.base.db import Database, Transaction
from pulsar.base.errors import Gone, NotFound
from pulsar.base.events import Actor
from pulsar.invitations.actions import AlreadyMember
from pulsar.invitations.model import Invitation
from pulsar.invitations.rules import State, Terms, state
from pulsar.orgs import actions as orgs
from pulsar.orgs.model import Membership, Organization
from pulsar.orgs.rules import Standing
from pulsar.people import members, sessions
from pulsar.people.events import TeamMemberAdded
from pulsar.people.model import Team, TeamMember, User
from pulsar.people.sessions import Client, Session, SingleSignOnNeeded
from pulsar.signin import places


class UnknownInvitation(NotFound):
    """This link leads to no invitation. It was not copied whole, or a newer one was sent."""


class InvitationExpired(Gone):
    """This invitation has expired. Ask for a new link."""


class InvitationRevoked(Gone):
    """This invitation was taken back."""


class InvitationUsed(Gone):
    """This invitation was accepted already; sign in instead."""


class InvitationVoid(Gone):
    """Whoever sent this invitation may not invite any more. Ask somebody else for a new one."""


_GONE: dict[State, type[Gone]] = {
    "expired": InvitationExpired,
    "revoked": InvitationRevoked,
    "accepted": InvitationUsed,
    "void": InvitationVoid,
}


@dataclass(frozen=True)
class Opened:
    """An invitation that still stands, as its guest reads it."""

    org_id: UUID
    organization_name: str
    email: str
    role: str
    invited_by: str
    account: User | None


@dataclass(frozen=True)
class NewAccount:
    username: str
    full_name: str
    password: str


async def open_with(db: Database, secret: str) -> Opened:
    """Raises UnknownInvitation, or Gone with the reason."""
    org_id, invitation_id = await _place_of(db, secret)
    async with db.in_org(org_id) as tx:
        invitation, inviter = await _standing(tx, invitation_id, secret)
        organization = await tx.get_one(Organization, org_id)
        account = await sessions.account_of(tx, invitation.email)
        return Opened(org_id, organization.name, invitation.email, invitation.role, inviter.full_name, account)


async def _place_of(db: Database, secret: str) -> tuple[UUID, UUID]:
    """Whose it is no single organization can say, so it asks a function of the owner's."""
    async with db.without_org() as tx:
        query = text("SELECT org_id, id FROM invitation_of(:hash)")
        row = (await tx.execute(query, {"hash": crypto.token_hash(secret)})).one_or_none()
    if not row:
        raise UnknownInvitation
    return row.org_id, row.id


async def _standing(tx: Transaction, invitation_id: UUID, secret: str) -> tuple[Invitation, User]:
    """Locked, so that of two who accept at once the second finds it used. It may have been renewed since the secret
    was looked up."""
    query = select(Invitation).where(Invitation.id == invitation_id).with_for_update()
    invitation = await tx.scalar(query)
    if not invitation or invitation.token_hash != crypto.token_hash(secret):
        raise UnknownInvitation
    inviter = await tx.get_one(Membership, (tx.org, invitation.invited_by))
    terms = Terms(invitation.rank, invitation.expires_at, bool(invitation.accepted_at), bool(invitation.revoked_at))
    found = state(terms, Standing(inviter.rank, inviter.active), clock.now())
    if found != "pending":
        _refuse(found)
    return invitation, await tx.get_one(User, inviter.user_id)


def _refuse(found: State) -> NoReturn:
    raise _GONE[found]


async def accept(db: Database, secret: str, guest: User | NewAccount, client: Client) -> Session:
    """The account, the membership and the session, or none of them; only where single sign-on is required does the
    session begin there, and SingleSignOnNeeded is raised. `guest` has proved to be the account that has the
    invitation's address, or makes it."""
    org_id, invitation_id = await _place_of(db, secret)
    password_hash = await crypto.hash_password(guest.password) if isinstance(guest, NewAccount) else ""
    async with db.in_org(org_id) as tx:
        invitation, _ = await _standing(tx, invitation_id, secret)
        if isinstance(guest, NewAccount):
            user = await sessions.create_user(tx, invitation.email, guest.username, password_hash, guest.full_name)
        else:
            user = guest
        tx.actor = Actor("user", user.id, user.full_name)
        await _enter(tx, user, invitation)
        await _join_teams(tx, user.id, invitation.team_ids)
        invitation.accepted_at = clock.now()
        await tx.flush()
        if org_id not in await sessions.closed_to(tx, user.id):
            return await places.begin(tx, user, org_id, sessions.INVITATION, client)
        slug = (await tx.get_one(Organization, org_id)).slug
    raise SingleSignOnNeeded("You are in. This organization is entered by its single sign-on.", organization=slug)


async def _enter(tx: Transaction, user: User, invitation: Invitation) -> None:
    membership = await tx.get(Membership, (tx.org, user.id), with_for_update=True)
    if not membership:
        await orgs.join(tx, user.id, invitation.rank)
    elif membership.active:
        raise AlreadyMember("You are a member already; sign in instead.")
    else:
        await members.settle(tx, user, membership, Standing(invitation.rank))


async def _join_teams(tx: Transaction, user_id: UUID, team_ids: Sequence[UUID]) -> None:
    """Those that are still there, and that the user is not in from an earlier time."""
    mine = select(TeamMember.team_id).where(TeamMember.user_id == user_id)
    teams = await tx.scalars(select(Team).where(Team.id.in_(team_ids), Team.id.not_in(mine)).order_by(Team.id))
    for team in teams.all():
        tx.add(TeamMember(team_id=team.id, user_id=user_id, role="member"))
        tx.record(TeamMemberAdded(team.id, user_id=str(user_id), role="member"))
