"""Escalation policies that belong to a team."""

from alembic import op

revision = "20261230_team_policies"
down_revision = "20261229_failing_webhooks"

_STATEMENTS = (
    "ALTER TABLE escalation_policies ADD COLUMN team_id UUID",
    "ALTER TABLE escalation_policies ADD CONSTRAINT fk_escalation_policies_org_id_team_id FOREIGN KEY (org_id, team_id)"
    " REFERENCES teams (org_id, id) ON DELETE SET NULL (team_id)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
