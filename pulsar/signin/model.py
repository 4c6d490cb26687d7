"""The tables of what people show besides a password, and of what is under way while they sign in. All of them belong to
a user, and so to no organization."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from pulsar.base.ids import new_id
from pulsar.base.model import Base, Sealed, created_at_column


def _user_id(*, key: bool = False) -> Mapped[UUID]:
    return mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=key, index=not key or None)


class PasswordReset(Base):
    """The one link that sets a new password of a user's; a newer one takes its place."""

    __tablename__ = "password_resets"

    user_id: Mapped[UUID] = _user_id(key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime]


class Totp(Base):
    """An authenticator app (RFC 6238). `sealed_secret` counts from `confirmed_at` on, when a code from it was right;
    `last_step` is of the last code that was taken: none is taken twice."""

    __tablename__ = "totp"

    user_id: Mapped[UUID] = _user_id(key=True)
    sealed_secret: Mapped[bytes] = mapped_column(Sealed)
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = created_at_column()


class RecoveryCode(Base):
    """For whoever has lost everything else. Good once."""

    __tablename__ = "recovery_codes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = _user_id()
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A credential of WebAuthn's: here is its public half, and the private one never leaves its authenticator."""

    __tablename__ = "passkeys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = _user_id()
    name: Mapped[str]
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[str]
    synced: Mapped[bool]
    created_at: Mapped[datetime] = created_at_column()
    last_used_at: Mapped[datetime | None]


class Challenge(Base):
    """What is under way and goes on with the next request, which brings the token: a sign-in that waits for its second
    factor, or a signature that a passkey is to make over `nonce`."""

    __tablename__ = "sign_in_challenges"
    __table_args__ = (CheckConstraint("purpose IN ('second_factor','passkey','new_passkey')", name="purpose"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    purpose: Mapped[str]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[UUID | None]
    method: Mapped[str] = mapped_column(default="")
    nonce: Mapped[bytes | None] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(index=True)
