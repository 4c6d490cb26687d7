"""The table of heartbeats: signs of life that something promised, and when the next one is due."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, LargeBinary
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime, Text

from pulsar.base.model import OrgOwned, created_at_column, updated_at_column


class Heartbeat(OrgOwned):
    """Late from `due_at` on; before the first ping nothing is due. `late_since` says that its alert was made, and is
    taken back when that is closed. `recent_pings`: the newest first.

    `due_at` has no index, so that a ping writes no other page than its row's; the timer reads the whole table, which is
    small."""

    __tablename__ = "heartbeats"
    __table_args__ = (
        CheckConstraint("priority IN ('P1','P2','P3','P4','P5')", name="priority"),
        ForeignKeyConstraint(["org_id", "team_id"], ["teams.org_id", "teams.id"]),
    )

    name: Mapped[str]
    description: Mapped[str]
    interval: Mapped[timedelta]
    grace: Mapped[timedelta]
    priority: Mapped[str]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    team_id: Mapped[UUID | None]
    enabled: Mapped[bool] = mapped_column(default=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    token_prefix: Mapped[str]
    last_ping_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    late_since: Mapped[datetime | None]
    recent_pings: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()
