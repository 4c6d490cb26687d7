DROP INDEX ix_alerts_search;

DROP FUNCTION search_alerts(text);

-- The organization and the tags as words that nobody can type, since "=" separates words. The organization, because a
-- word that is frequent in others must not cost this one. Every alert that comes in pays for this function, hence its form.
CREATE FUNCTION alert_marks(org_id uuid, tags text[])
RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  RETURN array_to_tsvector(('=o' || org_id) ||
    string_to_array('=t' || nullif(array_to_string(tags, E'\x01=t'), ''), E'\x01'));
END $$;

CREATE INDEX ix_alerts_search ON alerts USING gin ((search || alert_marks(org_id, tags)));

-- The newest alerts that fit, by their ids: `most` at most. It may stop at `needed` where more would be dear; `whole` says
-- that there are no others. With the owner's rights, because under row-level security a search does not use its index; so
-- each look has its own clause for the organization. None reads the table from one end to the other:
-- 1. What stands in the index by status is looked up there, in each status newest first.
-- 2. Otherwise, what is frequent stands among the newest few thousand, or among those of them that fit by that index.
-- 3. What does not is rare, so the index of words and marks gives few.
CREATE FUNCTION find_alerts(
  most int, needed int, below uuid, statuses text[], priorities text[], assigned_user uuid, assigned_team uuid,
  of_source text, of_integration uuid, since timestamptz, until timestamptz, words text, of_number bigint, about text,
  known_as text, has_tags text[], OUT ids uuid[], OUT whole boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  newest CONSTANT int := 5000;
  own uuid := current_setting('pulsar.org')::uuid;
  marked boolean := num_nonnulls(about, known_as, has_tags) > 0;
  narrowed boolean := num_nonnulls(statuses, priorities, assigned_user, assigned_team, of_source, of_integration, since,
    until) > 0;
  query tsquery := to_tsquery('simple', words);
  -- Of what an alert is about and known as the words at least, as `search` has them; the row is looked at as well.
  named tsvector := to_tsvector('simple', translate(concat_ws(' ', about, known_as),
    '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)));
  marks tsquery := (SELECT string_agg('''' || replace(replace(one, '\', '\\'), '''', '''''') || '''', ' & ')
    FROM unnest(tsvector_to_array(alert_marks(own, has_tags) || named)) AS one);
  looks text[];
  look text;
  -- No text of anybody's stands in what follows: all that is asked comes as a parameter.
  indexed text := concat_ws(' AND ', 'org_id = $1',
    CASE WHEN below IS NOT NULL THEN 'id < $2' END,
    CASE WHEN priorities IS NOT NULL THEN 'priority = ANY ($4)' END,
    CASE WHEN assigned_user IS NOT NULL THEN 'assigned_to_user_id = $5' END,
    CASE WHEN assigned_team IS NOT NULL THEN 'assigned_to_team_id = $6' END,
    CASE WHEN of_source IS NOT NULL THEN 'source = $7' END,
    CASE WHEN of_integration IS NOT NULL THEN 'integration_id = $8' END,
    CASE WHEN since IS NOT NULL THEN 'created_at >= $9' END,
    CASE WHEN until IS NOT NULL THEN 'created_at < $10' END);
  fits text := concat_ws(' AND ', indexed,
    CASE WHEN about IS NOT NULL THEN 'entity = $11' END,
    CASE WHEN known_as IS NOT NULL THEN 'alias = $12' END,
    CASE WHEN has_tags IS NOT NULL THEN 'tags @> $13' END);
  stands text := CASE WHEN statuses IS NULL THEN 'true' ELSE 'status = ANY ($3)' END;
  says text := CASE WHEN words IS NULL THEN 'true' WHEN of_number IS NULL THEN 'search @@ $15'
    ELSE '(search @@ $15 OR number = $16)' END;
  by_status CONSTANT text := 'SELECT array_agg(id ORDER BY id DESC), count(*) < $14 FROM (
    SELECT l.id FROM unnest($3) AS s CROSS JOIN LATERAL (
      SELECT id FROM alerts WHERE %1$s AND status = s ORDER BY id DESC LIMIT $14) AS l
    ORDER BY l.id DESC LIMIT $14) AS f';
  by_number CONSTANT text := 'SELECT array_agg(id), true FROM alerts WHERE %1$s AND %2$s AND number = $16';
  among_newest CONSTANT text := 'SELECT array_agg(id ORDER BY id DESC) FILTER (WHERE fits), count(*) < $18 FROM (
    SELECT id, %1$s AND %3$s AS fits FROM (
      SELECT * FROM alerts WHERE org_id = $1 AND ($2 IS NULL OR id < $2) AND %2$s ORDER BY id DESC LIMIT $18) AS n) AS f';
  among_fitting CONSTANT text := 'SELECT array_agg(id ORDER BY id DESC) FILTER (WHERE fits), count(*) < $18 FROM (
    SELECT a.id, a.fits FROM (
      SELECT l.id FROM unnest($3) AS s CROSS JOIN LATERAL (
        SELECT id FROM alerts WHERE %4$s AND status = s ORDER BY id DESC LIMIT $18) AS l
      ORDER BY l.id DESC LIMIT $18) AS w
    CROSS JOIN LATERAL (SELECT id, %1$s AND %3$s AS fits FROM alerts WHERE org_id = $1 AND id = w.id) AS a) AS f';
  by_index CONSTANT text := 'SELECT array_agg(id ORDER BY id DESC), count(*) < $14 FROM (
    SELECT id FROM (
      SELECT * FROM alerts WHERE (search || alert_marks(org_id, tags)) @@ $17 OFFSET 0) AS found
    WHERE %1$s AND %2$s
    UNION SELECT id FROM alerts WHERE %1$s AND %2$s AND number = $16
    ORDER BY id DESC LIMIT $14) AS f';
BEGIN
  looks := CASE WHEN marked OR words IS NOT NULL THEN ARRAY[
      CASE WHEN narrowed THEN among_fitting ELSE among_newest END, by_index]
    WHEN of_number IS NOT NULL THEN ARRAY[by_number] ELSE ARRAY[by_status] END;
  FOREACH look IN ARRAY looks LOOP
    EXECUTE format(look, fits, stands, says, indexed) INTO ids, whole
      USING own, below, coalesce(statuses, ARRAY['open', 'acknowledged', 'snoozed', 'closed']), priorities,
        assigned_user, assigned_team, of_source, of_integration, since, until, about, known_as, has_tags, most,
        query, of_number, coalesce(query && marks, marks), newest;
    EXIT WHEN whole OR cardinality(ids) >= needed;
  END LOOP;
  ids := coalesce(ids, '{}');
END $$;

REVOKE EXECUTE ON FUNCTION find_alerts(int, int, uuid, text[], text[], uuid, uuid, text, uuid, timestamptz, timestamptz,
  text, bigint, text, text, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION find_alerts(int, int, uuid, text[], text[], uuid, uuid, text, uuid, timestamptz, timestamptz,
  text, bigint, text, text, text[]) TO pulsar_app
