"""Messages by the million and incidents by the hundred thousand, of one organization: what its log and its list of
incidents are measured on.

Most of it is what it always is: sent, about a thing or two, to people who are still there. A little of it is rare: some
failed, one channel was used for a week long ago, one person left with the winter.
"""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

PEOPLE = 30

_PEOPLE = """
WITH people AS (
  INSERT INTO users (id, email, username, full_name, password_hash, created_at, updated_at)
  SELECT gen_random_uuid(), 'past-' || n || '-' || $2 || '@example.org', 'past-' || n || '-' || $2, 'Person ' || n, '',
         now(), now()
  FROM generate_series(1, $3::int) AS n RETURNING id)
INSERT INTO memberships (org_id, user_id, role, active, joined_at) SELECT $1, id, 'member', true, now() FROM people
RETURNING user_id
"""

# An id holds its time, as those that Pulsar makes do. The first person has half of all; the last only the oldest.
_MESSAGES = """
INSERT INTO notifications (org_id, id, key, purpose, user_id, channel_id, channel_name, channel_type, content, status,
                           tries, sent_at, created_at)
SELECT $1, (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(i::text), 1, 3) || '8'
            || substr(md5('b' || i), 1, 15))::uuid,
       'past:' || i, 'page', ($3::uuid[])[CASE WHEN part < 0.02 AND i % 20 = 0 THEN cardinality($3::uuid[])
         WHEN n % 2 = 0 THEN 1 ELSE 2 + n % (cardinality($3::uuid[]) - 2) END],
       channel, 'Channel', 'webhook', '{}', status, 1, CASE WHEN status = 'sent' THEN at END, at
FROM (SELECT i, n, part, now() - interval '364 days' * (1 - part) AS at,
             ($4::uuid[])[CASE WHEN part BETWEEN 0.1 AND 0.12 AND i % 50 = 0 THEN 4 ELSE 1 + n % 3 END] AS channel,
             CASE WHEN n % 1000 = 1 THEN 'failed' WHEN n % 300 = 2 THEN 'cancelled' WHEN n % 10 = 3 THEN 'suppressed'
               WHEN part < 0.3 AND i % 3000 = 0 THEN 'delivered' ELSE 'sent' END AS status
      FROM (SELECT i, hashtext('m' || i)::bigint & 1073741823 AS n, i::float8 / $2::float8 AS part
            FROM generate_series(1, $2::int) AS i) AS counted) AS spread
"""

_INCIDENTS = """
INSERT INTO incidents (org_id, id, number, title, description, severity, status, priority, started_at, resolved_at,
                       version, created_at, updated_at)
SELECT $1, (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(i::text), 1, 3) || '8'
            || substr(md5('c' || i), 1, 15))::uuid,
       i,
       word || ' is down for some' || CASE WHEN i BETWEEN $2 * 0.2 AND $2 * 0.22 THEN ' since kafka moved' ELSE '' END,
       'Customers say that ' || lower(word) || ' answers slowly. The deploy of ' || i || ' is suspected.',
       (ARRAY['critical', 'high', 'medium', 'low'])[1 + i % 4],
       CASE WHEN i % 500 = 0 THEN 'investigating' ELSE 'resolved' END, 'P' || 1 + i % 5,
       at, CASE WHEN i % 500 <> 0 THEN at + interval '1 hour' END, 1, at, at
FROM (SELECT i, now() - interval '1000 days' * (1 - i::float8 / $2) AS at,
             (ARRAY['Checkout', 'Mail', 'Search', 'Login', 'Billing'])[1 + i % 5] AS word
      FROM generate_series(1, $2::int) AS i) AS spread
"""


@dataclass(frozen=True)
class Past:
    people: list[UUID]
    channels: list[UUID]
    """The last was used for a week only."""


async def write_past(connection: asyncpg.Connection, org: UUID, *, messages: int, incidents: int) -> Past:
    """As the owner of the tables."""
    rows = await connection.fetch(_PEOPLE, org, str(org)[:8], PEOPLE)
    people = [row["user_id"] for row in rows]
    channels = [
        row["id"] for row in await connection.fetch("SELECT gen_random_uuid() AS id FROM generate_series(1, 4)")
    ]
    await connection.execute(_MESSAGES, org, messages, people, channels, timeout=3600)
    await connection.execute(_INCIDENTS, org, incidents, timeout=1800)
    await connection.execute("VACUUM ANALYZE notifications", timeout=1800)
    await connection.execute("VACUUM ANALYZE incidents", timeout=1800)
    return Past(people, channels)
