"""What was edited stands in every event in the same way; the audit log has an index of its own; and events can be
forgotten when they are old, by a function that does nothing else."""

from alembic import op

revision = "20261209_audit_log"
down_revision = "20261208_incident_work"

_SAME_WAY = """
UPDATE events SET data = (data - 'before' - 'after') || jsonb_build_object('changes',
  (SELECT coalesce(jsonb_object_agg(field.key, jsonb_build_object('before', data->'before'->field.key,
                                                                  'after', field.value)), '{}'::jsonb)
   FROM jsonb_each(data->'after') AS field
   WHERE field.value IS DISTINCT FROM data->'before'->field.key))
WHERE type IN ('alert.updated', 'policy.updated', 'schedule.updated', 'rotation.updated', 'incident.updated')
  AND jsonb_typeof(data->'before') = 'object' AND jsonb_typeof(data->'after') = 'object'
"""

_INDEX = """
CREATE INDEX ix_events_audit ON events (org_id, number)
WHERE split_part(type, '.', 1) NOT IN ('alert', 'escalation', 'notification')
"""

# One bounded batch. It goes on where the last one ended, so that what is kept is not looked at again and again.
# Returns how many events were passed; none when there is nothing old any more.
_FORGET = """
CREATE FUNCTION forget_events(kind text, before timestamptz, most int)
RETURNS TABLE (passed bigint, gone bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
DECLARE
  owned uuid;
  start bigint;
  until bigint;
  seen bigint;
  deleted bigint;
BEGIN
  passed := 0;
  gone := 0;
  IF kind NOT IN ('activity', 'audit') OR before > now() - interval '1 day' THEN
    RAISE EXCEPTION 'nothing as young as this is forgotten';
  END IF;
  FOR owned IN SELECT o.id FROM organizations o ORDER BY o.id LOOP
    SELECT coalesce(max(c.value), 0) INTO start
    FROM counters c WHERE c.org_id = owned AND c.name = kind || '_forgotten';
    SELECT max(e.number), count(*) INTO until, seen
    FROM (SELECT number, at FROM events WHERE org_id = owned AND number > start
          ORDER BY number LIMIT most - passed) AS e
    WHERE e.at < before;
    CONTINUE WHEN until IS NULL;
    DELETE FROM events e
    WHERE e.org_id = owned AND e.number > start AND e.number <= until AND e.at < before
      AND (split_part(e.type, '.', 1) IN ('alert', 'escalation', 'notification')) = (kind = 'activity');
    GET DIAGNOSTICS deleted = ROW_COUNT;
    gone := gone + deleted;
    INSERT INTO counters AS c (org_id, name, value) VALUES (owned, kind || '_forgotten', until)
    ON CONFLICT (org_id, name) DO UPDATE SET value = excluded.value;
    passed := passed + seen;
    EXIT WHEN passed >= most;
  END LOOP;
  RETURN NEXT;
END $$
"""

# As before, and remembers up to which number of an organization's events some are gone, for those who catch up.
_FORGET_ALERTS = """
CREATE OR REPLACE FUNCTION forget_closed_alerts(before timestamptz, below uuid, most int)
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
  events_gone AS (
    DELETE FROM events e USING old WHERE e.org_id = old.org_id AND e.subject_id = old.id
    RETURNING e.org_id, e.number),
  remembered AS (
    INSERT INTO counters AS c (org_id, name, value)
    SELECT org_id, 'alerts_forgotten', max(number) FROM events_gone GROUP BY org_id ORDER BY org_id
    ON CONFLICT (org_id, name) DO UPDATE SET value = greatest(c.value, excluded.value)),
  runs_gone AS (DELETE FROM escalations e USING old WHERE e.org_id = old.org_id AND e.subject_id = old.id),
  gone AS (DELETE FROM alerts a USING old WHERE a.org_id = old.org_id AND a.id = old.id RETURNING 1)
  SELECT count(*) FROM gone
$$
"""


def upgrade() -> None:
    op.execute(_SAME_WAY)
    op.execute(_INDEX)
    op.execute(_FORGET)
    op.execute(_FORGET_ALERTS)
    op.execute("REVOKE EXECUTE ON FUNCTION forget_events(text, timestamptz, int) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION forget_events(text, timestamptz, int) TO pulsar_app")
