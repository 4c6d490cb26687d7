"""Tasks and links of incidents, and duplicates that point to the one that goes on."""

from pathlib import Path

from alembic import op

revision = "20261208_incident_work"
down_revision = "20261207_web_push"


def upgrade() -> None:
    """Statements in the file are separated by an empty line."""
    for statement in Path(__file__).with_suffix(".sql").read_text().split("\n\n"):
        op.get_bind().exec_driver_sql(statement)
