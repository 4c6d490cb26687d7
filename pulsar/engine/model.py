"""The tables of workers, who do the jobs, and of nodes, which answer requests."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from pulsar.base.model import Base


class Worker(Base):
    __tablename__ = "workers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    host: Mapped[str]
    pid: Mapped[int]
    version: Mapped[str]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    mended: Mapped[int] = mapped_column(BigInteger, default=0)
    """How much overdue work its sweeps have found and asked for again."""
    swept_at: Mapped[datetime | None]
    audited_at: Mapped[datetime | None]
    """When it last looked through the tables, for what is late and for what is stuck."""


class Node(Base):
    __tablename__ = "nodes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    host: Mapped[str]
    pid: Mapped[int]
    version: Mapped[str]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    listening: Mapped[bool]
    """Whether it hears at once that there is something new, or looks every two seconds."""
