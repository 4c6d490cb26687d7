"""Incidents: who works on them, the alerts and notes that belong to them, and the search."""

from pathlib import Path

from alembic import op

revision = "20261201_incidents"
down_revision = "20261130_shown_messages"


def upgrade() -> None:
    """Statements in the file are separated by an empty line."""
    for statement in Path(__file__).with_suffix(".sql").read_text().split("\n\n"):
        op.get_bind().exec_driver_sql(statement)
