"""Two functions that save the intake trips over the wire. With the rights of the caller: row-level security checks
what they read and write. `write_events` stays, for workers of the version before."""

from alembic import op

revision = "20261125_trips"
down_revision = "20261125_calendar_feeds"

# A job is [name, key, ids, urgency, delay], an event [type, subject_type, actor_type, actor_id, actor_name, fields].
# The counter's row is locked last, because it lines up the transactions of its organization. The jobs are written as
# PgQueuer itself would write them.
CONCLUDE = """
CREATE FUNCTION conclude(work jsonb)
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public
AS $$
DECLARE
  many int := jsonb_array_length(work->'events');
  written_at timestamptz := work->>'at';
  before bigint;
BEGIN
  WITH queued AS (
    INSERT INTO pgqueuer (entrypoint, dedupe_key, payload, priority, execute_after, status)
    SELECT job->>0, job->>1, convert_to(job->>2, 'UTF8'), (job->>3)::int, now() + (job->>4)::interval, 'queued'
    FROM jsonb_array_elements(work->'jobs') WITH ORDINALITY AS j (job, place) ORDER BY place
    ON CONFLICT (dedupe_key) WHERE status IN ('queued', 'picked') AND dedupe_key IS NOT NULL DO NOTHING
    RETURNING id, entrypoint, priority)
  INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority)
  SELECT id, 'queued', entrypoint, priority FROM queued;
  IF many > 0 THEN
    UPDATE counters SET value = value + many WHERE name = 'events' RETURNING value - many INTO STRICT before;
    INSERT INTO events (number, at, type, subject_type, subject_id, actor_type, actor_id, actor_name, data)
    SELECT before + i, written_at, line->>0, line->>1, (line->5->>'subject_id')::uuid,
           line->>2, (line->>3)::uuid, line->>4, (line->5) - 'subject_id'
    FROM jsonb_array_elements(work->'events') WITH ORDINALITY AS e (line, i);
  END IF;
END $$
"""

# One look into the unique index for each alias: of `alias = ANY(...)` the planner thinks, until the table has been
# analyzed, that reading all of the organization's alerts is cheaper.
LOCK_ALERTS = """
CREATE FUNCTION lock_alerts(aliases text[])
RETURNS TABLE (alias text, id uuid, number bigint, priority text, count int)
LANGUAGE plpgsql SET search_path = pg_catalog, public
AS $$
#variable_conflict use_column
BEGIN
  PERFORM FROM counters WHERE name = 'alerts' FOR UPDATE;
  RETURN QUERY
  SELECT a.alias, a.id, a.number, a.priority, a.count
  FROM (SELECT found.id
        FROM unnest(aliases) AS wanted (alias) CROSS JOIN LATERAL
          (SELECT id FROM alerts WHERE alias = wanted.alias AND status <> 'closed' LIMIT 1) AS found
        ORDER BY found.id) AS wanted
  CROSS JOIN LATERAL
    (SELECT * FROM alerts WHERE id = wanted.id AND status <> 'closed' LIMIT 1 FOR UPDATE) AS a;
END $$
"""


def upgrade() -> None:
    op.execute(CONCLUDE)
    op.execute(LOCK_ALERTS)
