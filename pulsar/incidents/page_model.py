"""The table of pages into incidents. Whom each has reached so far stands in its escalation."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from pulsar.base.model import OrgOwned, created_at_column


class IncidentPage(OrgOwned):
    """`target_type` and `target_name` say whom somebody wanted, as it was called then; who is to come is known when a
    level fires. `acknowledged_at` is when the first of them said that they are coming."""

    __tablename__ = "incident_pages"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "incident_id"], ["incidents.org_id", "incidents.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "paged_by_user_id"], ["memberships.org_id", "memberships.user_id"]),
        ForeignKeyConstraint(["org_id", "acknowledged_by_user_id"], ["memberships.org_id", "memberships.user_id"]),
        CheckConstraint("target_type IN ('user','team','policy')", name="target_type"),
        Index("ix_incident_pages_incident", "org_id", "incident_id", "id"),
    )

    incident_id: Mapped[UUID]
    target_type: Mapped[str]
    target_id: Mapped[UUID]
    target_name: Mapped[str]
    message: Mapped[str]
    paged_by_user_id: Mapped[UUID | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_user_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = created_at_column()
