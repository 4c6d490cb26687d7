"""Requests to be covered, and the overrides that come of them."""

from alembic import op

revision = "20261126_cover_requests"
down_revision = "20261125_trips"

_STATEMENTS = (
    """CREATE TABLE cover_requests (
        org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
        id UUID NOT NULL,
        schedule_id UUID NOT NULL,
        rotation_id UUID,
        requester_id UUID NOT NULL,
        asked_user_id UUID,
        starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
        message TEXT NOT NULL,
        status TEXT NOT NULL,
        answered_by UUID,
        answered_at TIMESTAMP WITH TIME ZONE,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_cover_requests PRIMARY KEY (org_id, id),
        CONSTRAINT fk_cover_requests_org_id_schedule_id FOREIGN KEY(org_id, schedule_id)
          REFERENCES schedules (org_id, id) ON DELETE CASCADE,
        CONSTRAINT fk_cover_requests_org_id_rotation_id FOREIGN KEY(org_id, rotation_id)
          REFERENCES rotations (org_id, id) ON DELETE CASCADE,
        CONSTRAINT fk_cover_requests_org_id_requester_id FOREIGN KEY(org_id, requester_id)
          REFERENCES memberships (org_id, user_id),
        CONSTRAINT fk_cover_requests_org_id_asked_user_id FOREIGN KEY(org_id, asked_user_id)
          REFERENCES memberships (org_id, user_id),
        CONSTRAINT fk_cover_requests_org_id_answered_by FOREIGN KEY(org_id, answered_by)
          REFERENCES memberships (org_id, user_id),
        CONSTRAINT ck_cover_requests_span CHECK (ends_at > starts_at),
        CONSTRAINT ck_cover_requests_status CHECK (status IN ('open','accepted','declined','cancelled'))
    )""",
    "CREATE INDEX ix_cover_requests_schedule ON cover_requests (org_id, schedule_id, ends_at)",
    "ALTER TABLE cover_requests ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own_organization ON cover_requests TO pulsar_app"
    " USING (org_id = current_setting('pulsar.org')::uuid)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON cover_requests TO pulsar_app",
    "ALTER TABLE overrides ADD CONSTRAINT fk_overrides_org_id_cover_request_id"
    " FOREIGN KEY(org_id, cover_request_id) REFERENCES cover_requests (org_id, id)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
