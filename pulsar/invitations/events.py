"""What happened to invitations. That somebody came in by one is `member.joined` or `member.reactivated`."""

from dataclasses import dataclass
from typing import ClassVar

from pulsar.base.events import Event


class InvitationEvent(Event):
    subject_type: ClassVar = "invitation"


@dataclass(frozen=True)
class MemberInvited(InvitationEvent):
    """Also when a new link is made for the same address: the old one is dead then."""

    type: ClassVar = "member.invited"
    email: str
    role: str


@dataclass(frozen=True)
class InvitationRevoked(InvitationEvent):
    type: ClassVar = "member.invitation_revoked"
    email: str
