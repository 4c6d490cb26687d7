"""API keys, which also write notes."""

from alembic import op

revision = "20261212_api_keys"
down_revision = "20261211_incident_pages"

_STATEMENTS = (
    """CREATE TABLE api_keys (
        id UUID NOT NULL,
        org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
        name TEXT NOT NULL,
        scopes TEXT[] NOT NULL,
        key_hash BYTEA NOT NULL,
        key_prefix TEXT NOT NULL,
        old_key_hash BYTEA,
        old_key_until TIMESTAMP WITH TIME ZONE,
        expires_at TIMESTAMP WITH TIME ZONE,
        last_used_at TIMESTAMP WITH TIME ZONE,
        created_by UUID,
        version INTEGER NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_api_keys PRIMARY KEY (org_id, id),
        CONSTRAINT fk_api_keys_org_id_created_by FOREIGN KEY (org_id, created_by)
          REFERENCES memberships (org_id, user_id)
    )""",
    "CREATE UNIQUE INDEX uq_api_keys_key_hash ON api_keys (key_hash)",
    "CREATE UNIQUE INDEX uq_api_keys_old_key_hash ON api_keys (old_key_hash)",
    "ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own_organization ON api_keys TO pulsar_app USING (org_id = current_setting('pulsar.org')::uuid)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON api_keys TO pulsar_app",
    # Whose key it is has to be known before the organization is.
    """CREATE FUNCTION api_key(of_hash bytea) RETURNS TABLE (org_id uuid, id uuid)
       LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
       AS $$ SELECT k.org_id, k.id FROM api_keys k WHERE k.key_hash = of_hash OR k.old_key_hash = of_hash $$""",
    "REVOKE EXECUTE ON FUNCTION api_key(bytea) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION api_key(bytea) TO pulsar_app",
    "ALTER TABLE alert_notes ADD COLUMN author_name TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE alert_notes DROP CONSTRAINT IF EXISTS fk_alert_notes_org_id_author_id",
    "ALTER TABLE incident_notes ADD COLUMN author_name TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE incident_notes DROP CONSTRAINT IF EXISTS fk_incident_notes_org_id_author_id",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
