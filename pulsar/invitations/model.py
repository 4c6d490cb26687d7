"""The table of invitations: who may come in, as what, and what came of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from pulsar.base.model import OrgOwned, created_at_column
from pulsar.orgs.roles import Role

OPEN = "accepted_at IS NULL AND revoked_at IS NULL"


class Invitation(OrgOwned):
    """Only the secret's hash is kept. The address is in lower case: an organization has one open invitation for it,
    which may have expired. `team_ids` are those to join on acceptance, if they are still there."""

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint("role IN ('viewer','member','admin','owner')", name="role"),
        ForeignKeyConstraint(["org_id", "invited_by"], ["memberships.org_id", "memberships.user_id"]),
        Index("uq_invitations_email", "org_id", "email", unique=True, postgresql_where=OPEN),
    )

    email: Mapped[str]
    role: Mapped[str]
    team_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    invited_by: Mapped[UUID]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = created_at_column()

    @property
    def rank(self) -> Role:
        return Role(self.role)
