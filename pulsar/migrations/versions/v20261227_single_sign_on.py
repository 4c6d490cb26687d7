"""Single sign-on: an organization's provider, and who is who there. And an organization can be changed."""

from alembic import op

revision = "20261227_single_sign_on"
down_revision = "20261226_mappings"

_STATEMENTS = (
    "ALTER TABLE organizations ADD COLUMN version INTEGER DEFAULT 1 NOT NULL",
    """CREATE TABLE sso_connections (
        org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
        enabled BOOLEAN NOT NULL,
        required BOOLEAN NOT NULL,
        issuer TEXT NOT NULL,
        client_id TEXT NOT NULL,
        sealed BYTEA NOT NULL,
        domains TEXT[] NOT NULL,
        proven_domains TEXT[] NOT NULL,
        makes_members BOOLEAN NOT NULL,
        new_role TEXT NOT NULL,
        role_claim TEXT NOT NULL,
        role_map JSONB NOT NULL,
        version INTEGER NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_sso_connections PRIMARY KEY (org_id),
        CONSTRAINT ck_sso_connections_new_role CHECK (new_role IN ('viewer','member','admin'))
    )""",
    """CREATE TABLE sso_identities (
        org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
        id UUID NOT NULL,
        issuer TEXT NOT NULL,
        subject TEXT NOT NULL,
        user_id UUID NOT NULL,
        email TEXT NOT NULL,
        last_used_at TIMESTAMP WITH TIME ZONE NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_sso_identities PRIMARY KEY (org_id, id),
        CONSTRAINT fk_sso_identities_org_id_user_id FOREIGN KEY (org_id, user_id)
          REFERENCES memberships (org_id, user_id)
    )""",
    "CREATE UNIQUE INDEX uq_sso_identities_subject ON sso_identities (org_id, issuer, subject)",
    "CREATE UNIQUE INDEX uq_sso_identities_user ON sso_identities (org_id, user_id, issuer)",
    *(
        statement
        for table in ("sso_connections", "sso_identities")
        for statement in (
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY own_organization ON {table} TO pulsar_app"
            " USING (org_id = current_setting('pulsar.org')::uuid)",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO pulsar_app",
        )
    ),
    # Which organization somebody wants to come into has to be known before it is theirs to see.
    """CREATE FUNCTION sso_by_slug(of_slug text) RETURNS SETOF uuid
       LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
       AS $$ SELECT o.id FROM organizations o JOIN sso_connections s ON s.org_id = o.id
             WHERE o.slug = of_slug AND s.enabled $$""",
    """CREATE FUNCTION sso_by_domain(of_domain text) RETURNS SETOF uuid
       LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
       AS $$ SELECT org_id FROM sso_connections WHERE enabled AND of_domain = ANY (proven_domains) $$""",
    # Of a person's organizations those that they come into by single sign-on alone.
    """CREATE FUNCTION sso_only(of_user uuid) RETURNS SETOF uuid
       LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
       AS $$ SELECT m.org_id FROM memberships m JOIN sso_connections s ON s.org_id = m.org_id
             WHERE m.user_id = of_user AND m.active AND m.role <> 'owner' AND s.enabled AND s.required $$""",
    *(
        statement
        for function in ("sso_by_slug(text)", "sso_by_domain(text)", "sso_only(uuid)")
        for statement in (
            f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION {function} TO pulsar_app",
        )
    ),
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
