"""The table of incoming tokens: the integrations through which alerts come in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, LargeBinary
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from pulsar.base.model import OrgOwned, created_at_column, updated_at_column


class IncomingToken(OrgOwned):
    """Only the secret's hash is kept; its first characters stay, to tell tokens apart."""

    __tablename__ = "incoming_tokens"
    __table_args__ = (
        CheckConstraint("default_priority IN ('P1','P2','P3','P4','P5')", name="default_priority"),
        ForeignKeyConstraint(["org_id", "team_id"], ["teams.org_id", "teams.id"]),
        ForeignKeyConstraint(
            ["org_id", "escalation_policy_id"], ["escalation_policies.org_id", "escalation_policies.id"]
        ),
    )

    name: Mapped[str]
    integration_type: Mapped[str]
    enabled: Mapped[bool] = mapped_column(default=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    token_prefix: Mapped[str]
    default_priority: Mapped[str | None]
    default_tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    team_id: Mapped[UUID | None]
    escalation_policy_id: Mapped[UUID | None]
    request_count: Mapped[int] = mapped_column(BigInteger, default=0)
    last_used_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    last_error_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()
