"""Which alarms come most often, and did anybody need them?"""

from typing import Any

from pulsar.base.db import Transaction
from pulsar.reports.asking import Question
from pulsar.reports.counting import counted
from pulsar.reports.figures import CREATED

# The latest alert of an alias by its number, which has an index; asked only of those that are shown.
_NOISIEST = """
SELECT noisy.*, a.id AS latest_id, a.number AS latest_number, a.message, a.priority, a.created_at AS latest_at
FROM (SELECT alias, count(*) AS alerts, sum(count)::bigint AS occurrences,
             count(first_acknowledged_at) AS acknowledged,
             count(*) FILTER (WHERE closed_at IS NOT NULL AND first_acknowledged_at IS NULL) AS closed_unseen,
             max(number) AS latest
      FROM alerts WHERE {created}
      GROUP BY alias ORDER BY alerts DESC, occurrences DESC, latest DESC LIMIT $5) AS noisy
JOIN alerts a ON a.number = noisy.latest
ORDER BY alerts DESC, occurrences DESC, latest DESC
"""


async def noisiest(tx: Transaction, asked: Question, most: int) -> list[dict[str, Any]]:
    rows = await counted(tx, _NOISIEST.format(created=CREATED), *asked.values, most)
    return [dict(row) | {"acknowledgement_rate": row["acknowledged"] / row["alerts"]} for row in rows]
