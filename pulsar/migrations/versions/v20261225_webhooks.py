"""Outgoing webhooks: endpoints, what each was to be told, and every try at it."""

from pathlib import Path

from alembic import op

revision = "20261225_webhooks"
down_revision = "20261225_system"


def upgrade() -> None:
    """Statements in the file are separated by an empty line."""
    for statement in Path(__file__).with_suffix(".sql").read_text().split("\n\n"):
        op.get_bind().exec_driver_sql(statement)
