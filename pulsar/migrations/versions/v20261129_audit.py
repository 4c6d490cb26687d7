"""The auditor's question again, so that its answer does not depend on what the planner makes of a million rows."""

from alembic import op

revision = "20261129_audit"
down_revision = "20261128_escalation"

# For each open alert its escalation is looked up by its key: of a join
# the planner may make a reading of all the escalations that there ever were.
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


def upgrade() -> None:
    op.execute(_AUDIT)
