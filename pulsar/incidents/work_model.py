"""The tables of what is to be done in an incident, and of where more about it stands."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from pulsar.base.model import OrgOwned, created_at_column


class Task(OrgOwned):
    """`task` is done to end the incident, `action_item` afterwards, so that it does not come again."""

    __tablename__ = "incident_tasks"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "incident_id"], ["incidents.org_id", "incidents.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "owner_id"], ["memberships.org_id", "memberships.user_id"]),
        CheckConstraint("kind IN ('task','action_item')", name="kind"),
        Index("ix_incident_tasks_incident", "org_id", "incident_id", "id"),
        Index("ix_incident_tasks_owner", "org_id", "owner_id", postgresql_where="done_at IS NULL"),
    )

    incident_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(default="task")
    title: Mapped[str]
    owner_id: Mapped[UUID | None]
    due_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = created_at_column()


class Link(OrgOwned):
    __tablename__ = "incident_links"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "incident_id"], ["incidents.org_id", "incidents.id"], ondelete="CASCADE"),
        Index("ix_incident_links_incident", "org_id", "incident_id", "id"),
    )

    incident_id: Mapped[UUID]
    title: Mapped[str]
    url: Mapped[str]
    created_at: Mapped[datetime] = created_at_column()
