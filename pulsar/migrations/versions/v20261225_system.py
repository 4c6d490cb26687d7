"""What an operator sees of the installation: its nodes beside its workers, and figures over all organizations."""

from alembic import op

revision = "20261225_system"
down_revision = "20261224_rare_messages"

# Figures alone, and none of an organization's own: whoever operates an installation is not let into its organizations.
_STATE = """
CREATE FUNCTION system_state()
RETURNS TABLE (organizations bigint, users bigint, database_bytes bigint, connections bigint, mail_channels bigint,
               mail_channels_broken bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
  SELECT
    (SELECT count(*) FROM organizations),
    (SELECT count(*) FROM users),
    pg_database_size(current_database()),
    (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),
    (SELECT count(*) FROM channels WHERE enabled AND channel_type = 'email'),
    (SELECT count(*) FROM channels WHERE enabled AND channel_type = 'email' AND broken_since IS NOT NULL)
$$
"""
_ALONE = """
CREATE FUNCTION only_organization()
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$ SELECT count(*) < 2 FROM (SELECT FROM organizations LIMIT 2) AS first_two $$
"""

_STATEMENTS = (
    "ALTER TABLE users ADD COLUMN operator BOOLEAN DEFAULT false NOT NULL",
    """CREATE TABLE nodes (
        id UUID NOT NULL,
        host TEXT NOT NULL,
        pid INTEGER NOT NULL,
        version TEXT NOT NULL,
        started_at TIMESTAMP WITH TIME ZONE NOT NULL,
        seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
        listening BOOLEAN NOT NULL,
        CONSTRAINT pk_nodes PRIMARY KEY (id)
    ) WITH (fillfactor = 50)""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON nodes TO pulsar_app",
    _STATE,
    _ALONE,
    "REVOKE EXECUTE ON FUNCTION system_state(), only_organization() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION system_state(), only_organization() TO pulsar_app",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
