"""A secret by which GitHub or GitLab proves that it is who sends."""

from alembic import op

revision = "20261231_signed_signals"
down_revision = "20261230_team_policies"


def upgrade() -> None:
    op.get_bind().exec_driver_sql("ALTER TABLE incoming_tokens ADD COLUMN signing_secret BYTEA")
