-- Row-level security: whoever works under pulsar_app sees the rows of the organization that the transaction
-- was opened for, and without one gets an error. The owner of the tables is not bound by it; only the
-- functions in functions.sql run with the owner's rights.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pulsar_app') THEN
    CREATE ROLE pulsar_app NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- another installation on this server made it at the same moment
END $$;

-- Since PostgreSQL 16 whoever makes a role may give it away, but not take it on.
DO $$
BEGIN
  IF NOT pg_has_role(current_user, 'pulsar_app',
    CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)
  THEN
    EXECUTE format('GRANT pulsar_app TO %I', current_user);
  END IF;
END $$;

GRANT USAGE ON SCHEMA public TO pulsar_app;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO pulsar_app;

GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO pulsar_app;

-- What happened, happened.
REVOKE UPDATE, DELETE ON events FROM pulsar_app;

REVOKE INSERT, UPDATE, DELETE ON installation, alembic_version FROM pulsar_app;

ALTER TABLE organizations ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON organizations TO pulsar_app
  USING (id = current_setting('pulsar.org')::uuid);

DO $$
DECLARE
  owned regclass;
BEGIN
  FOR owned IN
    SELECT attrelid FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE attname = 'org_id' AND relkind = 'r' AND relnamespace = 'public'::regnamespace
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', owned);
    EXECUTE format(
      'CREATE POLICY own_organization ON %s TO pulsar_app USING (org_id = current_setting(''pulsar.org'')::uuid)',
      owned);
  END LOOP;
END $$;

-- Rows that come and go many times a minute.
ALTER TABLE counters SET (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

ALTER TABLE workers SET (fillfactor = 50);

ALTER TABLE pgqueuer SET (
  autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000,
  autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 500, fillfactor = 70);
