ALTER TABLE incidents ADD COLUMN fields JSONB DEFAULT '{}' NOT NULL;

CREATE TABLE incident_fields (
  org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
  id UUID NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_incident_fields PRIMARY KEY (org_id, id)
);

CREATE UNIQUE INDEX uq_incident_fields_name ON incident_fields (org_id, lower(name));

CREATE TABLE incident_templates (
  org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
  id UUID NOT NULL,
  name TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  severity TEXT NOT NULL,
  priority TEXT NOT NULL,
  team_id UUID,
  tasks JSONB NOT NULL,
  calls JSONB NOT NULL,
  version INTEGER NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_incident_templates PRIMARY KEY (org_id, id),
  CONSTRAINT fk_incident_templates_org_id_team_id FOREIGN KEY(org_id, team_id) REFERENCES teams (org_id, id) ON DELETE SET NULL (team_id),
  CONSTRAINT ck_incident_templates_severity CHECK (severity IN ('critical','high','medium','low')),
  CONSTRAINT ck_incident_templates_priority CHECK (priority IN ('P1','P2','P3','P4','P5'))
);

CREATE UNIQUE INDEX uq_incident_templates_name ON incident_templates (org_id, lower(name));

ALTER TABLE incident_fields ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON incident_fields TO pulsar_app
  USING (org_id = current_setting('pulsar.org')::uuid);

ALTER TABLE incident_templates ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON incident_templates TO pulsar_app
  USING (org_id = current_setting('pulsar.org')::uuid);

GRANT SELECT, INSERT, UPDATE, DELETE ON incident_fields, incident_templates TO pulsar_app;
