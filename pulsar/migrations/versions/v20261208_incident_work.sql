ALTER TABLE incidents ADD COLUMN merged_into_id UUID,
  ADD CONSTRAINT fk_incidents_org_id_merged_into_id FOREIGN KEY (org_id, merged_into_id)
    REFERENCES incidents (org_id, id) ON DELETE SET NULL (merged_into_id);

CREATE INDEX ix_incidents_merged ON incidents (org_id, merged_into_id) WHERE merged_into_id IS NOT NULL;

CREATE TABLE incident_tasks (
  org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
  id UUID NOT NULL,
  incident_id UUID NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  owner_id UUID,
  due_at TIMESTAMP WITH TIME ZONE,
  done_at TIMESTAMP WITH TIME ZONE,
  version INTEGER NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_incident_tasks PRIMARY KEY (org_id, id),
  CONSTRAINT fk_incident_tasks_org_id_incident_id FOREIGN KEY(org_id, incident_id) REFERENCES incidents (org_id, id) ON DELETE CASCADE,
  CONSTRAINT fk_incident_tasks_org_id_owner_id FOREIGN KEY(org_id, owner_id) REFERENCES memberships (org_id, user_id),
  CONSTRAINT ck_incident_tasks_kind CHECK (kind IN ('task','action_item'))
);

CREATE INDEX ix_incident_tasks_incident ON incident_tasks (org_id, incident_id, id);

CREATE INDEX ix_incident_tasks_owner ON incident_tasks (org_id, owner_id) WHERE done_at IS NULL;

CREATE TABLE incident_links (
  org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
  id UUID NOT NULL,
  incident_id UUID NOT NULL,
  title TEXT NOT NULL,
  url TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_incident_links PRIMARY KEY (org_id, id),
  CONSTRAINT fk_incident_links_org_id_incident_id FOREIGN KEY(org_id, incident_id) REFERENCES incidents (org_id, id) ON DELETE CASCADE
);

CREATE INDEX ix_incident_links_incident ON incident_links (org_id, incident_id, id);

ALTER TABLE incident_tasks ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON incident_tasks TO pulsar_app
  USING (org_id = current_setting('pulsar.org')::uuid);

ALTER TABLE incident_links ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON incident_links TO pulsar_app
  USING (org_id = current_setting('pulsar.org')::uuid);

GRANT SELECT, INSERT, UPDATE, DELETE ON incident_tasks, incident_links TO pulsar_app;
