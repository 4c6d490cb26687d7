CREATE TABLE status_pages (
  org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
  id UUID NOT NULL,
  enabled BOOLEAN NOT NULL,
  slug TEXT,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_status_pages PRIMARY KEY (org_id, id),
  CONSTRAINT ck_status_pages_slug CHECK (NOT enabled OR slug IS NOT NULL)
);

CREATE UNIQUE INDEX uq_status_pages_org ON status_pages (org_id);

CREATE UNIQUE INDEX uq_status_pages_slug ON status_pages (slug);

CREATE TABLE status_components (
  org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
  id UUID NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  group_name TEXT NOT NULL,
  position INTEGER NOT NULL,
  state TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_status_components PRIMARY KEY (org_id, id),
  CONSTRAINT ck_status_components_state CHECK (state IN ('operational','degraded','partial_outage','major_outage','maintenance'))
);

CREATE TABLE status_notices (
  org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
  id UUID NOT NULL,
  incident_id UUID,
  title TEXT NOT NULL,
  status TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_status_notices PRIMARY KEY (org_id, id),
  CONSTRAINT fk_status_notices_org_id_incident_id FOREIGN KEY(org_id, incident_id) REFERENCES incidents (org_id, id) ON DELETE CASCADE,
  CONSTRAINT ck_status_notices_status CHECK (status IN ('investigating','identified','monitoring','resolved'))
);

CREATE UNIQUE INDEX uq_status_notices_incident ON status_notices (org_id, incident_id);

CREATE INDEX ix_status_notices_created ON status_notices (org_id, created_at);

CREATE TABLE status_notice_updates (
  org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
  id UUID NOT NULL,
  notice_id UUID NOT NULL,
  status TEXT NOT NULL,
  text TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_status_notice_updates PRIMARY KEY (org_id, id),
  CONSTRAINT fk_status_notice_updates_org_id_notice_id FOREIGN KEY(org_id, notice_id) REFERENCES status_notices (org_id, id) ON DELETE CASCADE,
  CONSTRAINT ck_status_notice_updates_status CHECK (status IN ('investigating','identified','monitoring','resolved'))
);

CREATE INDEX ix_status_notice_updates_notice ON status_notice_updates (org_id, notice_id, id);

ALTER TABLE status_pages ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON status_pages TO pulsar_app
  USING (org_id = current_setting('pulsar.org')::uuid);

ALTER TABLE status_components ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON status_components TO pulsar_app
  USING (org_id = current_setting('pulsar.org')::uuid);

ALTER TABLE status_notices ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON status_notices TO pulsar_app
  USING (org_id = current_setting('pulsar.org')::uuid);

ALTER TABLE status_notice_updates ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON status_notice_updates TO pulsar_app
  USING (org_id = current_setting('pulsar.org')::uuid);

GRANT SELECT, INSERT, UPDATE, DELETE ON status_pages, status_components, status_notices, status_notice_updates TO pulsar_app;

CREATE FUNCTION status_page_org(of_slug text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$ SELECT p.org_id FROM status_pages p WHERE p.slug = of_slug AND p.enabled $$;

REVOKE EXECUTE ON FUNCTION status_page_org(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION status_page_org(text) TO pulsar_app;
