"""Who may make whom what? No I/O, no clock."""

from dataclasses import dataclass
from enum import Enum, auto

from pulsar.orgs.roles import Role


@dataclass(frozen=True)
class Standing:
    """What somebody is in an organization."""

    role: Role
    active: bool = True

    @property
    def owns(self) -> bool:
        return self.active and self.role is Role.OWNER


class Refusal(Enum):
    YOURSELF = auto()
    OWNERS_ONLY = auto()
    LAST_OWNER = auto()


def may_give(actor: Role, role: Role) -> bool:
    """An admin makes others up to admin; only an owner makes owners."""
    return actor.includes(Role.ADMIN) and actor.includes(role)


def refusal(actor: Role, before: Standing, after: Standing, *, own: bool, other_owners: int) -> Refusal | None:
    """Why this change of somebody's standing is refused. `other_owners` are the active ones besides that person."""
    if before.owns and not after.owns and other_owners == 0:
        return Refusal.LAST_OWNER
    if own:
        steps_down = before.owns and after.active
        return None if steps_down else Refusal.YOURSELF
    if not may_give(actor, before.role) or not may_give(actor, after.role):
        return Refusal.OWNERS_ONLY
    return None
