"""What people want of the channels, the time zone that they mean it in, and what was held back because of it."""

from alembic import op

revision = "20261124_preferences"
down_revision = "20261124_oncall"

_STATUSES = "status IN ('pending','sending','sent','delivered','failed','cancelled','suppressed')"

_STATEMENTS = (
    "ALTER TABLE users ADD COLUMN time_zone TEXT",
    "ALTER TABLE notifications ADD COLUMN held_back_by TEXT",
    # Not valid at first: to check the old rows, of which there are many, takes no lock that keeps anybody waiting.
    "ALTER TABLE notifications DROP CONSTRAINT ck_notifications_status,"
    f" ADD CONSTRAINT ck_notifications_status CHECK ({_STATUSES}) NOT VALID",
    "ALTER TABLE notifications VALIDATE CONSTRAINT ck_notifications_status",
    """CREATE TABLE notification_preferences (
        org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
        id UUID NOT NULL,
        user_id UUID NOT NULL,
        channel_id UUID NOT NULL,
        enabled BOOLEAN NOT NULL,
        min_priority TEXT NOT NULL,
        dnd_start TIME WITHOUT TIME ZONE,
        dnd_end TIME WITHOUT TIME ZONE,
        dnd_days INTEGER[] NOT NULL,
        p1_passes_dnd BOOLEAN NOT NULL,
        delay INTERVAL NOT NULL,
        version INTEGER NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_notification_preferences PRIMARY KEY (org_id, id),
        CONSTRAINT ck_notification_preferences_min_priority CHECK (min_priority IN ('P1','P2','P3','P4','P5')),
        CONSTRAINT ck_notification_preferences_dnd CHECK (dnd_start IS NOT NULL OR dnd_end IS NULL),
        CONSTRAINT fk_notification_preferences_org_id_user_id FOREIGN KEY (org_id, user_id)
          REFERENCES memberships (org_id, user_id),
        CONSTRAINT fk_notification_preferences_org_id_channel_id FOREIGN KEY (org_id, channel_id)
          REFERENCES channels (org_id, id) ON DELETE CASCADE
    )""",
    "CREATE UNIQUE INDEX uq_notification_preferences_channel ON notification_preferences (org_id, user_id, channel_id)",
    "ALTER TABLE notification_preferences ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own_organization ON notification_preferences TO pulsar_app"
    " USING (org_id = current_setting('pulsar.org')::uuid)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON notification_preferences TO pulsar_app",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
