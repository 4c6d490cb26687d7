"""What happened to an organization and its members."""

from dataclasses import dataclass
from typing import ClassVar

from pulsar.base.events import Changes, Event


class OrganizationEvent(Event):
    subject_type: ClassVar = "organization"


@dataclass(frozen=True)
class OrganizationCreated(OrganizationEvent):
    type: ClassVar = "organization.created"
    name: str


@dataclass(frozen=True)
class OrganizationUpdated(OrganizationEvent):
    type: ClassVar = "organization.updated"
    name: str
    changes: Changes


class MemberEvent(Event):
    subject_type: ClassVar = "user"


@dataclass(frozen=True)
class MemberJoined(MemberEvent):
    type: ClassVar = "member.joined"
    role: str


@dataclass(frozen=True)
class MemberRoleChanged(MemberEvent):
    type: ClassVar = "member.role_changed"
    name: str
    changes: Changes


@dataclass(frozen=True)
class MemberDeactivated(MemberEvent):
    type: ClassVar = "member.deactivated"
    name: str
    role: str


@dataclass(frozen=True)
class MemberReactivated(MemberEvent):
    type: ClassVar = "member.reactivated"
    name: str
    role: str
