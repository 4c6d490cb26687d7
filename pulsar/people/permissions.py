"""What may an API key do? The scopes that a key can have, and which of them opens which route."""

from collections.abc import Iterable
from enum import StrEnum

from pulsar.orgs.roles import Role


class Scope(StrEnum):
    READ = "read"
    ALERTS = "alerts"
    ON_CALL = "on-call"
    CONFIGURATION = "configuration"
    ADMIN = "admin"


GRANTED_BY = {
    Scope.READ: Role.VIEWER,
    Scope.ALERTS: Role.MEMBER,
    Scope.ON_CALL: Role.MEMBER,
    Scope.CONFIGURATION: Role.ADMIN,
    Scope.ADMIN: Role.OWNER,
}
"""The role that can do by itself what a key with the scope can: nobody gives a key more than they have."""


def role_with(scopes: Iterable[str]) -> Role:
    """The highest role that any of these amounts to."""
    return max((GRANTED_BY[Scope(scope)] for scope in scopes), key=list(Role).index)


_AREAS = {
    "alerts": Scope.ALERTS,
    "incidents": Scope.ALERTS,
    "heartbeats": Scope.ALERTS,
    "oncall": Scope.ON_CALL,
    "schedules": Scope.ON_CALL,
    "cover-requests": Scope.ON_CALL,
}
# Who belongs to the organization, and what they did.
_ADMINISTRATION = {"api-keys", "audit", "invitations", "organizations", "sso", "users"}


def opened_by(path: str, role: Role) -> frozenset[Scope]:
    """The scopes any of which opens a route that needs this role. `path`: below /api/v1/, such as `alerts`.

    Reading is open to `read`, and to the scope of the area. Of what only owners may do, and of who belongs here,
    `admin` alone decides."""
    area = path.partition("/")[0]
    if role is Role.VIEWER:
        return frozenset({Scope.READ, Scope.ADMIN, _AREAS.get(area, Scope.READ)})
    if role is Role.OWNER or area in _ADMINISTRATION:
        return frozenset({Scope.ADMIN})
    if role is Role.MEMBER:
        return frozenset({Scope.ADMIN, _AREAS.get(area, Scope.ALERTS)})
    return frozenset({Scope.ADMIN, Scope.CONFIGURATION})
