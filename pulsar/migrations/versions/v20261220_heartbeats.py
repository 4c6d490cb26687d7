"""Heartbeats."""

from alembic import op

revision = "20261220_heartbeats"
down_revision = "20261215_incident_setup"

_STATEMENTS = (
    """CREATE TABLE heartbeats (
        id UUID NOT NULL,
        org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
        name TEXT NOT NULL,
        description TEXT NOT NULL,
        "interval" INTERVAL NOT NULL,
        grace INTERVAL NOT NULL,
        priority TEXT NOT NULL,
        tags TEXT[] NOT NULL,
        team_id UUID,
        enabled BOOLEAN NOT NULL,
        token_hash BYTEA NOT NULL,
        token_prefix TEXT NOT NULL,
        last_ping_at TIMESTAMP WITH TIME ZONE,
        due_at TIMESTAMP WITH TIME ZONE,
        late_since TIMESTAMP WITH TIME ZONE,
        recent_pings TIMESTAMP WITH TIME ZONE[] NOT NULL,
        version INTEGER NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_heartbeats PRIMARY KEY (org_id, id),
        CONSTRAINT uq_heartbeats_token_hash UNIQUE (token_hash),
        CONSTRAINT ck_heartbeats_priority CHECK (priority IN ('P1','P2','P3','P4','P5')),
        CONSTRAINT fk_heartbeats_org_id_team_id FOREIGN KEY (org_id, team_id) REFERENCES teams (org_id, id)
    )""",
    # A ping rewrites its row and nothing else, as long as there is room beside it.
    "ALTER TABLE heartbeats SET (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.05)",
    "ALTER TABLE heartbeats ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own_organization ON heartbeats TO pulsar_app USING (org_id = current_setting('pulsar.org')::uuid)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON heartbeats TO pulsar_app",
    # In the order of their ids, or two nodes that write the same ones wait for each other in a circle.
    """CREATE FUNCTION beat(hashes bytea[], at timestamptz) RETURNS SETOF bytea
       LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
       AS $$
         WITH known AS MATERIALIZED (
           SELECT h.org_id, h.id FROM heartbeats h WHERE h.token_hash = ANY(hashes) ORDER BY h.org_id, h.id FOR UPDATE)
         UPDATE heartbeats h SET last_ping_at = at, recent_pings = (at || h.recent_pings)[1:40],
           due_at = CASE WHEN h.enabled THEN at + h."interval" + h.grace END
         FROM known WHERE h.org_id = known.org_id AND h.id = known.id
         RETURNING h.token_hash $$""",
    """CREATE FUNCTION turning_heartbeats(at timestamptz) RETURNS TABLE (org_id uuid, id uuid)
       LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
       AS $$
         SELECT h.org_id, h.id FROM heartbeats h
         WHERE CASE WHEN h.late_since IS NULL THEN h.enabled AND h.due_at <= at
               ELSE NOT h.enabled OR h.due_at IS NULL OR h.due_at > at END
         ORDER BY h.priority, h.due_at LIMIT 1000 $$""",
    "REVOKE EXECUTE ON FUNCTION beat(bytea[], timestamptz), turning_heartbeats(timestamptz) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION beat(bytea[], timestamptz), turning_heartbeats(timestamptz) TO pulsar_app",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
