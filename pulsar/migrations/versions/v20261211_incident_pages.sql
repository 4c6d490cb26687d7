CREATE TABLE incident_pages (
  org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
  id UUID NOT NULL,
  incident_id UUID NOT NULL,
  target_type TEXT NOT NULL,
  target_id UUID NOT NULL,
  target_name TEXT NOT NULL,
  message TEXT NOT NULL,
  paged_by_user_id UUID,
  acknowledged_at TIMESTAMP WITH TIME ZONE,
  acknowledged_by_user_id UUID,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_incident_pages PRIMARY KEY (org_id, id),
  CONSTRAINT fk_incident_pages_org_id_incident_id FOREIGN KEY(org_id, incident_id) REFERENCES incidents (org_id, id) ON DELETE CASCADE,
  CONSTRAINT fk_incident_pages_org_id_paged_by_user_id FOREIGN KEY(org_id, paged_by_user_id) REFERENCES memberships (org_id, user_id),
  CONSTRAINT fk_incident_pages_org_id_acknowledged_by_user_id FOREIGN KEY(org_id, acknowledged_by_user_id) REFERENCES memberships (org_id, user_id),
  CONSTRAINT ck_incident_pages_target_type CHECK (target_type IN ('user','team','policy'))
);

CREATE INDEX ix_incident_pages_incident ON incident_pages (org_id, incident_id, id);

ALTER TABLE incident_pages ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON incident_pages TO pulsar_app
  USING (org_id = current_setting('pulsar.org')::uuid);

GRANT SELECT, INSERT, UPDATE, DELETE ON incident_pages TO pulsar_app;
