"""What happened to teams and accounts."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pulsar.base.events import Changes, Event


class TeamEvent(Event):
    subject_type: ClassVar = "team"


@dataclass(frozen=True)
class TeamCreated(TeamEvent):
    type: ClassVar = "team.created"
    name: str


@dataclass(frozen=True)
class TeamUpdated(TeamEvent):
    type: ClassVar = "team.updated"
    name: str
    changes: Changes


@dataclass(frozen=True)
class TeamDeleted(TeamEvent):
    type: ClassVar = "team.deleted"
    name: str


@dataclass(frozen=True)
class TeamMemberAdded(TeamEvent):
    type: ClassVar = "team.member_added"
    user_id: str
    role: str


@dataclass(frozen=True)
class TeamMemberChanged(TeamEvent):
    type: ClassVar = "team.member_changed"
    user_id: str
    changes: Changes


@dataclass(frozen=True)
class TeamMemberRemoved(TeamEvent):
    type: ClassVar = "team.member_removed"
    user_id: str


@dataclass(frozen=True)
class UserUpdated(Event):
    type: ClassVar = "user.updated"
    subject_type: ClassVar = "user"
    changes: Changes


@dataclass(frozen=True)
class SignedIn(Event):
    type: ClassVar = "user.signed_in"
    subject_type: ClassVar = "user"
    method: str
    address: str
    device: str


@dataclass(frozen=True)
class SignedOut(Event):
    type: ClassVar = "user.signed_out"
    subject_type: ClassVar = "user"


@dataclass(frozen=True)
class SessionsEnded(Event):
    """`reason`: revoked by their user, a password that was changed, a refresh token that came twice."""

    type: ClassVar = "user.sessions_ended"
    subject_type: ClassVar = "user"
    reason: str
    count: int


class ContactEvent(Event):
    """About the person whose it is. The number is theirs, so it is not in it."""

    subject_type: ClassVar = "user"


@dataclass(frozen=True)
class ContactAdded(ContactEvent):
    type: ClassVar = "contact.added"
    kind: str


@dataclass(frozen=True)
class ContactVerified(ContactEvent):
    type: ClassVar = "contact.verified"
    kind: str


@dataclass(frozen=True)
class ContactRemoved(ContactEvent):
    type: ClassVar = "contact.removed"
    kind: str


class AccountEvent(Event):
    """About the member whose it is."""

    subject_type: ClassVar = "user"


@dataclass(frozen=True)
class AccountLinked(AccountEvent):
    type: ClassVar = "account.linked"
    provider: str
    name: str


@dataclass(frozen=True)
class AccountUnlinked(AccountEvent):
    type: ClassVar = "account.unlinked"
    provider: str
    name: str


class ApiKeyEvent(Event):
    subject_type: ClassVar = "api_key"


@dataclass(frozen=True)
class ApiKeyCreated(ApiKeyEvent):
    type: ClassVar = "api_key.created"
    name: str
    scopes: list[str]
    expires_at: datetime | None
    team: str | None


@dataclass(frozen=True)
class ApiKeyUpdated(ApiKeyEvent):
    type: ClassVar = "api_key.updated"
    name: str
    changes: Changes


@dataclass(frozen=True)
class ApiKeyRotated(ApiKeyEvent):
    type: ClassVar = "api_key.rotated"
    name: str
    old_until: datetime | None


@dataclass(frozen=True)
class ApiKeyRevoked(ApiKeyEvent):
    type: ClassVar = "api_key.revoked"
    name: str
