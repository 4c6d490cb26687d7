"""What happened to how somebody signs in. Told to each of their organizations."""

from dataclasses import dataclass
from typing import ClassVar

from pulsar.base.events import Changes, Event


class SignInEvent(Event):
    subject_type: ClassVar = "user"


@dataclass(frozen=True)
class SignInFailed(SignInEvent):
    """`method`: what was wrong, a password, a code."""

    type: ClassVar = "user.sign_in_failed"
    method: str
    address: str
    device: str


@dataclass(frozen=True)
class PasswordSet(SignInEvent):
    type: ClassVar = "user.password_set"
    by_mail: bool
    sessions_ended: int


@dataclass(frozen=True)
class EmailVerified(SignInEvent):
    type: ClassVar = "user.email_verified"


@dataclass(frozen=True)
class EmailChanged(SignInEvent):
    type: ClassVar = "user.email_changed"
    changes: Changes


@dataclass(frozen=True)
class SecondFactorAdded(SignInEvent):
    type: ClassVar = "user.second_factor_added"
    kind: str
    name: str


@dataclass(frozen=True)
class SecondFactorRemoved(SignInEvent):
    type: ClassVar = "user.second_factor_removed"
    kind: str
    name: str


@dataclass(frozen=True)
class PasskeyRenamed(SignInEvent):
    type: ClassVar = "user.passkey_renamed"
    changes: Changes


@dataclass(frozen=True)
class RecoveryCodesMade(SignInEvent):
    type: ClassVar = "user.recovery_codes_made"


@dataclass(frozen=True)
class SecondFactorRequired(Event):
    """Or no longer: it says which."""

    type: ClassVar = "organization.second_factor_changed"
    subject_type: ClassVar = "organization"
    changes: Changes
