"""The tables of alerts and their notes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKeyConstraint, Index, Integer, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from pulsar.alerts.rules import PUNCTUATION
from pulsar.base.model import OrgOwned, created_at_column, updated_at_column

REPORTED = (
    "priority",
    "source",
    "integration_id",
    "assigned_to_user_id",
    "assigned_to_team_id",
    "created_at",
    "first_acknowledged_at",
    "closed_at",
)
_QUOTED_PUNCTUATION = "'" + PUNCTUATION.replace("'", "''") + "'"


class Alert(OrgOwned):
    """`alias` is unique among an organization's alerts that are not closed; the index is what makes two
    first reports of one alarm into one alert."""

    __tablename__ = "alerts"
    __table_args__ = (
        CheckConstraint("priority IN ('P1','P2','P3','P4','P5')", name="priority"),
        CheckConstraint("status IN ('open','acknowledged','snoozed','closed')", name="status"),
        CheckConstraint("num_nonnulls(assigned_to_user_id, assigned_to_team_id) <= 1", name="one_assignee"),
        ForeignKeyConstraint(["org_id", "assigned_to_user_id"], ["memberships.org_id", "memberships.user_id"]),
        ForeignKeyConstraint(
            ["org_id", "assigned_to_team_id"],
            ["teams.org_id", "teams.id"],
            ondelete="SET NULL (assigned_to_team_id)",
        ),
        ForeignKeyConstraint(["org_id", "acknowledged_by_user_id"], ["memberships.org_id", "memberships.user_id"]),
        ForeignKeyConstraint(["org_id", "closed_by_user_id"], ["memberships.org_id", "memberships.user_id"]),
        Index("uq_alerts_alias", "org_id", "alias", unique=True, postgresql_where="status <> 'closed'"),
        Index("uq_alerts_number", "org_id", "number", unique=True),
        # All that reports and most filters ask, without a look at the rows. What a repeat changes is not in it.
        Index("ix_alerts_status", "org_id", "status", "id", postgresql_include=REPORTED),
        Index("ix_alerts_snoozed", "snoozed_until", postgresql_where="status = 'snoozed'"),
        # Words, and as words that nobody can type its organization and tags: see find_alerts.
        Index(
            "ix_alerts_search",
            text("(search || alert_marks(org_id, tags))"),
            postgresql_using="gin",
        ),
    )

    number: Mapped[int] = mapped_column(BigInteger)
    alias: Mapped[str]
    message: Mapped[str]
    description: Mapped[str]
    priority: Mapped[str]
    status: Mapped[str]
    source: Mapped[str]
    entity: Mapped[str]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    count: Mapped[int] = mapped_column(Integer)
    # These three without a foreign key: an old alert does not hold on to what it once came through or followed.
    integration_id: Mapped[UUID | None]
    integration_policy_id: Mapped[UUID | None]
    escalation_policy_id: Mapped[UUID | None]
    assigned_to_user_id: Mapped[UUID | None]
    assigned_to_team_id: Mapped[UUID | None]
    # Stays when the alert is open again; `acknowledged_at` does not.
    first_acknowledged_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_user_id: Mapped[UUID | None]
    snoozed_until: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by_user_id: Mapped[UUID | None]
    close_reason: Mapped[str | None]
    last_occurred_at: Mapped[datetime]
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()
    # 'simple': hosts and error codes are no words of any language. Without punctuation, of which PostgreSQL would make
    # up its mind whether it belongs to a host, a path or a number, and then find each as a whole only.
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "to_tsvector('simple', translate(message || ' ' || left(description, 5000) || ' ' || alias || ' '"
            f" || source || ' ' || entity, {_QUOTED_PUNCTUATION}, repeat(' ', {len(PUNCTUATION)})))",
            persisted=True,
        ),
        deferred=True,
    )


class Note(OrgOwned):
    """`author_id` is a user's, or an API key's, of which the name is all that is left when it was revoked."""

    __tablename__ = "alert_notes"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "alert_id"], ["alerts.org_id", "alerts.id"], ondelete="CASCADE"),
        Index("ix_alert_notes_alert", "org_id", "alert_id", "id"),
    )

    alert_id: Mapped[UUID]
    author_id: Mapped[UUID]
    author_name: Mapped[str] = mapped_column(server_default="")
    text: Mapped[str]
    created_at: Mapped[datetime] = created_at_column()
