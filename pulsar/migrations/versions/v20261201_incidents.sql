-- Incidents, who works on them, their alerts and notes; and the search among them.
CREATE TABLE incidents (
  org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
  id UUID NOT NULL,
  number BIGINT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  severity TEXT NOT NULL,
  status TEXT NOT NULL,
  priority TEXT NOT NULL,
  team_id UUID,
  created_by_user_id UUID,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  acknowledged_at TIMESTAMP WITH TIME ZONE,
  mitigated_at TIMESTAMP WITH TIME ZONE,
  resolved_at TIMESTAMP WITH TIME ZONE,
  version INTEGER NOT NULL,
  search TSVECTOR GENERATED ALWAYS AS (to_tsvector('simple',
    translate(title || ' ' || left(description, 20000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~',
    repeat(' ', 32)))) STORED NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_incidents PRIMARY KEY (org_id, id),
  CONSTRAINT ck_incidents_severity CHECK (severity IN ('critical','high','medium','low')),
  CONSTRAINT ck_incidents_status CHECK (status IN ('investigating','identified','monitoring','resolved')),
  CONSTRAINT ck_incidents_resolved_at CHECK ((status = 'resolved') = (resolved_at IS NOT NULL)),
  CONSTRAINT ck_incidents_priority CHECK (priority IN ('P1','P2','P3','P4','P5')),
  CONSTRAINT fk_incidents_org_id_team_id FOREIGN KEY(org_id, team_id) REFERENCES teams (org_id, id) ON DELETE SET NULL (team_id),
  CONSTRAINT fk_incidents_org_id_created_by_user_id FOREIGN KEY(org_id, created_by_user_id) REFERENCES memberships (org_id, user_id)
);

CREATE INDEX ix_incidents_search ON incidents USING gin (search);

CREATE INDEX ix_incidents_status ON incidents (org_id, status, id);

CREATE INDEX ix_incidents_team ON incidents (org_id, team_id, id);

CREATE UNIQUE INDEX uq_incidents_number ON incidents (org_id, number);

CREATE TABLE incident_responders (
  org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
  id UUID NOT NULL,
  incident_id UUID NOT NULL,
  user_id UUID NOT NULL,
  role TEXT NOT NULL,
  joined_at TIMESTAMP WITH TIME ZONE,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_incident_responders PRIMARY KEY (org_id, id),
  CONSTRAINT fk_incident_responders_org_id_incident_id FOREIGN KEY(org_id, incident_id) REFERENCES incidents (org_id, id) ON DELETE CASCADE,
  CONSTRAINT fk_incident_responders_org_id_user_id FOREIGN KEY(org_id, user_id) REFERENCES memberships (org_id, user_id),
  CONSTRAINT ck_incident_responders_role CHECK (role IN ('incident_commander','responder'))
);

CREATE INDEX ix_incident_responders_user ON incident_responders (org_id, user_id, incident_id);

CREATE UNIQUE INDEX uq_incident_responders_user ON incident_responders (org_id, incident_id, user_id);

CREATE TABLE incident_alerts (
  org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
  incident_id UUID NOT NULL,
  alert_id UUID NOT NULL,
  linked_by_user_id UUID,
  linked_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_incident_alerts PRIMARY KEY (org_id, incident_id, alert_id),
  CONSTRAINT fk_incident_alerts_org_id_incident_id FOREIGN KEY(org_id, incident_id) REFERENCES incidents (org_id, id) ON DELETE CASCADE,
  CONSTRAINT fk_incident_alerts_org_id_alert_id FOREIGN KEY(org_id, alert_id) REFERENCES alerts (org_id, id) ON DELETE CASCADE,
  CONSTRAINT fk_incident_alerts_org_id_linked_by_user_id FOREIGN KEY(org_id, linked_by_user_id) REFERENCES memberships (org_id, user_id)
);

CREATE INDEX ix_incident_alerts_alert ON incident_alerts (org_id, alert_id, incident_id);

CREATE TABLE incident_notes (
  org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
  id UUID NOT NULL,
  incident_id UUID NOT NULL,
  author_id UUID NOT NULL,
  text TEXT NOT NULL,
  version INTEGER NOT NULL,
  edited_at TIMESTAMP WITH TIME ZONE,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_incident_notes PRIMARY KEY (org_id, id),
  CONSTRAINT fk_incident_notes_org_id_incident_id FOREIGN KEY(org_id, incident_id) REFERENCES incidents (org_id, id) ON DELETE CASCADE,
  CONSTRAINT fk_incident_notes_org_id_author_id FOREIGN KEY(org_id, author_id) REFERENCES memberships (org_id, user_id)
);

CREATE INDEX ix_incident_notes_incident ON incident_notes (org_id, incident_id, id);

ALTER TABLE incidents ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON incidents TO pulsar_app
  USING (org_id = current_setting('pulsar.org')::uuid);

ALTER TABLE incident_responders ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON incident_responders TO pulsar_app
  USING (org_id = current_setting('pulsar.org')::uuid);

ALTER TABLE incident_alerts ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON incident_alerts TO pulsar_app
  USING (org_id = current_setting('pulsar.org')::uuid);

ALTER TABLE incident_notes ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON incident_notes TO pulsar_app
  USING (org_id = current_setting('pulsar.org')::uuid);

GRANT SELECT, INSERT, UPDATE, DELETE ON incidents, incident_responders, incident_alerts, incident_notes TO pulsar_app;

CREATE FUNCTION search_incidents(words text)
RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
  SELECT i.id FROM incidents i
  WHERE i.org_id = current_setting('pulsar.org')::uuid AND i.search @@ to_tsquery('simple', words)
$$;

REVOKE EXECUTE ON FUNCTION search_incidents(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION search_incidents(text) TO pulsar_app;
