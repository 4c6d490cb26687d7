"""Status updates of incidents, and who is told."""

from pathlib import Path

from alembic import op

revision = "20261213_incident_updates"
down_revision = "20261212_api_keys"


def upgrade() -> None:
    """Statements in the file are separated by an empty line."""
    for statement in Path(__file__).with_suffix(".sql").read_text().split("\n\n"):
        op.get_bind().exec_driver_sql(statement)
