"""A million alerts of fifty organizations, written by SQL: what lists, searches and reports are measured on.

The organizations are of very different sizes, as in life. Some words stand in every alert, some in a few; one
organization had a storm long ago.
"""

from uuid import UUID

import asyncpg

ALERTS = 1_000_000
OPEN = 0.1
ORGANIZATIONS = 50
BIGGEST = 0.3

_ORGANIZATIONS = """
CREATE TEMP TABLE crowd AS
SELECT place, gen_random_uuid() AS org_id, ($1 * CASE WHEN place = 1 THEN $3 ELSE (1 - $3) / ($2 - 1) END)::int AS many
FROM generate_series(1, $2) AS place
"""

_OWNERS = """
INSERT INTO organizations (id, name, slug, settings, created_at, updated_at)
SELECT org_id, 'Crowd ' || place, 'crowd-' || place || '-' || left(org_id::text, 8), '{}', now(), now() FROM crowd
"""

# An alert's id holds its time, as those that Pulsar makes do. Half of the newest alerts are open still.
_ALERTS = """
INSERT INTO alerts (org_id, id, number, alias, message, description, priority, status, source, entity, tags, details,
                    count, assigned_to_team_id, first_acknowledged_at, acknowledged_at, closed_at, close_reason,
                    last_occurred_at, created_at, updated_at)
SELECT org_id,
       (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3)
        || '8' || substr(md5('b' || n), 1, 15))::uuid,
       number,
       service || '/' || n % $3::int || CASE WHEN closed THEN '' ELSE '/' || number END,
       word || ' on ' || host || '.example.com is ' || 20 + n % 80 || '% over its limit' || storm,
       'Measured by the agent of ' || host || ' for ' || service || '. See the runbook of ' || service || '.',
       'P' || CASE WHEN n % 200 = 0 THEN 1 WHEN n % 20 = 1 THEN 2 WHEN n % 3 = 0 THEN 4 ELSE 3 END,
       CASE WHEN closed THEN 'closed' WHEN n % 3 = 0 THEN 'acknowledged' WHEN n % 50 = 1 THEN 'snoozed' ELSE 'open' END,
       (ARRAY['prometheus', 'grafana', 'datadog', 'zabbix', 'nagios'])[1 + n % 5],
       host, ARRAY[service, 'region-' || n % 6, 'team-' || n % 12],
       jsonb_build_object('host', host, 'value', (n % 100)::text),
       1 + n % 4, (SELECT t.id FROM teams t WHERE t.org_id = spread.org_id AND t.name = 'Team ' || n % 12),
       CASE WHEN n % 10 < 8 THEN at + acknowledged_after END,
       CASE WHEN n % 10 < 8 THEN at + acknowledged_after END,
       CASE WHEN closed THEN at + acknowledged_after * 4 END, CASE WHEN closed THEN 'it went away' END,
       at, at, at + acknowledged_after
FROM (
  SELECT c.org_id, i AS number, hashtext(c.place || ':' || i)::bigint & 1073741823 AS n,
         $1::timestamptz - interval '364 days' * (1 - i::float8 / c.many) AS at,
         (hashtext('x' || i)::bigint & 1023) * interval '3 seconds' AS acknowledged_after,
         i::float8 / c.many <= 1 - 2 * $2::float8 OR i % 2 = 0 AS closed,
         CASE WHEN c.place = 1 AND i::float8 / c.many BETWEEN 0.2 AND 0.3 THEN ' kafka' ELSE '' END AS storm,
         'host-' || (hashtext('h' || i)::bigint & 4095) AS host,
         (ARRAY['billing', 'search', 'checkout', 'mail', 'login', 'reports', 'images', 'queue'])[1 + i % 8] AS service,
         (ARRAY['Memory', 'Disk', 'Latency', 'Errors', 'CPU', 'Certificate'])[1 + i % 6] AS word
  FROM crowd c CROSS JOIN LATERAL generate_series(1, c.many) AS i) AS spread
ORDER BY at
"""

_TEAMS = """
INSERT INTO teams (org_id, id, name, description, version, created_at, updated_at)
SELECT org_id, gen_random_uuid(), 'Team ' || n, '', 1, now(), now() FROM crowd CROSS JOIN generate_series(0, 11) AS n
"""

# Done with: or else the auditor would page for each that is open.
_ESCALATIONS = """
INSERT INTO escalations (org_id, id, subject_id, subject, ladder, generation, status, acknowledged, cycle, position,
                         reached_anybody, fired, started_at)
SELECT org_id, id, id, '{}', '{}', 1, 'completed', false, 0, 0, true, '[]', created_at FROM alerts WHERE status = 'open'
"""

_SEARCH = "CREATE INDEX ix_alerts_search ON alerts USING gin ((search || alert_marks(org_id, tags)))"


async def write_crowd(
    connection: asyncpg.Connection,
    *,
    alerts: int = ALERTS,
    organizations: int = ORGANIZATIONS,
    biggest: float = BIGGEST,
    still_open: float = OPEN,
    aliases: int = 5000,
) -> list[UUID]:
    """As the owner of the tables. Answers the organizations' ids, the biggest first."""
    await connection.execute("DROP TABLE IF EXISTS crowd")
    now = await connection.fetchval("SELECT now()")
    await connection.execute(_with(_ORGANIZATIONS, alerts, organizations, biggest))
    await connection.execute(_OWNERS)
    await connection.execute(_TEAMS)
    # The index is written faster in one piece.
    await connection.execute("DROP INDEX ix_alerts_search")
    await connection.execute(_ALERTS, now, still_open, aliases, timeout=1800)
    await connection.execute(_SEARCH, timeout=1800)
    await connection.execute(_ESCALATIONS, timeout=600)
    await connection.execute("VACUUM ANALYZE alerts", timeout=1800)
    return [row["org_id"] for row in await connection.fetch("SELECT org_id FROM crowd ORDER BY place")]


def _with(statement: str, *values: float) -> str:
    """A statement that makes a table takes no parameters."""
    for place, value in enumerate(values, 1):
        statement = statement.replace(f"${place}", f"{value!r}::numeric")
    return statement
