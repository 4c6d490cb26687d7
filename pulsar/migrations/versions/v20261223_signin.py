"""Sessions that can be seen and ended, and what people show besides a password."""

from alembic import op

revision = "20261223_signin"
down_revision = "20261222_status_readers"

_NEW = ("sessions", "password_resets", "totp", "recovery_codes", "passkeys", "sign_in_challenges")

_STATEMENTS = (
    "ALTER TABLE users ADD COLUMN email_verified_at TIMESTAMP WITH TIME ZONE,"
    " ADD COLUMN second_factor_at TIMESTAMP WITH TIME ZONE",
    "ALTER TABLE organizations ADD COLUMN second_factor_required BOOLEAN DEFAULT false NOT NULL",
    """CREATE TABLE sessions (
        id UUID NOT NULL,
        user_id UUID NOT NULL,
        organization_id UUID NOT NULL,
        method TEXT NOT NULL,
        address TEXT NOT NULL,
        device TEXT NOT NULL,
        proved_at TIMESTAMP WITH TIME ZONE NOT NULL,
        last_used_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ended_at TIMESTAMP WITH TIME ZONE,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_sessions PRIMARY KEY (id),
        CONSTRAINT fk_sessions_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
    )""",
    "CREATE INDEX ix_sessions_user_id ON sessions (user_id)",
    "CREATE INDEX ix_sessions_ends_at ON sessions (ends_at)",
    # Whoever is signed in stays so, from what is known of them.
    """INSERT INTO sessions
        (id, user_id, organization_id, method, address, device, proved_at, last_used_at, ends_at, created_at)
       SELECT DISTINCT ON (family_id) family_id, user_id, organization_id, 'password', '', '',
              created_at, created_at, now() + interval '30 days', created_at
       FROM refresh_tokens WHERE rotated_at IS NULL AND revoked_at IS NULL AND expires_at > now()
       ORDER BY family_id, created_at DESC""",
    """CREATE TABLE password_resets (
        user_id UUID NOT NULL,
        token_hash BYTEA NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_password_resets PRIMARY KEY (user_id),
        CONSTRAINT uq_password_resets_token_hash UNIQUE (token_hash),
        CONSTRAINT fk_password_resets_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
    )""",
    """CREATE TABLE totp (
        user_id UUID NOT NULL,
        sealed_secret BYTEA NOT NULL,
        confirmed_at TIMESTAMP WITH TIME ZONE,
        last_step BIGINT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_totp PRIMARY KEY (user_id),
        CONSTRAINT fk_totp_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
    )""",
    """CREATE TABLE recovery_codes (
        id UUID NOT NULL,
        user_id UUID NOT NULL,
        code_hash BYTEA NOT NULL,
        used_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_recovery_codes PRIMARY KEY (id),
        CONSTRAINT fk_recovery_codes_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
    )""",
    "CREATE INDEX ix_recovery_codes_user_id ON recovery_codes (user_id)",
    """CREATE TABLE passkeys (
        id UUID NOT NULL,
        user_id UUID NOT NULL,
        name TEXT NOT NULL,
        credential_id BYTEA NOT NULL,
        public_key BYTEA NOT NULL,
        sign_count BIGINT NOT NULL,
        transports TEXT NOT NULL,
        synced BOOLEAN NOT NULL,
        last_used_at TIMESTAMP WITH TIME ZONE,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_passkeys PRIMARY KEY (id),
        CONSTRAINT uq_passkeys_credential_id UNIQUE (credential_id),
        CONSTRAINT fk_passkeys_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
    )""",
    "CREATE INDEX ix_passkeys_user_id ON passkeys (user_id)",
    """CREATE TABLE sign_in_challenges (
        token_hash BYTEA NOT NULL,
        purpose TEXT NOT NULL,
        user_id UUID,
        organization_id UUID,
        method TEXT NOT NULL,
        nonce BYTEA,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_sign_in_challenges PRIMARY KEY (token_hash),
        CONSTRAINT fk_sign_in_challenges_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT ck_sign_in_challenges_purpose CHECK (purpose IN ('second_factor','passkey','new_passkey'))
    )""",
    "CREATE INDEX ix_sign_in_challenges_user_id ON sign_in_challenges (user_id)",
    "CREATE INDEX ix_sign_in_challenges_expires_at ON sign_in_challenges (expires_at)",
    *(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO pulsar_app" for table in _NEW),
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
