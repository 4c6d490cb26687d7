"""The beginning: tables, the job queue's own tables, row-level security, and the functions that cross it."""

from pathlib import Path

from alembic import op

revision = "20261123_beginning"
down_revision = None


def upgrade() -> None:
    """Statements in these files are separated by an empty line."""
    for name in ("queue", "tables", "tenancy", "functions"):
        sql = (Path(__file__).with_suffix("") / f"{name}.sql").read_text()
        for statement in sql.split("\n\n"):
            if any(line and not line.startswith("--") for line in statement.splitlines()):
                op.get_bind().exec_driver_sql(statement)
