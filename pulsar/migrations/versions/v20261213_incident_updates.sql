CREATE TABLE incident_subscribers (
  org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
  id UUID NOT NULL,
  incident_id UUID NOT NULL,
  user_id UUID,
  email TEXT,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_incident_subscribers PRIMARY KEY (org_id, id),
  CONSTRAINT fk_incident_subscribers_org_id_incident_id FOREIGN KEY(org_id, incident_id) REFERENCES incidents (org_id, id) ON DELETE CASCADE,
  CONSTRAINT fk_incident_subscribers_org_id_user_id FOREIGN KEY(org_id, user_id) REFERENCES memberships (org_id, user_id),
  CONSTRAINT ck_incident_subscribers_one CHECK (num_nonnulls(user_id, email) = 1)
);

CREATE UNIQUE INDEX uq_incident_subscribers_email ON incident_subscribers (org_id, incident_id, lower(email));

CREATE UNIQUE INDEX uq_incident_subscribers_user ON incident_subscribers (org_id, incident_id, user_id);

CREATE TABLE incident_updates (
  org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
  id UUID NOT NULL,
  incident_id UUID NOT NULL,
  author_id UUID NOT NULL,
  author_name TEXT NOT NULL,
  status TEXT NOT NULL,
  text TEXT NOT NULL,
  notification_ids UUID[] NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_incident_updates PRIMARY KEY (org_id, id),
  CONSTRAINT fk_incident_updates_org_id_incident_id FOREIGN KEY(org_id, incident_id) REFERENCES incidents (org_id, id) ON DELETE CASCADE,
  CONSTRAINT ck_incident_updates_status CHECK (status IN ('investigating','identified','monitoring','resolved'))
);

CREATE INDEX ix_incident_updates_incident ON incident_updates (org_id, incident_id, id);

ALTER TABLE incident_subscribers ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON incident_subscribers TO pulsar_app
  USING (org_id = current_setting('pulsar.org')::uuid);

ALTER TABLE incident_updates ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON incident_updates TO pulsar_app
  USING (org_id = current_setting('pulsar.org')::uuid);

GRANT SELECT, INSERT, UPDATE, DELETE ON incident_subscribers, incident_updates TO pulsar_app;
