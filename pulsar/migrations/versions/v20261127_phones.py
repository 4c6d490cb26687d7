"""Under which numbers people are reached, and what a provider tells of a message after it has taken it."""

from alembic import op

revision = "20261127_phones"
down_revision = "20261126_shift_notices"

_STATEMENTS = (
    "ALTER TABLE notifications ADD COLUMN receipt TEXT, ADD COLUMN withdrawn_at TIMESTAMP WITH TIME ZONE,"
    " ADD CONSTRAINT ck_notifications_receipt CHECK (receipt IN ('delivered','failed')) NOT VALID",
    "ALTER TABLE notifications VALIDATE CONSTRAINT ck_notifications_receipt",
    # Not valid at first: to check the old rows, of which there are many, takes no lock that keeps anybody waiting.
    "ALTER TABLE notification_attempts DROP CONSTRAINT ck_notification_attempts_outcome,"
    " ADD CONSTRAINT ck_notification_attempts_outcome CHECK (outcome IN ('sent','delivered','failed')) NOT VALID",
    "ALTER TABLE notification_attempts VALIDATE CONSTRAINT ck_notification_attempts_outcome",
    """CREATE TABLE contact_methods (
        org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
        id UUID NOT NULL,
        user_id UUID NOT NULL,
        kind TEXT NOT NULL,
        value TEXT NOT NULL,
        verified_at TIMESTAMP WITH TIME ZONE,
        code_hash TEXT,
        code_sent_at TIMESTAMP WITH TIME ZONE,
        code_expires_at TIMESTAMP WITH TIME ZONE,
        attempts INTEGER NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_contact_methods PRIMARY KEY (org_id, id),
        CONSTRAINT ck_contact_methods_kind CHECK (kind IN ('phone')),
        CONSTRAINT fk_contact_methods_org_id_user_id FOREIGN KEY (org_id, user_id)
          REFERENCES memberships (org_id, user_id)
    )""",
    "CREATE UNIQUE INDEX uq_contact_methods_value ON contact_methods (org_id, user_id, kind, value)",
    "CREATE INDEX ix_contact_methods_value ON contact_methods (org_id, kind, value)",
    "ALTER TABLE contact_methods ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own_organization ON contact_methods TO pulsar_app"
    " USING (org_id = current_setting('pulsar.org')::uuid)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON contact_methods TO pulsar_app",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
