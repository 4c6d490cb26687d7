"""The delivery log answers at once for whatever is rare among millions: indexes by status, in the order of the log."""

from alembic import op

revision = "20261224_rare_messages"
down_revision = "20261224_payloads"

_STATEMENTS = (
    "DROP INDEX ix_notifications_user",
    "CREATE INDEX ix_notifications_user ON notifications (org_id, user_id, status, created_at) INCLUDE (channel_id)",
    "CREATE INDEX ix_notifications_channel ON notifications (org_id, channel_id, status, created_at) INCLUDE (user_id)",
    "CREATE INDEX ix_notifications_status ON notifications (org_id, status, created_at)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
