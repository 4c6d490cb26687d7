"""The tables of organizations and of who belongs to them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pulsar.base.ids import new_id
from pulsar.base.model import Base, created_at_column, org_id_column, updated_at_column
from pulsar.orgs.roles import Role


class Organization(Base):
    """The tenant. Its policy lets a transaction see its own organization's row only."""

    __tablename__ = "organizations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    second_factor_required: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    members_within_teams: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Whether members change only what belongs to their teams."""
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()


class Membership(Base):
    """A user in an organization. The row stays when somebody leaves, so that history keeps its names."""

    __tablename__ = "memberships"
    __table_args__ = (CheckConstraint("role IN ('viewer','member','admin','owner')", name="role"),)

    org_id: Mapped[UUID] = org_id_column()
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    role: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    joined_at: Mapped[datetime] = created_at_column()

    @property
    def rank(self) -> Role:
        return Role(self.role)
