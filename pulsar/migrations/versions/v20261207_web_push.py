"""The browsers and phones that take web push, and which of them a message is for."""

from alembic import op

revision = "20261207_web_push"
down_revision = "20261206_stream"

_STATEMENTS = (
    "ALTER TABLE notifications ADD COLUMN device_id UUID",
    """CREATE TABLE push_devices (
        org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
        id UUID NOT NULL,
        user_id UUID NOT NULL,
        name TEXT NOT NULL,
        service TEXT NOT NULL,
        subscription BYTEA,
        endpoint_hash BYTEA,
        last_success_at TIMESTAMP WITH TIME ZONE,
        last_error TEXT,
        last_error_at TIMESTAMP WITH TIME ZONE,
        gone_at TIMESTAMP WITH TIME ZONE,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_push_devices PRIMARY KEY (org_id, id),
        CONSTRAINT fk_push_devices_org_id_user_id FOREIGN KEY (org_id, user_id)
          REFERENCES memberships (org_id, user_id)
    )""",
    "CREATE UNIQUE INDEX uq_push_devices_endpoint ON push_devices (org_id, endpoint_hash)",
    "CREATE INDEX ix_push_devices_user ON push_devices (org_id, user_id)",
    "ALTER TABLE push_devices ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own_organization ON push_devices TO pulsar_app USING (org_id = current_setting('pulsar.org')::uuid)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON push_devices TO pulsar_app",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
