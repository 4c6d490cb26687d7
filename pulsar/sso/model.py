"""The tables of single sign-on: which provider an organization trusts, and who is who there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKeyConstraint, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pulsar.base.model import Base, OrgOwned, Sealed, created_at_column, org_id_column, updated_at_column


class Connection(Base):
    """An organization's provider; it has one at most. `sealed` is the client's secret. Of `domains` those in
    `proven_domains` were shown to be the organization's by the DNS. `role_map` gives a role for values of
    `role_claim`."""

    __tablename__ = "sso_connections"
    __table_args__ = (CheckConstraint("new_role IN ('viewer','member','admin')", name="new_role"),)

    org_id: Mapped[UUID] = org_id_column()
    enabled: Mapped[bool]
    required: Mapped[bool]
    issuer: Mapped[str]
    client_id: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(Sealed)
    domains: Mapped[list[str]] = mapped_column(ARRAY(Text))
    proven_domains: Mapped[list[str]] = mapped_column(ARRAY(Text))
    makes_members: Mapped[bool]
    new_role: Mapped[str]
    role_claim: Mapped[str]
    role_map: Mapped[dict[str, str]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()


class Identity(OrgOwned):
    """Who somebody is at the provider (OpenID Connect Core, 5.7: issuer and subject together, and nothing else), and
    which member that is. A member is one person there."""

    __tablename__ = "sso_identities"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "user_id"], ["memberships.org_id", "memberships.user_id"]),
        Index("uq_sso_identities_subject", "org_id", "issuer", "subject", unique=True),
        Index("uq_sso_identities_user", "org_id", "user_id", "issuer", unique=True),
    )

    issuer: Mapped[str]
    subject: Mapped[str]
    user_id: Mapped[UUID]
    email: Mapped[str]
    last_used_at: Mapped[datetime]
    created_at: Mapped[datetime] = created_at_column()
