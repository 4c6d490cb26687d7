"""Secret addresses at which calendar programs read who is on call."""

from alembic import op

revision = "20261125_calendar_feeds"
down_revision = "20261124_preferences"

_STATEMENTS = (
    """CREATE TABLE calendar_feeds (
        org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
        id UUID NOT NULL,
        schedule_id UUID,
        user_id UUID NOT NULL,
        token_hash BYTEA NOT NULL,
        token_prefix TEXT NOT NULL,
        last_used_at TIMESTAMP WITH TIME ZONE,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_calendar_feeds PRIMARY KEY (org_id, id),
        CONSTRAINT fk_calendar_feeds_org_id_schedule_id FOREIGN KEY(org_id, schedule_id)
          REFERENCES schedules (org_id, id) ON DELETE CASCADE,
        CONSTRAINT fk_calendar_feeds_org_id_user_id FOREIGN KEY(org_id, user_id)
          REFERENCES memberships (org_id, user_id),
        CONSTRAINT uq_calendar_feeds_token_hash UNIQUE (token_hash)
    )""",
    "CREATE INDEX ix_calendar_feeds_user ON calendar_feeds (org_id, user_id)",
    "ALTER TABLE calendar_feeds ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own_organization ON calendar_feeds TO pulsar_app"
    " USING (org_id = current_setting('pulsar.org')::uuid)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON calendar_feeds TO pulsar_app",
    # A program that reads brings no organization. The address of somebody who has left leads nowhere.
    """CREATE FUNCTION calendar_feed(of_hash bytea)
    RETURNS TABLE (org_id uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
      SELECT f.org_id, f.id FROM calendar_feeds f
      JOIN memberships m ON m.org_id = f.org_id AND m.user_id = f.user_id
      WHERE f.token_hash = of_hash AND m.active
    $$""",
    "REVOKE EXECUTE ON FUNCTION calendar_feed(bytea) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION calendar_feed(bytea) TO pulsar_app",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
