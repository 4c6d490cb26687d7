"""A ticket to the live feed says of which session it is: with the session ends what the ticket opened."""

from alembic import op

revision = "20261206_stream"
down_revision = "20261205_reports"


def upgrade() -> None:
    op.execute("ALTER TABLE tickets ADD COLUMN session_id uuid")
