"""The status page: what the public is told."""

from pathlib import Path

from alembic import op

revision = "20261221_status_page"
down_revision = "20261220_heartbeats"


def upgrade() -> None:
    """Statements in the file are separated by an empty line."""
    for statement in Path(__file__).with_suffix(".sql").read_text().split("\n\n"):
        op.get_bind().exec_driver_sql(statement)
