"""Who reads the status page by mail."""

from alembic import op

revision = "20261222_status_readers"
down_revision = "20261221_status_page"

_STATEMENTS = (
    """CREATE TABLE status_readers (
        org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
        id UUID NOT NULL,
        email TEXT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_status_readers PRIMARY KEY (org_id, id)
    )""",
    "CREATE UNIQUE INDEX uq_status_readers_email ON status_readers (org_id, lower(email))",
    "ALTER TABLE status_readers ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own_organization ON status_readers TO pulsar_app"
    " USING (org_id = current_setting('pulsar.org')::uuid)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON status_readers TO pulsar_app",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
