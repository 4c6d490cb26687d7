"""What is a table? The declarative base, and what every organization-owned table has in common."""

from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, Interval, LargeBinary, MetaData, Text, Uuid, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from pulsar.base import clock
from pulsar.base.ids import new_id


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    # Enumerations are text with a CHECK: equality of native enums is not leakproof, and under row-level
    # security their indexes would go unused.
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        UUID: Uuid(),
        datetime: DateTime(timezone=True),
        timedelta: Interval(),
    }


class Sealed(LargeBinary):
    """What `Keys.seal` made: `pulsar rotate-key` seals it anew."""


def org_id_column() -> Mapped[UUID]:
    """Filled by the database from the transaction's organization, so that domain code never mentions it."""
    return mapped_column(primary_key=True, sort_order=-2, server_default=text("current_setting('pulsar.org')::uuid"))


class OrgOwned(Base):
    """A row that belongs to one organization. The key begins with it: references to it are composite
    (foreign-key checks bypass row-level security), and its index serves the policy."""

    __abstract__ = True

    org_id: Mapped[UUID] = org_id_column()
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)


def created_at_column() -> Mapped[datetime]:
    return mapped_column(default=clock.now, sort_order=90)


def updated_at_column() -> Mapped[datetime]:
    return mapped_column(default=clock.now, onupdate=clock.now, sort_order=91)
