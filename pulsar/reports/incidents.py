"""How many incidents, and how soon was somebody on them, did it stop hurting, was it over? By severity, team or step.

Of those that began in the span, whatever became of them later. A duplicate that was merged is not a second one.
"""

from collections.abc import Mapping
from typing import Any

from pulsar.base.db import Transaction
from pulsar.incidents.rules import Severity
from pulsar.people.names import team_names
from pulsar.reports.asking import Question
from pulsar.reports.counting import counted
from pulsar.reports.figures import NO_TEAM, Figures, times
from pulsar.reports.rules import Step, buckets

SPANS = ("acknowledge", "mitigate", "resolve")

# Whoever sets the beginning to a later instant than a milestone makes no time negative; what is null stays so.
_FIGURES = """
SELECT key, grouping(key) = 1 AS whole, count(*) AS incidents, count(acknowledged_at) AS acknowledged,
       count(mitigated_at) AS mitigated, count(resolved_at) AS resolved, {times}
FROM (SELECT {key} AS key, acknowledged_at, mitigated_at, resolved_at,
             date_part('epoch', acknowledged_at - started_at) * (acknowledged_at > started_at)::int AS to_acknowledge,
             date_part('epoch', mitigated_at - started_at) * (mitigated_at > started_at)::int AS to_mitigate,
             date_part('epoch', resolved_at - started_at) * (resolved_at > started_at)::int AS to_resolve
      FROM incidents
      WHERE started_at >= $1 AND started_at < $2 AND ($3::uuid IS NULL OR team_id = $3)
        AND ($4::text[] IS NULL OR priority = ANY($4)) AND merged_into_id IS NULL) AS begun
GROUP BY ROLLUP (key)
"""
_TIMES = ", ".join(
    f"avg(to_{one}) AS {one}_mean,"
    f" percentile_cont('{{0.5,0.9}}'::float8[]) WITHIN GROUP (ORDER BY to_{one}) AS {one}_part"
    for one in SPANS
)

Counted = tuple[Figures, list[Figures]]


async def by_severity(tx: Transaction, asked: Question) -> Counted:
    total, found = await _counted(tx, 'severity COLLATE "C"', *asked.values)
    return total, [{"key": one, "label": one} | found.get(one, _figures({})) for one in map(str, Severity)]


async def by_team(tx: Transaction, asked: Question) -> Counted:
    total, found = await _counted(tx, "team_id", *asked.values)
    names = await team_names(tx, found)
    lines = [
        {"key": str(team_id or ""), "label": names.get(team_id, "") if team_id else NO_TEAM} | figures
        for team_id, figures in found.items()
    ]
    return total, sorted(lines, key=lambda line: (-line["incidents"], line["label"]))


async def by_step(tx: Transaction, asked: Question, step: Step) -> Counted:
    """Those without incidents too."""
    every = buckets(asked.start, asked.end, asked.zone, step)
    starts = [one.start for one in every]
    total, found = await _counted(tx, "width_bucket(started_at, $5::timestamptz[])", *asked.values, starts)
    return total, [
        {"key": str(bucket.day), "label": str(bucket.day)} | found.get(place, _figures({}))
        for place, bucket in enumerate(every, 1)
    ]


async def _counted(tx: Transaction, key: str, *values: Any) -> tuple[Figures, dict[Any, Figures]]:
    total, found = _figures({}), {}
    for row in await counted(tx, _FIGURES.format(key=key, times=_TIMES), *values):
        if row["whole"]:
            total = _figures(dict(row))
        else:
            found[row["key"]] = _figures(dict(row))
    return total, found


def _figures(row: Mapping[str, Any]) -> Figures:
    many = {name: row.get(name, 0) for name in ("incidents", "acknowledged", "mitigated", "resolved")}
    return many | {f"time_to_{one}": times(row, one) for one in SPANS}
