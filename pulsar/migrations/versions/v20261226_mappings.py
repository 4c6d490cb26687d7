"""How integrations are read that have no form of their own, and what becomes of what cannot be read."""

from alembic import op

revision = "20261226_mappings"
down_revision = "20261225_webhooks"

_STATEMENTS = (
    "ALTER TABLE incoming_tokens ADD COLUMN unreadable TEXT DEFAULT 'reject' NOT NULL"
    " CONSTRAINT ck_incoming_tokens_unreadable CHECK (unreadable IN ('reject','alert'))",
    """CREATE TABLE integration_mappings (
        org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
        id UUID NOT NULL,
        definition JSONB NOT NULL,
        CONSTRAINT pk_integration_mappings PRIMARY KEY (org_id, id),
        CONSTRAINT fk_integration_mappings_org_id_id FOREIGN KEY (org_id, id)
            REFERENCES incoming_tokens (org_id, id) ON DELETE CASCADE
    )""",
    "ALTER TABLE integration_mappings ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own_organization ON integration_mappings TO pulsar_app"
    " USING (org_id = current_setting('pulsar.org')::uuid)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON integration_mappings TO pulsar_app",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
