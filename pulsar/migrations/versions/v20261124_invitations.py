"""Invitations: the table, its policy, and the function that says whose a link is."""

from alembic import op

revision = "20261124_invitations"
down_revision = "20261123_beginning"

STATEMENTS = """
CREATE TABLE invitations (
    org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
    id UUID NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    team_ids UUID[] NOT NULL,
    token_hash BYTEA NOT NULL,
    invited_by UUID NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    accepted_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_invitations PRIMARY KEY (org_id, id),
    CONSTRAINT ck_invitations_role CHECK (role IN ('viewer','member','admin','owner')),
    CONSTRAINT fk_invitations_org_id_invited_by FOREIGN KEY(org_id, invited_by)
      REFERENCES memberships (org_id, user_id),
    CONSTRAINT uq_invitations_token_hash UNIQUE (token_hash)
);

CREATE UNIQUE INDEX uq_invitations_email ON invitations (org_id, email)
WHERE accepted_at IS NULL AND revoked_at IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON invitations TO pulsar_app;

ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON invitations TO pulsar_app
USING (org_id = current_setting('pulsar.org')::uuid);

CREATE FUNCTION invitation_of(of_hash bytea)
RETURNS TABLE (org_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
  SELECT i.org_id, i.id FROM invitations i WHERE i.token_hash = of_hash
$$;

REVOKE EXECUTE ON FUNCTION invitation_of(bytea) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION invitation_of(bytea) TO pulsar_app;
"""


def upgrade() -> None:
    for statement in STATEMENTS.strip().split("\n\n"):
        op.get_bind().exec_driver_sql(statement)
