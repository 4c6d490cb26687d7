"""When people want to be told of their shifts, and when each schedule is to be looked at for that."""

from alembic import op

revision = "20261126_shift_notices"
down_revision = "20261126_cover_requests"

_STATEMENTS = (
    """CREATE TABLE shift_notices (
        org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
        user_id UUID NOT NULL,
        before_minutes INTEGER[] NOT NULL,
        at_start BOOLEAN NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_shift_notices PRIMARY KEY (org_id, user_id),
        CONSTRAINT fk_shift_notices_org_id_user_id FOREIGN KEY(org_id, user_id)
          REFERENCES memberships (org_id, user_id)
    )""",
    """CREATE TABLE shift_watches (
        org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
        schedule_id UUID NOT NULL,
        next_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_shift_watches PRIMARY KEY (org_id, schedule_id),
        CONSTRAINT fk_shift_watches_org_id_schedule_id FOREIGN KEY(org_id, schedule_id)
          REFERENCES schedules (org_id, id) ON DELETE CASCADE
    )""",
    "CREATE INDEX ix_shift_watches_due ON shift_watches (next_at)",
    "INSERT INTO shift_watches (org_id, schedule_id, next_at) SELECT org_id, id, now() FROM schedules",
    *(
        statement
        for table in ("shift_notices", "shift_watches")
        for statement in (
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY own_organization ON {table} TO pulsar_app"
            " USING (org_id = current_setting('pulsar.org')::uuid)",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO pulsar_app",
        )
    ),
    # For the sweep, beside overdue_work.
    """CREATE FUNCTION overdue_shift_watches(before timestamptz)
    RETURNS TABLE (org_id uuid, schedule_id uuid, next_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
      SELECT w.org_id, w.schedule_id, w.next_at FROM shift_watches w
      WHERE w.next_at < before ORDER BY w.next_at LIMIT 1000
    $$""",
    "REVOKE EXECUTE ON FUNCTION overdue_shift_watches(timestamptz) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION overdue_shift_watches(timestamptz) TO pulsar_app",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
