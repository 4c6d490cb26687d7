"""The tables of what stakeholders are told, and of who they are."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from pulsar.base.model import OrgOwned, created_at_column


class Subscriber(OrgOwned):
    """A member, or somebody who is none, by their address."""

    __tablename__ = "incident_subscribers"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "incident_id"], ["incidents.org_id", "incidents.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "user_id"], ["memberships.org_id", "memberships.user_id"]),
        CheckConstraint("num_nonnulls(user_id, email) = 1", name="one"),
        Index("uq_incident_subscribers_user", "org_id", "incident_id", "user_id", unique=True),
    )

    incident_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    email: Mapped[str | None]
    created_at: Mapped[datetime] = created_at_column()


_ADDRESS = func.lower(Subscriber.email)
Index("uq_incident_subscribers_email", Subscriber.org_id, Subscriber.incident_id, _ADDRESS, unique=True)


class StatusUpdate(OrgOwned):
    """What was told, and how the incident stood then. It cannot be changed: it is out. `notification_ids` are the
    messages in which it went. The author may be an API key, of which the name stays when it is revoked."""

    __tablename__ = "incident_updates"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "incident_id"], ["incidents.org_id", "incidents.id"], ondelete="CASCADE"),
        CheckConstraint("status IN ('investigating','identified','monitoring','resolved')", name="status"),
        Index("ix_incident_updates_incident", "org_id", "incident_id", "id"),
    )

    incident_id: Mapped[UUID]
    author_id: Mapped[UUID]
    author_name: Mapped[str]
    status: Mapped[str]
    text: Mapped[str]
    notification_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), default=list)
    created_at: Mapped[datetime] = created_at_column()
