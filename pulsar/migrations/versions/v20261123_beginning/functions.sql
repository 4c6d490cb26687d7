-- The few questions that no single organization can answer, each put as one function that runs with the rights
-- of the tables' owner and gives away only what it must.

CREATE FUNCTION organizations_of(of_user uuid)
RETURNS TABLE (id uuid, name text, slug text, role text, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
  SELECT o.id, o.name, o.slug, m.role, o.created_at
  FROM memberships m JOIN organizations o ON o.id = m.org_id
  WHERE m.user_id = of_user AND m.active
  ORDER BY m.joined_at, o.id
$$;

CREATE FUNCTION incoming_token(of_hash bytea)
RETURNS TABLE (org_id uuid, id uuid, integration_type text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
  SELECT t.org_id, t.id, t.integration_type FROM incoming_tokens t WHERE t.token_hash = of_hash
$$;

CREATE FUNCTION search_alerts(words text)
RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
  SELECT a.id FROM alerts a
  WHERE a.org_id = current_setting('pulsar.org')::uuid AND a.search @@ to_tsquery('simple', words)
$$;

CREATE FUNCTION overdue_work(before timestamptz)
RETURNS TABLE (kind text, org_id uuid, id uuid, generation int, cycle int, "position" int, priority text, due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
  WITH waiting AS (
    SELECT (convert_from(payload, 'UTF8')::jsonb->>'org')::uuid AS org_id, max(now() - execute_after) AS age
    FROM pgqueuer WHERE status = 'queued' AND execute_after < now() GROUP BY 1)
  (SELECT 'step', e.org_id, e.id, e.generation, e.cycle, e.position, e.subject->>'priority', e.next_at
   FROM escalations e LEFT JOIN waiting w USING (org_id)
   WHERE e.status = 'running' AND e.next_at < before AND e.next_at < before - coalesce(w.age, '0')
   ORDER BY e.next_at LIMIT 1000)
  UNION ALL
  (SELECT 'delivery', n.org_id, n.id, n.tries, NULL, NULL, n.content->'subject'->>'priority', n.next_attempt_at
   FROM notifications n LEFT JOIN waiting w USING (org_id)
   WHERE n.status IN ('pending', 'sending') AND n.next_attempt_at < before
     AND n.next_attempt_at < before - coalesce(w.age, '0')
   ORDER BY n.next_attempt_at LIMIT 1000)
  UNION ALL
  (SELECT 'wake', a.org_id, a.id, NULL, NULL, NULL, a.priority, a.snoozed_until
   FROM alerts a WHERE a.status = 'snoozed' AND a.snoozed_until < before ORDER BY a.snoozed_until LIMIT 1000)
$$;

-- With the rights of the caller: what it writes, row-level security checks.
CREATE FUNCTION write_events()
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public
AS $$
DECLARE
  batch jsonb := current_setting('pulsar.events')::jsonb;
  many int := jsonb_array_length(batch->'events');
  before bigint;
BEGIN
  UPDATE counters SET value = value + many WHERE name = 'events' RETURNING value - many INTO STRICT before;
  INSERT INTO events (number, at, type, subject_type, subject_id, actor_type, actor_id, actor_name, data)
  SELECT before + i, (batch->>'at')::timestamptz, line->>'type', line->>'subject_type', (line->>'subject_id')::uuid,
         line->>'actor_type', (line->>'actor_id')::uuid, line->>'actor_name', line->'data'
  FROM jsonb_array_elements(batch->'events') WITH ORDINALITY AS e (line, i);
END $$;

CREATE FUNCTION engine_state(at timestamptz)
RETURNS TABLE (jobs_waiting bigint, oldest_overdue_seconds double precision, escalations_running bigint,
               escalations_faulty bigint, notifications_pending bigint, notifications_failed bigint,
               work_mended numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
  SELECT
    (SELECT count(*) FROM pgqueuer WHERE status = 'queued' AND execute_after < at),
    (SELECT greatest(0, extract(epoch FROM at - least(
       (SELECT min(next_at) FROM escalations WHERE status = 'running'),
       (SELECT min(next_attempt_at) FROM notifications WHERE status IN ('pending', 'sending')))))::double precision),
    (SELECT count(*) FROM escalations WHERE status = 'running'),
    (SELECT count(*) FROM escalations WHERE fault IS NOT NULL AND started_at > at - interval '1 hour'),
    (SELECT count(*) FROM notifications WHERE status IN ('pending', 'sending')),
    (SELECT count(*) FROM notifications WHERE status = 'failed' AND created_at > at - interval '1 hour'),
    (SELECT sum(mended) FROM workers)
$$;

REVOKE EXECUTE ON FUNCTION organizations_of(uuid), incoming_token(bytea), search_alerts(text),
  overdue_work(timestamptz), engine_state(timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION organizations_of(uuid), incoming_token(bytea), search_alerts(text),
  overdue_work(timestamptz), engine_state(timestamptz) TO pulsar_app;
