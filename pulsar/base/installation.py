"""The table that says which secret key this database was set up with. It has one row."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pulsar.base.model import Base


class Installation(Base):
    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("only_row", name="only_row"),)

    only_row: Mapped[bool] = mapped_column(primary_key=True, default=True, server_default="true")
    key_fingerprint: Mapped[str]
