"""What happened to how somebody signs in. Told to each of their organizations."""

from dataclasses import dataclass
from typing import ClassVar

from pulsar.base.events import Event


class SignInEvent(Event):
    subject_type: ClassVar = "user"


@dataclass(frozen=True)
class SignInFailed(SignInEvent):
    """`method`: what was wrong, a password, a code."""

    type: ClassVar = "user.sign_in_failed"
    method: str
    address: str
    device: str
