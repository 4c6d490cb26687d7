CREATE TABLE webhook_endpoints (
  org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
  id UUID NOT NULL,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  enabled BOOLEAN NOT NULL,
  flags TEXT[] NOT NULL,
  patterns TEXT[] NOT NULL,
  team_ids UUID[] NOT NULL,
  priorities TEXT[] NOT NULL,
  headers BYTEA,
  timeout INTERVAL NOT NULL,
  max_retries INTEGER NOT NULL,
  retry_delay INTERVAL NOT NULL,
  secret BYTEA NOT NULL,
  previous_secret BYTEA,
  previous_until TIMESTAMP WITH TIME ZONE,
  planned_to BIGINT NOT NULL,
  failures INTEGER NOT NULL,
  failing_since TIMESTAMP WITH TIME ZONE,
  resume_at TIMESTAMP WITH TIME ZONE,
  last_delivered_at TIMESTAMP WITH TIME ZONE,
  last_error TEXT,
  disabled_at TIMESTAMP WITH TIME ZONE,
  disabled_reason TEXT,
  version INTEGER NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_webhook_endpoints PRIMARY KEY (org_id, id)
);

ALTER TABLE webhook_endpoints SET (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.05);

CREATE TABLE webhook_deliveries (
  org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
  id UUID NOT NULL,
  endpoint_id UUID NOT NULL,
  number BIGINT,
  event_type TEXT NOT NULL,
  subject_type TEXT NOT NULL,
  subject_id UUID NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  tries INTEGER NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE,
  last_status INTEGER,
  last_error TEXT,
  finished_at TIMESTAMP WITH TIME ZONE,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_webhook_deliveries PRIMARY KEY (org_id, id),
  CONSTRAINT ck_webhook_deliveries_state CHECK (state IN ('waiting','pending','sending','delivered','failed')),
  CONSTRAINT ck_webhook_deliveries_due_at CHECK ((due_at IS NOT NULL) = (state IN ('pending','sending')))
);

CREATE UNIQUE INDEX uq_webhook_deliveries_event ON webhook_deliveries (org_id, endpoint_id, number);

CREATE INDEX ix_webhook_deliveries_due ON webhook_deliveries (org_id, endpoint_id, due_at) WHERE due_at IS NOT NULL;

CREATE INDEX ix_webhook_deliveries_line ON webhook_deliveries (org_id, endpoint_id, subject_id, number)
  WHERE state IN ('waiting','pending','sending');

CREATE INDEX ix_webhook_deliveries_endpoint ON webhook_deliveries (org_id, endpoint_id, id);

CREATE INDEX ix_webhook_deliveries_state ON webhook_deliveries (org_id, state, id);

CREATE INDEX ix_webhook_deliveries_type ON webhook_deliveries (org_id, event_type, id);

CREATE TABLE webhook_attempts (
  org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
  id UUID NOT NULL,
  delivery_id UUID NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  duration_ms INTEGER NOT NULL,
  url TEXT NOT NULL,
  request_headers JSONB NOT NULL,
  status INTEGER,
  error TEXT,
  response_headers JSONB NOT NULL,
  response_body TEXT NOT NULL,
  CONSTRAINT pk_webhook_attempts PRIMARY KEY (org_id, id),
  CONSTRAINT fk_webhook_attempts_org_id_delivery_id FOREIGN KEY (org_id, delivery_id)
    REFERENCES webhook_deliveries (org_id, id) ON DELETE CASCADE
);

CREATE INDEX ix_webhook_attempts_delivery ON webhook_attempts (org_id, delivery_id, id);

ALTER TABLE webhook_endpoints ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON webhook_endpoints TO pulsar_app
  USING (org_id = current_setting('pulsar.org')::uuid);

ALTER TABLE webhook_deliveries ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON webhook_deliveries TO pulsar_app
  USING (org_id = current_setting('pulsar.org')::uuid);

ALTER TABLE webhook_attempts ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON webhook_attempts TO pulsar_app
  USING (org_id = current_setting('pulsar.org')::uuid);

GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_endpoints, webhook_deliveries, webhook_attempts TO pulsar_app;

CREATE FUNCTION webhook_organizations() RETURNS TABLE (org_id uuid, behind boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
  SELECT e.org_id, min(e.planned_to) < min(c.value) FROM webhook_endpoints e
  JOIN counters c ON c.org_id = e.org_id AND c.name = 'events'
  WHERE e.enabled GROUP BY e.org_id $$;

CREATE FUNCTION due_webhooks(at timestamptz) RETURNS TABLE (org_id uuid, id uuid, failures int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
  SELECT e.org_id, e.id, e.failures FROM webhook_endpoints e
  WHERE e.enabled AND (e.resume_at IS NULL OR e.resume_at <= at) AND EXISTS (
    SELECT FROM webhook_deliveries d WHERE d.org_id = e.org_id AND d.endpoint_id = e.id AND d.due_at <= at) $$;

CREATE FUNCTION forget_webhook_deliveries(before timestamptz, below uuid, most int) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
  WITH old AS (
    SELECT found.org_id, found.id FROM organizations o CROSS JOIN LATERAL (
      SELECT d.org_id, d.id FROM webhook_deliveries d
      WHERE d.org_id = o.id AND d.id < below AND d.created_at < before ORDER BY d.id LIMIT most) AS found
    LIMIT most),
  gone AS (DELETE FROM webhook_deliveries d USING old WHERE d.org_id = old.org_id AND d.id = old.id RETURNING 1)
  SELECT count(*) FROM gone $$;

REVOKE EXECUTE ON FUNCTION webhook_organizations(), due_webhooks(timestamptz),
  forget_webhook_deliveries(timestamptz, uuid, int) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION webhook_organizations(), due_webhooks(timestamptz),
  forget_webhook_deliveries(timestamptz, uuid, int) TO pulsar_app;
