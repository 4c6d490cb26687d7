"""Lists and searches of alerts stay quick with a million of them: one index for words and for whatever else is rare,
and one function that knows where to look first."""

from pathlib import Path

from alembic import op

revision = "20261210_lists"
down_revision = "20261209_audit_log"


def upgrade() -> None:
    """Statements in the file are separated by an empty line."""
    for statement in Path(__file__).with_suffix(".sql").read_text().split("\n\n"):
        op.get_bind().exec_driver_sql(statement)
