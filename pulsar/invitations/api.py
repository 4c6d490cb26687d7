"""Routes of invitations: for those who invite, and for the guest who holds the link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import EmailStr, Field
from sqlalchemy import select, text

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.http import Body, Page, Pages, Principal, Pulsar, PulsarNode, View, page_of
from pulsar.invitations import actions, mail
from pulsar.invitations.mail import Letter, Way
from pulsar.invitations.model import OPEN, Invitation
from pulsar.invitations.rules import State, Terms, state
from pulsar.orgs.model import Membership, Organization
from pulsar.orgs.roles import Role
from pulsar.orgs.rules import Standing
from pulsar.people.access import AsAdmin, AsViewer, Caller, entered
from pulsar.people.names import team_names, user_names

router = APIRouter(prefix="/invitations", tags=["Invitations"])

# After the #, so that no server, proxy or Referer header has the secret.
PAGE = "/invite#"


class NewInvitation(Body):
    email: EmailStr
    role: Role = Role.MEMBER
    team_ids: list[UUID] = Field(default_factory=list, max_length=50)


class Named(View):
    id: UUID
    name: str


class InvitationView(View):
    id: UUID
    email: str
    role: Role
    teams: list[Named]
    state: State
    invited_by: Named
    created_at: datetime
    expires_at: datetime


class MailView(View):
    sent: bool
    channel: str | None
    answer: str
    """What the mail server said, or why nothing was sent."""


class SentInvitation(InvitationView):
    link: str
    mail: MailView


async def _views(tx: Transaction, rows: Sequence[Invitation]) -> list[InvitationView]:
    inviters = {row.invited_by for row in rows}
    names = await user_names(tx, inviters) | await team_names(tx, (i for row in rows for i in row.team_ids))
    members = await tx.scalars(select(Membership).where(Membership.user_id.in_(inviters)))
    standing = {m.user_id: Standing(m.rank, m.active) for m in members}
    return [_view(row, names, standing[row.invited_by]) for row in rows]


def _view(row: Invitation, names: dict[UUID, str], inviter: Standing) -> InvitationView:
    terms = Terms(row.rank, row.expires_at, bool(row.accepted_at), bool(row.revoked_at))
    return InvitationView(
        id=row.id,
        email=row.email,
        role=row.rank,
        teams=[Named(id=i, name=names[i]) for i in row.team_ids if i in names],
        state=state(terms, inviter, clock.now()),
        invited_by=Named(id=row.invited_by, name=names.get(row.invited_by, "")),
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


@dataclass(frozen=True)
class _Issued:
    """A new link, and what it takes to mail it once the transaction is over."""

    view: InvitationView
    letter: Letter
    ways: list[Way]


async def _issued(tx: Transaction, pulsar: Pulsar, made: tuple[Invitation, str]) -> _Issued:
    invitation, secret = made
    view = (await _views(tx, [invitation]))[0]
    organization = await tx.get_one(Organization, tx.org)
    link = f"{pulsar.settings.base_url}{PAGE}{secret}"
    letter = mail.compose(view.invited_by.name, organization.name, view.role, view.email, view.expires_at, link)
    return _Issued(view, letter, await mail.ways(tx))


async def _mailed(pulsar: Pulsar, caller: Principal, issued: _Issued) -> SentInvitation:
    tries = await mail.send(issued.ways, issued.letter)
    if tries:
        async with entered(pulsar, caller, Role.ADMIN) as tx:
            await mail.log(tx, issued.letter, tries)
    fault = next((way.fault for way in issued.ways if way.fault), mail.NO_CHANNEL)
    last = tries[-1] if tries else None
    shown = MailView(
        sent=bool(last and last.outcome.delivered),
        channel=last.way.name if last else None,
        answer=last.outcome.answer if last else fault,
    )
    return SentInvitation(**issued.view.model_dump(), link=issued.letter.link, mail=shown)


@router.get("")
async def list_invitations(tx: AsViewer, paging: Pages) -> Page[InvitationView]:
    """Those that are neither accepted nor revoked; expired ones too, until somebody renews or revokes them."""
    page = await page_of(tx, select(Invitation).where(text(OPEN)), Invitation.id, paging, list, descending=False)
    return Page[InvitationView](**page.model_dump(exclude={"items"}), items=await _views(tx, page.items))


@router.post("", status_code=201)
async def create_invitation(body: NewInvitation, caller: Caller, pulsar: PulsarNode) -> SentInvitation:
    """The only answer that has the link in it. An open invitation for the same address is renewed."""
    async with entered(pulsar, caller, Role.ADMIN) as tx:
        made = await actions.invite(tx, caller.user_id, body.email, body.role, body.team_ids)
        issued = await _issued(tx, pulsar, made)
    return await _mailed(pulsar, caller, issued)


@router.post("/{invitation_id}/resend")
async def resend_invitation(invitation_id: UUID, caller: Caller, pulsar: PulsarNode) -> SentInvitation:
    """A new link, for another week; the old one is dead."""
    async with entered(pulsar, caller, Role.ADMIN) as tx:
        invitation = await actions.get_open(tx, invitation_id)
        issued = await _issued(tx, pulsar, await actions.renew(tx, caller.user_id, invitation))
    return await _mailed(pulsar, caller, issued)


@router.delete("/{invitation_id}", status_code=204)
async def revoke_invitation(invitation_id: UUID, tx: AsAdmin) -> None:
    await actions.revoke(tx, await actions.get_open(tx, invitation_id))
