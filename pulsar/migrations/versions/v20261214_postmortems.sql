CREATE TABLE incident_postmortems (
  org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
  id UUID NOT NULL,
  incident_id UUID NOT NULL,
  status TEXT NOT NULL,
  text TEXT NOT NULL,
  published_at TIMESTAMP WITH TIME ZONE,
  version INTEGER NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_incident_postmortems PRIMARY KEY (org_id, id),
  CONSTRAINT fk_incident_postmortems_org_id_incident_id FOREIGN KEY(org_id, incident_id) REFERENCES incidents (org_id, id) ON DELETE CASCADE,
  CONSTRAINT ck_incident_postmortems_status CHECK (status IN ('draft','published')),
  CONSTRAINT ck_incident_postmortems_published_at CHECK ((status = 'published') = (published_at IS NOT NULL))
);

CREATE UNIQUE INDEX uq_incident_postmortems_incident ON incident_postmortems (org_id, incident_id);

ALTER TABLE incident_postmortems ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON incident_postmortems TO pulsar_app
  USING (org_id = current_setting('pulsar.org')::uuid);

GRANT SELECT, INSERT, UPDATE, DELETE ON incident_postmortems TO pulsar_app;
