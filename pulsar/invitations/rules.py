"""Does an invitation still stand? No I/O, no clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pulsar.orgs.roles import Role
from pulsar.orgs.rules import Standing, may_give

LIFETIME = timedelta(days=7)

State = Literal["pending", "expired", "void", "revoked", "accepted"]


@dataclass(frozen=True)
class Terms:
    """As what somebody is invited, and until when."""

    role: Role
    expires_at: datetime
    accepted: bool
    revoked: bool


def state(terms: Terms, inviter: Standing, now: datetime) -> State:
    """Void is what its inviter could not give any more: an admin who was removed must not come back by an invitation
    that they sent to another address of theirs."""
    if terms.accepted:
        return "accepted"
    if terms.revoked:
        return "revoked"
    if not inviter.active or not may_give(inviter.role, terms.role):
        return "void"
    return "pending" if now < terms.expires_at else "expired"
