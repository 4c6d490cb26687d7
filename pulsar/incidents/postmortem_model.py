"""The table of post-mortems: one for each incident that has any."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from pulsar.base.model import OrgOwned, created_at_column, updated_at_column


class Postmortem(OrgOwned):
    """Markdown. Its action items are the incident's tasks of that kind, so that they are ticked off in one place."""

    __tablename__ = "incident_postmortems"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "incident_id"], ["incidents.org_id", "incidents.id"], ondelete="CASCADE"),
        CheckConstraint("status IN ('draft','published')", name="status"),
        CheckConstraint("(status = 'published') = (published_at IS NOT NULL)", name="published_at"),
        Index("uq_incident_postmortems_incident", "org_id", "incident_id", unique=True),
    )

    incident_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(default="draft")
    text: Mapped[str]
    published_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()
