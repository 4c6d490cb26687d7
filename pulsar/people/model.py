"""The tables of users and their sessions, which belong to no organization, and of teams, which do."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from pulsar.base.ids import new_id
from pulsar.base.model import Base, OrgOwned, created_at_column, org_id_column, updated_at_column


class User(Base):
    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str]
    username: Mapped[str]
    full_name: Mapped[str]
    password_hash: Mapped[str]
    time_zone: Mapped[str | None]
    email_verified_at: Mapped[datetime | None]
    # Since when they have any; what it is, knows pulsar.signin.
    second_factor_at: Mapped[datetime | None]
    operator: Mapped[bool] = mapped_column(default=False, server_default="false")
    """May look at how the installation does; not into its organizations."""
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()


# One account per address and name, however they are written.
Index("uq_users_email", func.lower(User.email), unique=True)
Index("uq_users_username", func.lower(User.username), unique=True)


class SessionRow(Base):
    """Somebody who is signed in, with one program. `id` is the family of its refresh tokens. `address` and `device` are
    those of its last use; `proved_at` is when its user last showed who they are; `ends_at` comes however much it is
    used."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[UUID]
    method: Mapped[str]
    address: Mapped[str]
    device: Mapped[str]
    created_at: Mapped[datetime] = created_at_column()
    proved_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]


class RefreshToken(Base):
    """One link of a session's chain. `family_id` names the session; a rotated link that comes again means
    that somebody copied it, and ends the whole family (RFC 9700, 4.14.2)."""

    __tablename__ = "refresh_tokens"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    family_id: Mapped[UUID] = mapped_column(index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[UUID]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    rotated_at: Mapped[datetime | None]
    # Of before there were rows of sessions. Stays until no node is left that reads it.
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = created_at_column()


class LoginFailure(Base):
    """A wrong password, counted against the account and against the address that it came from."""

    __tablename__ = "login_failures"
    __table_args__ = (Index("ix_login_failures_bucket", "bucket", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    bucket: Mapped[str]
    at: Mapped[datetime]


class Team(OrgOwned):
    __tablename__ = "teams"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "escalation_policy_id"], ["escalation_policies.org_id", "escalation_policies.id"]
        ),
    )

    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    escalation_policy_id: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()


Index("uq_teams_name", Team.org_id, func.lower(Team.name), unique=True)


class TeamMember(Base):
    __tablename__ = "team_members"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "team_id"], ["teams.org_id", "teams.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "user_id"], ["memberships.org_id", "memberships.user_id"]),
        CheckConstraint("role IN ('lead','member')", name="role"),
    )

    org_id: Mapped[UUID] = org_id_column()
    team_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(default="member")
    joined_at: Mapped[datetime] = created_at_column()


class ContactMethod(OrgOwned):
    """A number under which a member of this organization says they are reached; used once it is verified.

    `attempts` counts the guesses at the code that `code_hash` is of.
    """

    __tablename__ = "contact_methods"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "user_id"], ["memberships.org_id", "memberships.user_id"]),
        CheckConstraint("kind IN ('phone')", name="kind"),
        Index("uq_contact_methods_value", "org_id", "user_id", "kind", "value", unique=True),
        Index("ix_contact_methods_value", "org_id", "kind", "value"),
    )

    user_id: Mapped[UUID]
    kind: Mapped[str]
    value: Mapped[str]
    verified_at: Mapped[datetime | None]
    code_hash: Mapped[str | None]
    code_sent_at: Mapped[datetime | None]
    code_expires_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = created_at_column()


class LinkedAccount(OrgOwned):
    """Whose account at a provider it is: what is pressed there with it, this member has pressed. `workspace` is the
    part of the provider's world in which `account` means one person; empty where it means one everywhere."""

    __tablename__ = "linked_accounts"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "user_id"], ["memberships.org_id", "memberships.user_id"]),
        CheckConstraint("provider IN ('slack','telegram')", name="provider"),
        Index("uq_linked_accounts_account", "org_id", "provider", "workspace", "account", unique=True),
        Index("ix_linked_accounts_user", "org_id", "user_id"),
    )

    user_id: Mapped[UUID]
    provider: Mapped[str]
    workspace: Mapped[str]
    account: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[datetime] = created_at_column()


class ApiKey(OrgOwned):
    """By which a script calls the API. `old_key_hash`, of before its rotation, is good until `old_key_until`.
    With a team it is about what belongs to the team only, and goes with it."""

    __tablename__ = "api_keys"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "team_id"], ["teams.org_id", "teams.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "created_by"], ["memberships.org_id", "memberships.user_id"]),
        Index("uq_api_keys_key_hash", "key_hash", unique=True),
        Index("uq_api_keys_old_key_hash", "old_key_hash", unique=True),
    )

    name: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    key_hash: Mapped[bytes] = mapped_column(LargeBinary)
    key_prefix: Mapped[str]
    old_key_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_key_until: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    team_id: Mapped[UUID | None]
    created_by: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = created_at_column()
