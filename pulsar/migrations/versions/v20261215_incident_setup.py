"""Fields of an organization's own for its incidents, and templates."""

from pathlib import Path

from alembic import op

revision = "20261215_incident_setup"
down_revision = "20261214_postmortems"


def upgrade() -> None:
    """Statements in the file are separated by an empty line."""
    for statement in Path(__file__).with_suffix(".sql").read_text().split("\n\n"):
        op.get_bind().exec_driver_sql(statement)
