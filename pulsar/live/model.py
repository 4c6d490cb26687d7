"""The table of tickets: what a browser shows at the door of the WebSocket instead of its access token."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from pulsar.base.model import Base


class Ticket(Base):
    __tablename__ = "tickets"

    ticket_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[UUID]
    organization_id: Mapped[UUID]
    session_id: Mapped[UUID | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)
