"""What paces and guards sending: digests, what was sent in which, a channel's breaker, and whether it tells the end."""

from alembic import op

revision = "20261127_storms"
down_revision = "20261127_phones"

_STATEMENTS = (
    # The defaults fill the old rows, whose workers know nothing of the columns, and go again.
    "ALTER TABLE channels ADD COLUMN bundle INTERVAL NOT NULL DEFAULT '0',"
    " ADD COLUMN follow_ups BOOLEAN NOT NULL DEFAULT false, ADD COLUMN failures INTEGER NOT NULL DEFAULT 0,"
    " ADD COLUMN retry_at TIMESTAMP WITH TIME ZONE, ADD COLUMN broken_since TIMESTAMP WITH TIME ZONE",
    "ALTER TABLE channels ALTER COLUMN bundle DROP DEFAULT, ALTER COLUMN follow_ups DROP DEFAULT,"
    " ALTER COLUMN failures DROP DEFAULT",
    "UPDATE channels SET follow_ups = true, bundle = CASE channel_type WHEN 'email' THEN interval '1 minute'"
    " ELSE interval '0' END",
    "ALTER TABLE notifications ADD COLUMN carried_by UUID",
    "CREATE INDEX ix_notifications_waiting ON notifications (org_id, channel_id, user_id) WHERE status = 'pending'",
    "CREATE INDEX ix_notifications_carried ON notifications (org_id, carried_by) WHERE carried_by IS NOT NULL",
    """CREATE TABLE notification_paces (
        org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
        channel_id UUID NOT NULL,
        recipient_id UUID NOT NULL,
        purpose TEXT NOT NULL,
        quiet_until TIMESTAMP WITH TIME ZONE NOT NULL,
        notification_id UUID NOT NULL,
        CONSTRAINT pk_notification_paces PRIMARY KEY (org_id, channel_id, recipient_id, purpose),
        CONSTRAINT fk_notification_paces_org_id_channel_id FOREIGN KEY (org_id, channel_id)
          REFERENCES channels (org_id, id) ON DELETE CASCADE
    )""",
    "ALTER TABLE notification_paces ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own_organization ON notification_paces TO pulsar_app"
    " USING (org_id = current_setting('pulsar.org')::uuid)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON notification_paces TO pulsar_app",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
