"""On call: schedules, rotations with their revisions, overrides; and schedules as targets of escalation policies."""

from pathlib import Path

from alembic import op

revision = "20261124_oncall"
down_revision = "20261124_invitations"


def upgrade() -> None:
    """Statements in the file are separated by an empty line."""
    for statement in Path(__file__).with_suffix(".sql").read_text().split("\n\n"):
        op.get_bind().exec_driver_sql(statement)
