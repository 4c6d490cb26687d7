"""API keys that are bound to a team."""

from alembic import op

revision = "20261228_team_keys"
down_revision = "20261227_single_sign_on"

_STATEMENTS = (
    "ALTER TABLE api_keys ADD COLUMN team_id UUID",
    "ALTER TABLE api_keys ADD CONSTRAINT fk_api_keys_org_id_team_id FOREIGN KEY (org_id, team_id)"
    " REFERENCES teams (org_id, id) ON DELETE CASCADE",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
