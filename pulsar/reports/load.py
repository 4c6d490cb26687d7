"""Who bears the load? For each person: pages by day and by night, by the clock where they live, and time on call."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.oncall.calendar import joined, shifts
from pulsar.oncall.model import ScheduleRow
from pulsar.oncall.reading import read
from pulsar.oncall.size import MOST_SHIFTS
from pulsar.oncall.spans import Span, expect_few
from pulsar.orgs.model import Membership
from pulsar.people.model import User
from pulsar.reports.asking import Question
from pulsar.reports.counting import counted
from pulsar.reports.rules import NIGHT_BEGINS, NIGHT_ENDS, at_night, offsets

# One page is what one level of one round told somebody, over however many channels; it came when the first of them
# did. What begins the key of a message is that occasion. $5 to $8: whose clocks are how far ahead of UTC, and when;
# $9 and $10: when the night is.
_PAGES = """
WITH told AS (
  SELECT user_id, min(sent_at) AS at, count(*) AS messages
  FROM notifications
  WHERE created_at >= $1 AND created_at < $2 AND purpose = 'page' AND user_id IS NOT NULL
    AND status IN ('sent', 'delivered') AND sent_at IS NOT NULL
    AND ($3::uuid IS NULL OR EXISTS (SELECT FROM alerts a WHERE a.id = subject_id AND a.assigned_to_team_id = $3))
    AND ($4::text[] IS NULL OR content->'subject'->>'priority' = ANY($4))
  GROUP BY user_id, split_part(key, ':', 1), split_part(key, ':', 2), split_part(key, ':', 3), split_part(key, ':', 4))
SELECT told.user_id, count(*) AS pages, sum(messages)::bigint AS messages,
       count(*) FILTER (WHERE local::time >= $9 OR local::time < $10) AS pages_at_night
FROM told
JOIN ROWS FROM (unnest($5::uuid[]), unnest($6::timestamptz[]), unnest($7::timestamptz[]), unnest($8::int[]))
     AS wall (user_id, since, until, ahead)
  ON wall.user_id = told.user_id AND told.at >= wall.since AND told.at < wall.until
CROSS JOIN LATERAL (SELECT told.at AT TIME ZONE 'UTC' + wall.ahead * interval '1 second' AS local) AS there
GROUP BY told.user_id
"""

_LATER = timedelta(days=3)
"""How long after it was written a message may still go out."""


@dataclass
class Load:
    pages: int = 0
    pages_at_night: int = 0
    messages: int = 0
    on_call: timedelta = field(default_factory=timedelta)
    on_call_at_night: timedelta = field(default_factory=timedelta)


async def by_person(tx: Transaction, asked: Question) -> list[dict[str, Any]]:
    people = select(User.id, User.full_name, User.time_zone).join(Membership, Membership.user_id == User.id)
    users = {row.id: row for row in await tx.execute(people)}
    zones = {user_id: row.time_zone or asked.zone for user_id, row in users.items()}
    loads: dict[UUID, Load] = defaultdict(Load)
    for row in await _pages(tx, asked, zones):
        load = loads[row["user_id"]]
        load.pages, load.pages_at_night, load.messages = row["pages"], row["pages_at_night"], row["messages"]
    for user_id, spans in (await _on_call(tx, asked)).items():
        loads[user_id].on_call = sum((end - start for start, end in spans), timedelta())
        loads[user_id].on_call_at_night = at_night(spans, zones.get(user_id, asked.zone))
    found = [_line(user_id, users[user_id].full_name, zones[user_id], load) for user_id, load in loads.items()]
    return sorted(found, key=lambda line: (-line["pages"], -line["on_call_seconds"], line["name"]))


def _line(user_id: UUID, name: str, zone: str, load: Load) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "name": name,
        "time_zone": zone,
        "pages": load.pages,
        "pages_by_day": load.pages - load.pages_at_night,
        "pages_at_night": load.pages_at_night,
        "messages": load.messages,
        "on_call_seconds": load.on_call.total_seconds(),
        "on_call_at_night_seconds": load.on_call_at_night.total_seconds(),
    }


async def _pages(tx: Transaction, asked: Question, zones: dict[UUID, str]) -> Iterable[Any]:
    until = asked.end + _LATER
    changes = {zone: offsets(zone, asked.start, until) for zone in set(zones.values())}
    walls = []
    for user_id, zone in zones.items():
        ends = [one.since for one in changes[zone][1:]] + [until]
        walls += [
            (user_id, one.since, end, int(one.ahead.total_seconds()))
            for one, end in zip(changes[zone], ends, strict=True)
        ]
    return (
        []
        if not walls
        else await counted(tx, _PAGES, *asked.values, *map(list, zip(*walls, strict=True)), NIGHT_BEGINS, NIGHT_ENDS)
    )


async def _on_call(tx: Transaction, asked: Question) -> dict[UUID, list[tuple[datetime, datetime]]]:
    """As the final schedules have it, up to now. Who is on call in two schedules at once is so only once."""
    end = min(asked.end, clock.now())
    if end <= asked.start:
        return {}
    query = select(ScheduleRow).order_by(ScheduleRow.id)
    rows = (await tx.scalars(query.where(ScheduleRow.team_id == asked.team_id) if asked.team_id else query)).all()
    known = await read(tx, rows, asked.start, end)
    expect_few((one.value for one in known), Span(asked.start, end), most=10 * MOST_SHIFTS)
    found: dict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    for shift in joined(shift for one in known for shift in shifts(one.value, asked.start, end)):
        found[shift.user_id].append((shift.start, shift.end))
    return found
