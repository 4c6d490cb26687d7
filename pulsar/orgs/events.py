"""What happened to an organization and its members."""

from dataclasses import dataclass
from typing import ClassVar

from pulsar.base.events import Event


class OrganizationEvent(Event):
    subject_type: ClassVar = "organization"


@dataclass(frozen=True)
class OrganizationCreated(OrganizationEvent):
    type: ClassVar = "organization.created"
    name: str


class MemberEvent(Event):
    subject_type: ClassVar = "user"


@dataclass(frozen=True)
class MemberJoined(MemberEvent):
    type: ClassVar = "member.joined"
    role: str
