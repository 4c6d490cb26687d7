"""Searches of the inbox that people save."""

from alembic import op

revision = "20270101_saved_searches"
down_revision = "20261231_signed_signals"

_STATEMENTS = (
    """
    CREATE TABLE saved_searches (
      org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
      id UUID NOT NULL,
      user_id UUID NOT NULL,
      name TEXT NOT NULL,
      query TEXT NOT NULL,
      shared BOOLEAN NOT NULL,
      version INTEGER NOT NULL,
      created_at TIMESTAMP WITH TIME ZONE NOT NULL,
      updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
      CONSTRAINT pk_saved_searches PRIMARY KEY (org_id, id),
      CONSTRAINT fk_saved_searches_org_id_user_id FOREIGN KEY (org_id, user_id)
        REFERENCES memberships (org_id, user_id) ON DELETE CASCADE
    )
    """,
    "CREATE UNIQUE INDEX uq_saved_searches_name ON saved_searches (org_id, user_id, lower(name))",
    "ALTER TABLE saved_searches ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own_organization ON saved_searches TO pulsar_app"
    " USING (org_id = current_setting('pulsar.org')::uuid)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON saved_searches TO pulsar_app",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
