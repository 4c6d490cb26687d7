"""What may a role do? viewer reads, member works on alerts, admin configures, owner manages the organization."""

from enum import StrEnum


class Role(StrEnum):
    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"
    OWNER = "owner"

    def includes(self, needed: "Role") -> bool:
        """Each role may do what those before it may."""
        order = list(Role)
        return order.index(self) >= order.index(needed)
