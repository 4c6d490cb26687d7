"""The tables of channels, of what people want of them, of notifications, and of every attempt to deliver one."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, LargeBinary, Time, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pulsar.base.model import Base, OrgOwned, Sealed, created_at_column, org_id_column, updated_at_column


class ChannelRow(OrgOwned):
    """A channel as an organization set it up. Its secrets lie sealed in `secrets`, never in `config`.

    `bundle` is the time in which one recipient gets at most one message, but for P1; the rest comes as a digest. Zero
    for none. `failures` and `retry_at` are its breaker; `broken_since` is set while it needs somebody to look at it,
    and `report_at` until its owners have been told so.
    """

    __tablename__ = "channels"
    __table_args__ = (Index("ix_channels_report", "report_at", postgresql_where="report_at IS NOT NULL"),)

    name: Mapped[str]
    channel_type: Mapped[str]
    enabled: Mapped[bool] = mapped_column(default=True)
    config: Mapped[dict[str, Any]] = mapped_column(JSONB)
    secrets: Mapped[bytes | None] = mapped_column(Sealed)
    bundle: Mapped[timedelta] = mapped_column(default=timedelta())
    follow_ups: Mapped[bool] = mapped_column(default=False)
    failures: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None]
    broken_since: Mapped[datetime | None]
    report_at: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    last_error_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()


Index("uq_channels_name", ChannelRow.org_id, func.lower(ChannelRow.name), unique=True)


class PreferenceRow(OrgOwned):
    """What one person wants of one personal channel. Who has none for a channel wants everything, at once.

    `dnd_end` is null for midnight at the day's end, `dnd_days` (ISO) empty for every day.
    """

    __tablename__ = "notification_preferences"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "user_id"], ["memberships.org_id", "memberships.user_id"]),
        ForeignKeyConstraint(["org_id", "channel_id"], ["channels.org_id", "channels.id"], ondelete="CASCADE"),
        CheckConstraint("min_priority IN ('P1','P2','P3','P4','P5')", name="min_priority"),
        CheckConstraint("dnd_start IS NOT NULL OR dnd_end IS NULL", name="dnd"),
        Index("uq_notification_preferences_channel", "org_id", "user_id", "channel_id", unique=True),
    )

    user_id: Mapped[UUID]
    channel_id: Mapped[UUID]
    enabled: Mapped[bool] = mapped_column(default=True)
    min_priority: Mapped[str] = mapped_column(default="P5")
    dnd_start: Mapped[time | None] = mapped_column(Time)
    dnd_end: Mapped[time | None] = mapped_column(Time)
    dnd_days: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)
    p1_passes_dnd: Mapped[bool] = mapped_column(default=True)
    delay: Mapped[timedelta] = mapped_column(default=timedelta())
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()


class DeviceRow(OrgOwned):
    """A browser or a phone that takes web push for one person.

    `subscription` is its address and its keys, sealed: who has them can write to it. `endpoint_hash` tells it from
    others. Both are null once the push service has said that there is nothing there any more (`gone_at`); the row stays
    for its owner to see.
    """

    __tablename__ = "push_devices"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "user_id"], ["memberships.org_id", "memberships.user_id"]),
        Index("uq_push_devices_endpoint", "org_id", "endpoint_hash", unique=True),
        Index("ix_push_devices_user", "org_id", "user_id"),
    )

    user_id: Mapped[UUID]
    name: Mapped[str]
    service: Mapped[str]
    subscription: Mapped[bytes | None] = mapped_column(Sealed)
    endpoint_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    last_success_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    last_error_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()


class Pace(Base):
    """Until when one recipient of a channel gets no further message of a kind, because one has just gone out. The
    recipient of a room is the channel itself, of web push each device."""

    __tablename__ = "notification_paces"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "channel_id"], ["channels.org_id", "channels.id"], ondelete="CASCADE"),
    )

    org_id: Mapped[UUID] = org_id_column()
    channel_id: Mapped[UUID] = mapped_column(primary_key=True)
    recipient_id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(primary_key=True)
    quiet_until: Mapped[datetime]
    notification_id: Mapped[UUID]


REPORTED = ("channel_id", "status", "sent_at", "purpose", "user_id", "subject_id")


class Notification(OrgOwned):
    """One message to one recipient over one channel. It outlives its channel and its subject: it is the log. Over web
    push each of a person's devices is a recipient of its own, and named behind the channel.

    What a preference held back is in it too, as `suppressed`, with `held_back_by` as the reason for machines; of one
    that is pending it is what it waits for. One that goes out in a digest is `carried_by` that, and shares its fate.
    `receipt` is what a provider told after it had taken the message; `withdrawn_at` keeps that from calling for another
    try. `reference` is what the provider calls a message that can be changed; an `update` is what changes it.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        CheckConstraint(
            "status IN ('pending','sending','sent','delivered','failed','cancelled','suppressed')", name="status"
        ),
        CheckConstraint("receipt IN ('delivered','failed')", name="receipt"),
        ForeignKeyConstraint(["org_id", "user_id"], ["memberships.org_id", "memberships.user_id"]),
        Index("uq_notifications_key", "org_id", "key", unique=True),
        Index("ix_notifications_subject", "org_id", "subject_id", "created_at"),
        Index("ix_notifications_user", "org_id", "user_id", "status", "created_at", postgresql_include=["channel_id"]),
        Index(
            "ix_notifications_channel", "org_id", "channel_id", "status", "created_at", postgresql_include=["user_id"]
        ),
        Index("ix_notifications_status", "org_id", "status", "created_at"),
        Index("ix_notifications_created", "org_id", "created_at", postgresql_include=REPORTED),
        Index("ix_notifications_waiting", "org_id", "channel_id", "user_id", postgresql_where="status = 'pending'"),
        Index("ix_notifications_carried", "org_id", "carried_by", postgresql_where="carried_by IS NOT NULL"),
        Index("ix_notifications_due", "next_attempt_at", postgresql_where="status IN ('pending','sending')"),
    )

    key: Mapped[str]
    purpose: Mapped[str]
    subject_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]
    channel_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    channel_name: Mapped[str]
    channel_type: Mapped[str]
    level: Mapped[int | None]
    cycle: Mapped[int | None]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    status: Mapped[str] = mapped_column(default="pending")
    reason: Mapped[str | None]
    held_back_by: Mapped[str | None]
    carried_by: Mapped[UUID | None]
    tries: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    receipt: Mapped[str | None]
    reference: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    withdrawn_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = created_at_column()


class Attempt(OrgOwned):
    """One try: when it began, what came back, how long it took. Or what the provider told of it later."""

    __tablename__ = "notification_attempts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "notification_id"], ["notifications.org_id", "notifications.id"], ondelete="CASCADE"
        ),
        CheckConstraint("outcome IN ('sent','delivered','failed')", name="outcome"),
        Index("ix_notification_attempts_notification", "org_id", "notification_id", "at"),
    )

    notification_id: Mapped[UUID]
    at: Mapped[datetime]
    outcome: Mapped[str]
    answer: Mapped[str]
    duration_ms: Mapped[int]
