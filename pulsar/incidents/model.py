"""The tables of incidents, of who works on them, of their alerts and notes. Their timeline is the stream of events."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from pulsar.alerts.rules import PUNCTUATION
from pulsar.base.model import Base, OrgOwned, created_at_column, org_id_column, updated_at_column
from pulsar.incidents.rules import Milestones

_QUOTED_PUNCTUATION = "'" + PUNCTUATION.replace("'", "''") + "'"


class Incident(OrgOwned):
    """`acknowledged_at` is when the first responder was on it, `mitigated_at` when it was first only watched: neither
    is taken back. `resolved_at` follows the status. `fields` is what stands in the organization's own ones, by id."""

    __tablename__ = "incidents"
    __table_args__ = (
        CheckConstraint("severity IN ('critical','high','medium','low')", name="severity"),
        CheckConstraint("status IN ('investigating','identified','monitoring','resolved')", name="status"),
        CheckConstraint("(status = 'resolved') = (resolved_at IS NOT NULL)", name="resolved_at"),
        CheckConstraint("priority IN ('P1','P2','P3','P4','P5')", name="priority"),
        ForeignKeyConstraint(["org_id", "team_id"], ["teams.org_id", "teams.id"], ondelete="SET NULL (team_id)"),
        ForeignKeyConstraint(["org_id", "created_by_user_id"], ["memberships.org_id", "memberships.user_id"]),
        ForeignKeyConstraint(
            ["org_id", "merged_into_id"], ["incidents.org_id", "incidents.id"], ondelete="SET NULL (merged_into_id)"
        ),
        Index("ix_incidents_merged", "org_id", "merged_into_id", postgresql_where="merged_into_id IS NOT NULL"),
        Index("uq_incidents_number", "org_id", "number", unique=True),
        Index("ix_incidents_status", "org_id", "status", "id"),
        Index("ix_incidents_team", "org_id", "team_id", "id"),
        Index("ix_incidents_search", "search", postgresql_using="gin"),
    )

    number: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    severity: Mapped[str]
    status: Mapped[str]
    priority: Mapped[str]
    team_id: Mapped[UUID | None]
    created_by_user_id: Mapped[UUID | None]
    started_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    mitigated_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    merged_into_id: Mapped[UUID | None]
    fields: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict, server_default=text("'{}'"))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()
    # As in alerts: words of no language, without punctuation.
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "to_tsvector('simple', translate(title || ' ' || left(description, 20000),"
            f" {_QUOTED_PUNCTUATION}, repeat(' ', {len(PUNCTUATION)})))",
            persisted=True,
        ),
        deferred=True,
    )

    @property
    def milestones(self) -> Milestones:
        return Milestones(self.started_at, self.acknowledged_at, self.mitigated_at, self.resolved_at)

    @milestones.setter
    def milestones(self, reached: Milestones) -> None:
        self.started_at, self.acknowledged_at = reached.started_at, reached.acknowledged_at
        self.mitigated_at, self.resolved_at = reached.mitigated_at, reached.resolved_at


class Responder(OrgOwned):
    """Who works on it. Somebody who was paged is one with no `joined_at` until they say that they are coming."""

    __tablename__ = "incident_responders"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "incident_id"], ["incidents.org_id", "incidents.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "user_id"], ["memberships.org_id", "memberships.user_id"]),
        CheckConstraint("role IN ('incident_commander','responder')", name="role"),
        Index("uq_incident_responders_user", "org_id", "incident_id", "user_id", unique=True),
        Index("ix_incident_responders_user", "org_id", "user_id", "incident_id"),
    )

    incident_id: Mapped[UUID]
    user_id: Mapped[UUID]
    role: Mapped[str]
    joined_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = created_at_column()


class LinkedAlert(Base):
    __tablename__ = "incident_alerts"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "incident_id"], ["incidents.org_id", "incidents.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "alert_id"], ["alerts.org_id", "alerts.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "linked_by_user_id"], ["memberships.org_id", "memberships.user_id"]),
        Index("ix_incident_alerts_alert", "org_id", "alert_id", "incident_id"),
    )

    org_id: Mapped[UUID] = org_id_column()
    incident_id: Mapped[UUID] = mapped_column(primary_key=True)
    alert_id: Mapped[UUID] = mapped_column(primary_key=True)
    linked_by_user_id: Mapped[UUID | None]
    linked_at: Mapped[datetime] = created_at_column()


class Note(OrgOwned):
    """Markdown, as it was typed. Its words stand here and not in the stream, which forgets nothing: who has put a
    password into a note can take it out again."""

    __tablename__ = "incident_notes"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "incident_id"], ["incidents.org_id", "incidents.id"], ondelete="CASCADE"),
        Index("ix_incident_notes_incident", "org_id", "incident_id", "id"),
    )

    incident_id: Mapped[UUID]
    author_id: Mapped[UUID]
    author_name: Mapped[str] = mapped_column(server_default="")
    text: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    edited_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = created_at_column()
