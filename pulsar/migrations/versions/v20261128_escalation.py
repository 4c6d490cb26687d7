"""More kinds of targets, people who take turns, and what happens to an alert by itself when paging is over."""

from alembic import op

revision = "20261128_escalation"
down_revision = "20261127_storms"

_TYPES = "'user','team','team_random','team_leads','schedule','schedule_next'"

_STATEMENTS = (
    "ALTER TABLE escalation_policies ADD COLUMN ack_timeout INTERVAL, ADD COLUMN close_after INTERVAL",
    "ALTER TABLE escalation_rules ADD COLUMN round_robin BOOLEAN NOT NULL DEFAULT false",
    "ALTER TABLE escalation_rules ALTER COLUMN round_robin DROP DEFAULT",
    "ALTER TABLE escalation_targets ADD COLUMN type TEXT",
    "UPDATE escalation_targets SET type ="
    " CASE WHEN user_id IS NOT NULL THEN 'user' WHEN team_id IS NOT NULL THEN 'team' ELSE 'schedule' END",
    "ALTER TABLE escalation_targets ALTER COLUMN type SET NOT NULL,"
    f" ADD CONSTRAINT ck_escalation_targets_type CHECK (type IN ({_TYPES})"
    " AND CASE split_part(type, '_', 1) WHEN 'user' THEN user_id WHEN 'team' THEN team_id ELSE schedule_id END"
    " IS NOT NULL)",
    "DROP INDEX uq_escalation_targets_team",
    "DROP INDEX uq_escalation_targets_schedule",
    "CREATE UNIQUE INDEX uq_escalation_targets_team ON escalation_targets (org_id, rule_id, team_id, type)",
    "CREATE UNIQUE INDEX uq_escalation_targets_schedule ON escalation_targets (org_id, rule_id, schedule_id, type)",
    # Without defaults and nullable: workers of the version before go on inserting for a minute.
    "ALTER TABLE escalations ADD COLUMN team_id UUID, ADD COLUMN afterwards TEXT,"
    " ADD COLUMN afterwards_at TIMESTAMP WITH TIME ZONE",
    "ALTER TABLE escalations"
    " ADD CONSTRAINT ck_escalations_afterwards CHECK (afterwards IN ('reopen','close')) NOT VALID,"
    " ADD CONSTRAINT ck_escalations_afterwards_at CHECK ((afterwards IS NULL) = (afterwards_at IS NULL)) NOT VALID",
    "ALTER TABLE escalations VALIDATE CONSTRAINT ck_escalations_afterwards",
    "ALTER TABLE escalations VALIDATE CONSTRAINT ck_escalations_afterwards_at",
    "CREATE INDEX ix_escalations_afterwards ON escalations (afterwards_at) WHERE afterwards_at IS NOT NULL",
    """CREATE TABLE escalation_turns (
        org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
        policy_id UUID NOT NULL,
        position INTEGER NOT NULL,
        user_id UUID,
        CONSTRAINT pk_escalation_turns PRIMARY KEY (org_id, policy_id, position),
        CONSTRAINT fk_escalation_turns_org_id_policy_id FOREIGN KEY (org_id, policy_id)
          REFERENCES escalation_policies (org_id, id) ON DELETE CASCADE
    )""",
    "ALTER TABLE escalation_turns ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own_organization ON escalation_turns TO pulsar_app"
    " USING (org_id = current_setting('pulsar.org')::uuid)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON escalation_turns TO pulsar_app",
    # For the auditor, beside overdue_work. Each part comes by an index of its own, however many alerts there are:
    # those that are open stand together in every organization's part of ix_alerts_status.
    """CREATE FUNCTION audit_findings(before timestamptz)
    RETURNS TABLE (kind text, org_id uuid, id uuid, due_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
      (SELECT 'afterwards', e.org_id, e.subject_id, e.afterwards_at
       FROM escalations e WHERE e.afterwards_at < before ORDER BY e.afterwards_at LIMIT 1000)
      UNION ALL
      (SELECT 'stalled', e.org_id, e.subject_id, e.started_at
       FROM escalations e WHERE e.status = 'running' AND e.next_at IS NULL AND NOT e.acknowledged
         AND e.started_at < before LIMIT 1000)
      UNION ALL
      (SELECT 'forgotten', o.id, found.id, found.updated_at
       FROM organizations o CROSS JOIN LATERAL (
         SELECT a.id, a.updated_at FROM alerts a
         WHERE a.org_id = o.id AND a.status = 'open' AND a.updated_at < before
           AND NOT EXISTS (SELECT FROM escalations e
                           WHERE e.org_id = a.org_id AND e.subject_id = a.id AND e.status <> 'stopped')
         LIMIT 1000) AS found)
    $$""",
    "REVOKE EXECUTE ON FUNCTION audit_findings(timestamptz) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION audit_findings(timestamptz) TO pulsar_app",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
