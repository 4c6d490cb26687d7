"""Organizations whose members keep to their teams."""

from alembic import op

revision = "20270102_within_teams"
down_revision = "20270101_saved_searches"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(
        "ALTER TABLE organizations ADD COLUMN members_within_teams BOOLEAN NOT NULL DEFAULT false"
    )
