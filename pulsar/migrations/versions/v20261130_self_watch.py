"""What Pulsar has to know to watch itself: what is due with no wake-up, who fell back, when its workers last looked;
and how what is old is forgotten."""

from alembic import op

revision = "20261130_self_watch"
down_revision = "20261129_audit"

_COLUMNS = (
    # All without defaults and nullable: workers of the version before go on for a minute.
    "ALTER TABLE channels ADD COLUMN report_at TIMESTAMP WITH TIME ZONE",
    # Told once for each breakdown, so whoever has been told is not told again.
    "UPDATE channels SET report_at = now() WHERE broken_since IS NOT NULL",
    "CREATE INDEX ix_channels_report ON channels (report_at) WHERE report_at IS NOT NULL",
    "ALTER TABLE escalations ADD COLUMN follow_up_at TIMESTAMP WITH TIME ZONE,"
    " ADD COLUMN fell_back_at TIMESTAMP WITH TIME ZONE",
    "CREATE INDEX ix_escalations_follow_up ON escalations (follow_up_at) WHERE follow_up_at IS NOT NULL",
    "CREATE INDEX ix_escalations_fell_back ON escalations (org_id, fell_back_at) WHERE fell_back_at IS NOT NULL",
    "ALTER TABLE workers ADD COLUMN swept_at TIMESTAMP WITH TIME ZONE, ADD COLUMN audited_at TIMESTAMP WITH TIME ZONE",
)

# Beside overdue_work: what is told afterwards. An ending that is no ending any more needs no telling.
_UNTOLD = """
CREATE FUNCTION untold_news(before timestamptz)
RETURNS TABLE (kind text, org_id uuid, id uuid, ending text, since timestamptz, due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
  (SELECT 'follow_up', e.org_id, e.subject_id, a.status, CASE a.status WHEN 'closed' THEN a.closed_at
     ELSE a.acknowledged_at END, e.follow_up_at
   FROM escalations e JOIN alerts a ON a.org_id = e.org_id AND a.id = e.subject_id
   WHERE e.follow_up_at < before AND a.status IN ('acknowledged', 'closed') ORDER BY e.follow_up_at LIMIT 1000)
  UNION ALL
  (SELECT 'report', c.org_id, c.id, NULL, c.broken_since, c.report_at
   FROM channels c WHERE c.report_at < before AND c.broken_since IS NOT NULL ORDER BY c.report_at LIMIT 1000)
$$
"""

# As before, and the messages that no time is set for. One that goes out in a digest has the digest's.
_AUDIT = """
CREATE OR REPLACE FUNCTION audit_findings(before timestamptz)
RETURNS TABLE (kind text, org_id uuid, id uuid, due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
  (SELECT 'afterwards', e.org_id, e.subject_id, e.afterwards_at
   FROM escalations e WHERE e.afterwards_at < before ORDER BY e.afterwards_at LIMIT 1000)
  UNION ALL
  (SELECT 'stalled', e.org_id, e.subject_id, e.started_at
   FROM escalations e
   WHERE e.status = 'running' AND e.next_at IS NULL AND NOT e.acknowledged AND e.started_at < before LIMIT 1000)
  UNION ALL
  (SELECT 'undated', n.org_id, n.id, n.created_at
   FROM notifications n
   WHERE n.status IN ('pending', 'sending') AND n.next_attempt_at IS NULL AND n.created_at < before
     AND NOT EXISTS (SELECT FROM notifications d WHERE d.org_id = n.org_id AND d.id = n.carried_by
                     AND d.status IN ('pending', 'sending'))
   LIMIT 1000)
  UNION ALL
  (SELECT 'forgotten', o.id, found.id, found.updated_at
   FROM organizations o CROSS JOIN LATERAL (
     SELECT a.id, a.updated_at
     FROM (SELECT s.id FROM alerts s
           WHERE s.org_id = o.id AND s.status = 'open'
             AND coalesce((SELECT e.status FROM escalations e WHERE e.org_id = o.id AND e.subject_id = s.id), 'stopped')
                 = 'stopped'
           OFFSET 0) AS suspect
     JOIN alerts a ON a.org_id = o.id AND a.id = suspect.id
     WHERE a.updated_at < before
     LIMIT 1000) AS found)
$$
"""

