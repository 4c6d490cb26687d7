"""The tables of schedules, their rotations with every plan they ever had, and overrides."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, LargeBinary, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pulsar.base.model import Base, OrgOwned, created_at_column, org_id_column, updated_at_column


class ScheduleRow(OrgOwned):
    """Locked by every change of what is below it, so that two of them never count on the same state."""

    __tablename__ = "schedules"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "team_id"], ["teams.org_id", "teams.id"], ondelete="SET NULL (team_id)"),
    )

    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str]
    team_id: Mapped[UUID | None]
    warn_about_gaps: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()


Index("uq_schedules_name", ScheduleRow.org_id, func.lower(ScheduleRow.name), unique=True)


class RotationRow(OrgOwned):
    """What it does stands in its revisions. A removed one stays, from `removed_at` on without anybody: who was on call
    in the past is still asked. `rotation_type` is how the last plan was put; its unit and length say the same."""

    __tablename__ = "rotations"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "schedule_id"], ["schedules.org_id", "schedules.id"], ondelete="CASCADE"),
        CheckConstraint("rotation_type IN ('daily','weekly','custom')", name="rotation_type"),
        Index("ix_rotations_schedule", "org_id", "schedule_id"),
    )

    schedule_id: Mapped[UUID]
    name: Mapped[str]
    position: Mapped[int]
    rotation_type: Mapped[str]
    removed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()


class RevisionRow(OrgOwned):
    """A plan and the instant from which it holds (none: since ever); no plan: removed."""

    __tablename__ = "rotation_revisions"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "rotation_id"], ["rotations.org_id", "rotations.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "created_by"], ["memberships.org_id", "memberships.user_id"]),
        UniqueConstraint("org_id", "rotation_id", "effective_at", postgresql_nulls_not_distinct=True),
    )

    rotation_id: Mapped[UUID]
    effective_at: Mapped[datetime | None]
    plan: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = created_at_column()


class OverrideRow(OrgOwned):
    __tablename__ = "overrides"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "schedule_id"], ["schedules.org_id", "schedules.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "rotation_id"], ["rotations.org_id", "rotations.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "user_id"], ["memberships.org_id", "memberships.user_id"]),
        ForeignKeyConstraint(["org_id", "created_by"], ["memberships.org_id", "memberships.user_id"]),
        ForeignKeyConstraint(["org_id", "cover_request_id"], ["cover_requests.org_id", "cover_requests.id"]),
        CheckConstraint("ends_at > starts_at", name="span"),
        Index("ix_overrides_schedule", "org_id", "schedule_id", "ends_at"),
    )

    schedule_id: Mapped[UUID]
    rotation_id: Mapped[UUID | None]
    user_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")
    created_by: Mapped[UUID | None]
    cover_request_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()


class CalendarFeed(OrgOwned):
    """A secret address at which calendar programs read: of a schedule, or all shifts of its owner. Only the secret's
    hash is kept."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "schedule_id"], ["schedules.org_id", "schedules.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "user_id"], ["memberships.org_id", "memberships.user_id"]),
        Index("ix_calendar_feeds_user", "org_id", "user_id"),
    )

    schedule_id: Mapped[UUID | None]
    user_id: Mapped[UUID]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    token_prefix: Mapped[str]
    last_used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = created_at_column()


class CoverRequest(OrgOwned):
    """Somebody asks to be covered in a span: one person, or (none named) all who could. Open until it is answered; when
    its end has passed it has expired, which nobody needs to write down."""

    __tablename__ = "cover_requests"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "schedule_id"], ["schedules.org_id", "schedules.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "rotation_id"], ["rotations.org_id", "rotations.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "requester_id"], ["memberships.org_id", "memberships.user_id"]),
        ForeignKeyConstraint(["org_id", "asked_user_id"], ["memberships.org_id", "memberships.user_id"]),
        ForeignKeyConstraint(["org_id", "answered_by"], ["memberships.org_id", "memberships.user_id"]),
        CheckConstraint("ends_at > starts_at", name="span"),
        CheckConstraint("status IN ('open','accepted','declined','cancelled')", name="status"),
        Index("ix_cover_requests_schedule", "org_id", "schedule_id", "ends_at"),
    )

    schedule_id: Mapped[UUID]
    rotation_id: Mapped[UUID | None]
    requester_id: Mapped[UUID]
    asked_user_id: Mapped[UUID | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    message: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="open")
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = created_at_column()


class ShiftNotices(Base):
    """When a person wants to be told of their shifts; who has no row, at the start."""

    __tablename__ = "shift_notices"
    __table_args__ = (ForeignKeyConstraint(["org_id", "user_id"], ["memberships.org_id", "memberships.user_id"]),)

    org_id: Mapped[UUID] = org_id_column()
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    before_minutes: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    at_start: Mapped[bool]
    updated_at: Mapped[datetime]


class ShiftWatch(Base):
    """When to look at a schedule again for somebody to tell of a shift: at once after each change of it, and then when
    the next is to be told."""

    __tablename__ = "shift_watches"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "schedule_id"], ["schedules.org_id", "schedules.id"], ondelete="CASCADE"),
        Index("ix_shift_watches_due", "next_at"),
    )

    org_id: Mapped[UUID] = org_id_column()
    schedule_id: Mapped[UUID] = mapped_column(primary_key=True)
    next_at: Mapped[datetime]
