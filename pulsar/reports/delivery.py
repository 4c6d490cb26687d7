"""Do messages arrive? For each channel: how many went out, failed or were held back, and how long it took."""

from typing import Any

from pulsar.base.db import Transaction
from pulsar.reports.asking import Question
from pulsar.reports.counting import counted

# A channel that was deleted is called as it was when the last of these messages was written.
_DELIVERY = """
SELECT found.*, coalesce(c.name, last.channel_name) AS channel_name,
       coalesce(c.channel_type, last.channel_type) AS channel_type, c.id IS NULL AS deleted
FROM (SELECT channel_id, count(*) AS messages,
             count(*) FILTER (WHERE status IN ('sent', 'delivered')) AS sent,
             count(*) FILTER (WHERE status = 'delivered') AS confirmed,
             count(*) FILTER (WHERE status = 'failed') AS failed,
             count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
             count(*) FILTER (WHERE status = 'suppressed') AS held_back,
             count(*) FILTER (WHERE status IN ('pending', 'sending')) AS waiting,
             percentile_cont('{0.5,0.9}'::float8[]) WITHIN GROUP (ORDER BY date_part('epoch', sent_at - created_at))
               FILTER (WHERE status IN ('sent', 'delivered')) AS took
      FROM notifications
      WHERE created_at >= $1 AND created_at < $2
        AND ($3::uuid IS NULL OR EXISTS (SELECT FROM alerts a WHERE a.id = subject_id AND a.assigned_to_team_id = $3))
        AND ($4::text[] IS NULL OR content->'subject'->>'priority' = ANY($4))
      GROUP BY channel_id) AS found
LEFT JOIN channels c ON c.id = found.channel_id
LEFT JOIN LATERAL (SELECT n.channel_name, n.channel_type FROM notifications n
                   WHERE c.id IS NULL AND n.channel_id = found.channel_id AND n.created_at >= $1 AND n.created_at < $2
                   ORDER BY n.created_at DESC LIMIT 1) AS last ON true
ORDER BY messages DESC, found.channel_id
"""


async def by_channel(tx: Transaction, asked: Question) -> list[dict[str, Any]]:
    return [_figures(dict(row)) for row in await counted(tx, _DELIVERY, *asked.values)]


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    tried = row["sent"] + row["failed"]
    median, p90 = row.pop("took") or (None, None)
    return row | {
        "success_rate": row["sent"] / tried if tried else None,
        "median_seconds": median,
        "p90_seconds": p90,
    }
