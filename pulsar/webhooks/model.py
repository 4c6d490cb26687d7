"""The tables of webhooks: endpoints, what each was to be told, and every try at it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text, Uuid

from pulsar.base.model import OrgOwned, Sealed, created_at_column, updated_at_column

_UNFINISHED = "state IN ('waiting','pending','sending')"


class Endpoint(OrgOwned):
    """`planned_to` is the number of the last event of which it is settled whether it is told there. `failures` are in a
    row, since `failing_since`; before `resume_at` the receiver wants no more. Headers and secrets are sealed.

    Team and priority filters name teams without a foreign key: a team that is gone has no alerts any more."""

    __tablename__ = "webhook_endpoints"

    name: Mapped[str]
    url: Mapped[str]
    enabled: Mapped[bool] = mapped_column(default=True)
    flags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    patterns: Mapped[list[str]] = mapped_column(ARRAY(Text))
    team_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    priorities: Mapped[list[str]] = mapped_column(ARRAY(Text))
    headers: Mapped[bytes | None] = mapped_column(Sealed)
    timeout: Mapped[timedelta]
    max_retries: Mapped[int]
    retry_delay: Mapped[timedelta]
    secret: Mapped[bytes] = mapped_column(Sealed)
    previous_secret: Mapped[bytes | None] = mapped_column(Sealed)
    previous_until: Mapped[datetime | None]
    planned_to: Mapped[int] = mapped_column(BigInteger)
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None]
    resume_at: Mapped[datetime | None]
    last_delivered_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()


class Delivery(OrgOwned):
    """One event on its way to one endpoint; the id is what the receiver knows it by, however often it is sent.

    Of those about one object only the first has a `due_at`: the others are waiting for it. While it is being sent, that
    is when the worker who sends it is taken for dead. Without a foreign key to its endpoint, so that one with millions
    of deliveries can be deleted; what is left of it is forgotten later. `number`: the event's; a test has none."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint("state IN ('waiting','pending','sending','delivered','failed')", name="state"),
        CheckConstraint("(due_at IS NOT NULL) = (state IN ('pending','sending'))", name="due_at"),
        Index("uq_webhook_deliveries_event", "org_id", "endpoint_id", "number", unique=True),
        Index("ix_webhook_deliveries_due", "org_id", "endpoint_id", "due_at", postgresql_where="due_at IS NOT NULL"),
        Index(
            "ix_webhook_deliveries_line",
            "org_id",
            "endpoint_id",
            "subject_id",
            "number",
            postgresql_where=_UNFINISHED,
        ),
        Index("ix_webhook_deliveries_endpoint", "org_id", "endpoint_id", "id"),
        Index("ix_webhook_deliveries_state", "org_id", "state", "id"),
        Index("ix_webhook_deliveries_type", "org_id", "event_type", "id"),
    )

    endpoint_id: Mapped[UUID]
    number: Mapped[int | None] = mapped_column(BigInteger)
    event_type: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    body: Mapped[str] = mapped_column(deferred=True)
    state: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]
    finished_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = created_at_column()


class Attempt(OrgOwned):
    """What was sent besides the body, and what came back; of a header that is secret only that it was there."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "delivery_id"], ["webhook_deliveries.org_id", "webhook_deliveries.id"], ondelete="CASCADE"
        ),
        Index("ix_webhook_attempts_delivery", "org_id", "delivery_id", "id"),
    )

    delivery_id: Mapped[UUID]
    at: Mapped[datetime]
    duration_ms: Mapped[int]
    url: Mapped[str]
    request_headers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    status: Mapped[int | None]
    error: Mapped[str | None]
    response_headers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    response_body: Mapped[str]
