"""What happened to an organization's single sign-on."""

from dataclasses import dataclass
from typing import ClassVar

from pulsar.base.events import Changes, Event


class SsoEvent(Event):
    """About the organization."""

    subject_type: ClassVar = "organization"


@dataclass(frozen=True)
class SsoConfigured(SsoEvent):
    type: ClassVar = "sso.configured"
    issuer: str
    changes: Changes


@dataclass(frozen=True)
class SsoRemoved(SsoEvent):
    type: ClassVar = "sso.removed"
    issuer: str


@dataclass(frozen=True)
class SsoDomainProven(SsoEvent):
    type: ClassVar = "sso.domain_proven"
    domain: str


@dataclass(frozen=True)
class SsoLinked(Event):
    """Somebody came in by it for the first time."""

    type: ClassVar = "sso.linked"
    subject_type: ClassVar = "user"
    email: str


@dataclass(frozen=True)
class SsoUnlinked(Event):
    type: ClassVar = "sso.unlinked"
    subject_type: ClassVar = "user"
    email: str