_STATE = """
CREATE FUNCTION engine_state(at timestamptz)
RETURNS TABLE (jobs_waiting bigint, oldest_overdue_seconds double precision, escalations_running bigint,
               escalations_faulty bigint, notifications_pending bigint, notifications_failed bigint,
               work_mended numeric, escalations_fell_back bigint, channels_broken bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
  SELECT
    (SELECT count(*) FROM pgqueuer WHERE status = 'queued' AND execute_after < at),
    (SELECT greatest(0, extract(epoch FROM at - least(
       (SELECT min(next_at) FROM escalations WHERE status = 'running'),
       (SELECT min(next_attempt_at) FROM notifications WHERE status IN ('pending', 'sending')))))::double precision),
    (SELECT count(*) FROM escalations WHERE status = 'running'),
    (SELECT count(*) FROM escalations WHERE fault IS NOT NULL AND started_at > at - interval '1 hour'),
    (SELECT count(*) FROM notifications WHERE status IN ('pending', 'sending')),
    (SELECT count(*) FROM notifications WHERE status = 'failed' AND created_at > at - interval '1 hour'),
    (SELECT sum(mended) FROM workers),
    (SELECT count(*) FROM escalations WHERE fell_back_at > at - interval '1 hour'),
    (SELECT count(*) FROM channels WHERE enabled AND broken_since IS NOT NULL)
$$
"""

# Both take a bounded batch of what is over, and say how much it was. Ids are in the order of time, so the old ones
# stand together in the primary key; `below` is the id of that instant.
_FORGET_LOG = """
CREATE FUNCTION forget_delivery_log(before timestamptz, below uuid, most int)
RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
  WITH old AS (
    SELECT found.org_id, found.id FROM organizations o CROSS JOIN LATERAL (
      SELECT n.org_id, n.id FROM notifications n
      WHERE n.org_id = o.id AND n.id < below AND n.created_at < before AND n.status NOT IN ('pending', 'sending')
        AND NOT EXISTS (SELECT FROM alerts a
                        WHERE a.org_id = n.org_id AND a.id = n.subject_id AND a.status <> 'closed')
        AND NOT EXISTS (SELECT FROM notifications c WHERE c.org_id = n.org_id AND c.carried_by = n.id
                        AND c.status IN ('pending', 'sending'))
      ORDER BY n.id LIMIT most) AS found
    LIMIT most),
  gone AS (DELETE FROM notifications n USING old WHERE n.org_id = old.org_id AND n.id = old.id RETURNING 1)
  SELECT count(*) FROM gone
$$
"""

_FORGET_ALERTS = """
CREATE FUNCTION forget_closed_alerts(before timestamptz, below uuid, most int)
RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
  WITH old AS (
    SELECT found.org_id, found.id FROM organizations o CROSS JOIN LATERAL (
      SELECT a.org_id, a.id FROM alerts a
      WHERE a.org_id = o.id AND a.status = 'closed' AND a.id < below AND a.closed_at < before
        AND NOT EXISTS (SELECT FROM notifications n WHERE n.org_id = a.org_id AND n.subject_id = a.id
                        AND n.status IN ('pending', 'sending'))
      ORDER BY a.id LIMIT most) AS found
    LIMIT most),
  events_gone AS (DELETE FROM events e USING old WHERE e.org_id = old.org_id AND e.subject_id = old.id),
  runs_gone AS (DELETE FROM escalations e USING old WHERE e.org_id = old.org_id AND e.subject_id = old.id),
  gone AS (DELETE FROM alerts a USING old WHERE a.org_id = old.org_id AND a.id = old.id RETURNING 1)
  SELECT count(*) FROM gone
$$
"""

_FUNCTIONS = (
    "untold_news(timestamptz)",
    "engine_state(timestamptz)",
    "forget_delivery_log(timestamptz, uuid, int)",
    "forget_closed_alerts(timestamptz, uuid, int)",
)


def upgrade() -> None:
    connection = op.get_bind()
    for statement in (*_COLUMNS, "DROP FUNCTION engine_state(timestamptz)"):
        connection.exec_driver_sql(statement)
    for function in (_UNTOLD, _AUDIT, _STATE, _FORGET_LOG, _FORGET_ALERTS):
        connection.exec_driver_sql(function)
    for name in _FUNCTIONS:
        connection.exec_driver_sql(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC")
        connection.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION {name} TO pulsar_app")
