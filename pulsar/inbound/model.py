"""The tables of incoming tokens, the integrations through which alerts come in, how those are read that
have a mapping, and what they received lately."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, LargeBinary
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from pulsar.base.model import OrgOwned, Sealed, created_at_column, updated_at_column


class IncomingToken(OrgOwned):
    """Only the secret's hash is kept; its first characters stay, to tell tokens apart."""

    __tablename__ = "incoming_tokens"
    __table_args__ = (
        CheckConstraint("default_priority IN ('P1','P2','P3','P4','P5')", name="default_priority"),
        CheckConstraint("unreadable IN ('reject','alert')", name="unreadable"),
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
    unreadable: Mapped[str] = mapped_column(default="reject", server_default="reject")
    signing_secret: Mapped[bytes | None] = mapped_column(Sealed)
    request_count: Mapped[int] = mapped_column(BigInteger, default=0)
    last_used_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    last_error_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()

    @property
    def signed(self) -> bool:
        """Whether what is sent has to be."""
        return self.signing_secret is not None


class Mapping(OrgOwned):
    """How an integration reads that has no form of its own. Its id is the integration's, and so is its version. Apart
    from that row, because each payload that arrives rewrites it."""

    __tablename__ = "integration_mappings"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "id"], ["incoming_tokens.org_id", "incoming_tokens.id"], ondelete="CASCADE"),
    )

    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Payload(OrgOwned):
    """The newest fifty of each integration; `history.write` makes them and forgets the rest. `content` is cut at 64 KiB
    and read only when asked for."""

    __tablename__ = "received_payloads"
    __table_args__ = (
        CheckConstraint("outcome IN ('taken','ignored','unreadable','refused')", name="outcome"),
        ForeignKeyConstraint(
            ["org_id", "token_id"], ["incoming_tokens.org_id", "incoming_tokens.id"], ondelete="CASCADE"
        ),
        Index("ix_received_payloads_token", "org_id", "token_id", "id"),
    )

    token_id: Mapped[UUID]
    received_at: Mapped[datetime]
    source: Mapped[str]
    address: Mapped[str]
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    cut: Mapped[bool]
    outcome: Mapped[str]
    reason: Mapped[str]
    results: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    signals: Mapped[int]
    replay_of: Mapped[UUID | None]
