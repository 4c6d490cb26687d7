"""What integrations received lately."""

from alembic import op

revision = "20261224_payloads"
down_revision = "20261223_signin"

_STATEMENTS = (
    """CREATE TABLE received_payloads (
        org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
        id UUID NOT NULL,
        token_id UUID NOT NULL,
        received_at TIMESTAMP WITH TIME ZONE NOT NULL,
        source TEXT NOT NULL,
        address TEXT NOT NULL,
        size INTEGER NOT NULL,
        content BYTEA NOT NULL,
        cut BOOLEAN NOT NULL,
        outcome TEXT NOT NULL,
        reason TEXT NOT NULL,
        results JSONB NOT NULL,
        signals INTEGER NOT NULL,
        replay_of UUID,
        CONSTRAINT pk_received_payloads PRIMARY KEY (org_id, id),
        CONSTRAINT ck_received_payloads_outcome CHECK (outcome IN ('taken','ignored','unreadable','refused')),
        CONSTRAINT fk_received_payloads_org_id_token_id FOREIGN KEY (org_id, token_id)
            REFERENCES incoming_tokens (org_id, id) ON DELETE CASCADE
    )""",
    "CREATE INDEX ix_received_payloads_token ON received_payloads (org_id, token_id, id)",
    "ALTER TABLE received_payloads ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own_organization ON received_payloads TO pulsar_app"
    " USING (org_id = current_setting('pulsar.org')::uuid)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON received_payloads TO pulsar_app",
    # One statement for all integrations of a node. Those deleted meanwhile are passed over: in the order of their ids,
    # as the intake locks them.
    """CREATE FUNCTION keep_payloads(orgs uuid[], tokens uuid[], ids uuid[], contents bytea[], said jsonb, most integer)
       RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
       AS $$
         WITH standing AS MATERIALIZED (
           SELECT t.org_id, t.id FROM incoming_tokens t
           WHERE (t.org_id, t.id) IN (SELECT * FROM unnest(orgs, tokens)) ORDER BY t.id FOR KEY SHARE)
         INSERT INTO received_payloads (org_id, id, token_id, received_at, source, address, size, content, cut, outcome,
                                        reason, results, signals, replay_of)
         SELECT g.org, g.id, g.token, g.received_at, g.source, g.address, g.size, g.content, g.cut, g.outcome, g.reason,
                g.results, g.signals, g.replay_of
         FROM ROWS FROM (unnest(orgs), unnest(tokens), unnest(ids), unnest(contents),
                jsonb_to_recordset(said) AS (received_at timestamptz, source text, address text, size integer,
                  cut boolean, outcome text, reason text, results jsonb, signals integer, replay_of uuid))
              AS g (org, token, id, content, received_at, source, address, size, cut, outcome, reason, results, signals,
                    replay_of)
         JOIN standing ON standing.org_id = g.org AND standing.id = g.token;
         DELETE FROM received_payloads p USING (
           SELECT t.org, t.token, (SELECT r.id FROM received_payloads r WHERE r.org_id = t.org AND r.token_id = t.token
                                   ORDER BY r.id DESC OFFSET most - 1 LIMIT 1) AS oldest
           FROM (SELECT DISTINCT * FROM unnest(orgs, tokens) ORDER BY 1, 2) AS t (org, token)) AS kept
         WHERE p.org_id = kept.org AND p.token_id = kept.token AND p.id < kept.oldest $$""",
    "REVOKE EXECUTE ON FUNCTION keep_payloads(uuid[], uuid[], uuid[], bytea[], jsonb, integer) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION keep_payloads(uuid[], uuid[], uuid[], bytea[], jsonb, integer) TO pulsar_app",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
