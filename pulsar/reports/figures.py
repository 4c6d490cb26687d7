"""How many alerts, how many were acknowledged, how fast? Of all together, and by day, priority, source, team or hour.

Every figure is about the alerts that were created in the span, whatever became of them later. All of it stands in one
index, so that a year is counted without a look at the rows.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pulsar.alerts.rules import Priority
from pulsar.base.db import Transaction
from pulsar.people.names import team_names
from pulsar.reports.asking import Question
from pulsar.reports.counting import counted
from pulsar.reports.rules import HOURS, Bucket, Step, buckets, hour_name, offsets

Figures = dict[str, Any]
NO_TEAM = "No team"
MOST_SOURCES = 100

CREATED = """
created_at >= $1 AND created_at < $2 AND ($3::uuid IS NULL OR assigned_to_team_id = $3)
AND ($4::text[] IS NULL OR priority = ANY($4))
"""

_COUNTS = "count(*) AS alerts, count(first_acknowledged_at) AS acknowledged, count(closed_at) AS closed"

_TIMES = """
avg(to_acknowledge) AS acknowledge_mean, avg(to_close) AS close_mean,
percentile_cont('{0.5,0.9}'::float8[]) WITHIN GROUP (ORDER BY to_acknowledge) AS acknowledge_part,
percentile_cont('{0.5,0.9}'::float8[]) WITHIN GROUP (ORDER BY to_close) AS close_part
"""

_FIGURES = """
SELECT key, {counts}, {times}
FROM (SELECT {key} AS key, first_acknowledged_at, closed_at,
             date_part('epoch', first_acknowledged_at - created_at) AS to_acknowledge,
             date_part('epoch', closed_at - created_at) AS to_close
      FROM alerts WHERE {created}) AS created
GROUP BY {group}
"""

# $5: when the offsets begin to hold, $6: seconds ahead of UTC. 1970 began with a Thursday.
_HOUR_OF_WEEK = """
SELECT mod(floor((date_part('epoch', created_at) + ($6::int[])[width_bucket(created_at, $5::timestamptz[])]) / 3600)
           ::bigint + 72, {hours}) AS key, {counts}
FROM alerts WHERE {created} GROUP BY key
"""


async def by_step(tx: Transaction, asked: Question, step: Step) -> tuple[Figures, list[Figures]]:
    """Of all together; and of every day, week or month of the span, those without alerts too."""
    every: Sequence[Bucket] = buckets(asked.start, asked.end, asked.zone, step)
    query = _figures_by("width_bucket(created_at, $5::timestamptz[])", group="ROLLUP (key)")
    rows = await _rows(tx, query, *asked.values, [one.start for one in every])
    return rows[None], [
        {"key": str(bucket.day), "label": str(bucket.day)} | rows.get(place, _nothing())
        for place, bucket in enumerate(every, 1)
    ]


async def by_priority(tx: Transaction, asked: Question) -> list[Figures]:
    rows = await _rows(tx, _figures_by('priority COLLATE "C"'), *asked.values)
    asked_for = asked.priorities or tuple(Priority)
    return [{"key": one, "label": one} | rows.get(one, _nothing()) for one in sorted(map(str, asked_for))]


async def by_source(tx: Transaction, asked: Question) -> list[Figures]:
    """The most frequent ones."""
    rows = await _rows(
        tx, _figures_by('source COLLATE "C"') + f" ORDER BY alerts DESC, key LIMIT {MOST_SOURCES}", *asked.values
    )
    return [{"key": name, "label": name} | figures for name, figures in rows.items()]


async def by_team(tx: Transaction, asked: Question) -> list[Figures]:
    rows = await _rows(tx, _figures_by("assigned_to_team_id") + " ORDER BY alerts DESC", *asked.values)
    names = await team_names(tx, rows)
    return [{"key": str(team_id or ""), "label": _team(names, team_id)} | figures for team_id, figures in rows.items()]


def _team(names: Mapping[UUID, str], team_id: UUID | None) -> str:
    return names.get(team_id, "") if team_id else NO_TEAM


async def by_hour_of_week(tx: Transaction, asked: Question) -> list[Figures]:
    """All 168, from Monday's midnight, by the clock on the wall."""
    changes = offsets(asked.zone, asked.start, asked.end)
    rows = await _rows(
        tx,
        _HOUR_OF_WEEK.format(hours=HOURS, counts=_COUNTS, created=CREATED),
        *asked.values,
        [one.since for one in changes],
        [int(one.ahead.total_seconds()) for one in changes],
    )
    return [{"key": str(hour), "label": hour_name(hour)} | rows.get(hour, _nothing()) for hour in range(HOURS)]


async def _rows(tx: Transaction, query: str, *values: Any) -> dict[Any, Figures]:
    return {row["key"]: _figures(dict(row)) for row in await counted(tx, query, *values)}


def _figures_by(key: str, group: str = "key") -> str:
    return _FIGURES.format(key=key, group=group, counts=_COUNTS, times=_TIMES, created=CREATED)


def _figures(row: Mapping[str, Any]) -> Figures:
    alerts = row["alerts"]
    return {
        "alerts": alerts,
        "acknowledged": row["acknowledged"],
        "acknowledgement_rate": row["acknowledged"] / alerts if alerts else None,
        "closed": row["closed"],
        "time_to_acknowledge": times(row, "acknowledge"),
        "time_to_close": times(row, "close"),
    }


def times(row: Mapping[str, Any], what: str) -> Figures:
    median, p90 = row.get(f"{what}_part") or (None, None)
    return {"mean_seconds": row.get(f"{what}_mean"), "median_seconds": median, "p90_seconds": p90}


def _nothing() -> Figures:
    return _figures({"alerts": 0, "acknowledged": 0, "closed": 0})
