"""Messages that are changed where they stand, and the accounts of people at providers, by whose buttons they act."""

from alembic import op

revision = "20261130_shown_messages"
down_revision = "20261130_self_watch"

_STATEMENTS = (
    "ALTER TABLE notifications ADD COLUMN reference JSONB",
    """CREATE TABLE linked_accounts (
        org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
        id UUID NOT NULL,
        user_id UUID NOT NULL,
        provider TEXT NOT NULL,
        workspace TEXT NOT NULL,
        account TEXT NOT NULL,
        name TEXT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_linked_accounts PRIMARY KEY (org_id, id),
        CONSTRAINT ck_linked_accounts_provider CHECK (provider IN ('slack','telegram')),
        CONSTRAINT fk_linked_accounts_org_id_user_id FOREIGN KEY (org_id, user_id)
          REFERENCES memberships (org_id, user_id)
    )""",
    "CREATE UNIQUE INDEX uq_linked_accounts_account ON linked_accounts (org_id, provider, workspace, account)",
    "CREATE INDEX ix_linked_accounts_user ON linked_accounts (org_id, user_id)",
    "ALTER TABLE linked_accounts ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own_organization ON linked_accounts TO pulsar_app"
    " USING (org_id = current_setting('pulsar.org')::uuid)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON linked_accounts TO pulsar_app",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
