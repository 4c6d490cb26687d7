"""The tables of the status page: the page, its components, and what the public is told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from pulsar.base.model import OrgOwned, created_at_column, updated_at_column


class StatusPage(OrgOwned):
    """One for each organization, from the first time that somebody sets it up. All organizations share the slugs."""

    __tablename__ = "status_pages"
    __table_args__ = (
        CheckConstraint("NOT enabled OR slug IS NOT NULL", name="slug"),
        Index("uq_status_pages_org", "org_id", unique=True),
        Index("uq_status_pages_slug", "slug", unique=True),
    )

    enabled: Mapped[bool] = mapped_column(default=False)
    slug: Mapped[str | None]
    title: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()


class ComponentRow(OrgOwned):
    """Something that the public uses. They stand in the order of `position`, then of their making."""

    __tablename__ = "status_components"
    __table_args__ = (
        CheckConstraint(
            "state IN ('operational','degraded','partial_outage','major_outage','maintenance')", name="state"
        ),
    )

    name: Mapped[str]
    description: Mapped[str]
    group_name: Mapped[str]
    position: Mapped[int]
    state: Mapped[str] = mapped_column(default="operational")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()


class NoticeRow(OrgOwned):
    """What the public is told of an incident, or of something that is none. Its title was typed for it."""

    __tablename__ = "status_notices"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "incident_id"], ["incidents.org_id", "incidents.id"], ondelete="CASCADE"),
        CheckConstraint("status IN ('investigating','identified','monitoring','resolved')", name="status"),
        Index("uq_status_notices_incident", "org_id", "incident_id", unique=True),
        Index("ix_status_notices_created", "org_id", "created_at"),
    )

    incident_id: Mapped[UUID | None]
    title: Mapped[str]
    status: Mapped[str]
    created_at: Mapped[datetime] = created_at_column()


class PublicUpdate(OrgOwned):
    """It cannot be changed: it is out."""

    __tablename__ = "status_notice_updates"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "notice_id"], ["status_notices.org_id", "status_notices.id"], ondelete="CASCADE"
        ),
        CheckConstraint("status IN ('investigating','identified','monitoring','resolved')", name="status"),
        Index("ix_status_notice_updates_notice", "org_id", "notice_id", "id"),
    )

    notice_id: Mapped[UUID]
    status: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[datetime] = created_at_column()


class Reader(OrgOwned):
    """Somebody who has confirmed that they want to be told by mail."""

    __tablename__ = "status_readers"

    email: Mapped[str]
    created_at: Mapped[datetime] = created_at_column()


Index("uq_status_readers_email", Reader.org_id, func.lower(Reader.email), unique=True)
