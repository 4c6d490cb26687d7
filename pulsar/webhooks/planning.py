"""Who is to be told of what happened? The stream is followed by number, so that no event is passed over and none is
planned twice, whatever becomes of whoever plans."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.events import CounterRow, EventRow
from pulsar.base.ids import new_id
from pulsar.webhooks import payload, queue
from pulsar.webhooks.model import Endpoint
from pulsar.webhooks.rules import State, Wishes

BATCH = 500
"""Events in one transaction."""

_WRITE = """
INSERT INTO webhook_deliveries
  (id, endpoint_id, number, event_type, subject_type, subject_id, body, state, tries, due_at, created_at)
SELECT id, endpoint_id, number, event_type, subject_type, subject_id, body, state, 0,
       CASE WHEN state = 'pending' THEN $9::timestamptz END, $9
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::text[])
  AS d (id, endpoint_id, number, event_type, subject_type, subject_id, body, state)
ON CONFLICT (org_id, endpoint_id, number) DO NOTHING
"""


WAITING: State = "waiting"


@dataclass(frozen=True)
class Wanted:
    """One event for one endpoint."""

    endpoint: Endpoint
    event: EventRow


@dataclass(frozen=True)
class Planned:
    deliveries: int
    more: bool
    """There are events left that nobody has looked at."""


def wishes_of(endpoint: Endpoint) -> Wishes:
    return Wishes(
        frozenset(endpoint.flags),
        tuple(endpoint.patterns),
        frozenset(endpoint.team_ids),
        frozenset(endpoint.priorities),
    )


async def plan(tx: Transaction, base_url: str) -> Planned:
    """The next events of the organization."""
    await queue.hold(tx)
    endpoints = (await tx.scalars(select(Endpoint).where(Endpoint.enabled))).all()
    if not endpoints:
        return Planned(0, more=False)
    # In this order: what has a number up to that of the counter has been committed with it.
    last = await tx.scalar(select(CounterRow.value).where(CounterRow.name == "events")) or 0
    start = min(endpoint.planned_to for endpoint in endpoints)
    events = await _events(tx, start, last)
    until = events[-1].number if len(events) == BATCH else last
    count = await write(tx, _wanted(endpoints, events), base_url)
    behind = [endpoint.id for endpoint in endpoints if endpoint.planned_to < until]
    if behind:
        moved = update(Endpoint).where(Endpoint.id.in_(behind)).values(planned_to=until, updated_at=Endpoint.updated_at)
        await tx.execute(moved.execution_options(synchronize_session=False))
    return Planned(count, more=until < last)


async def _events(tx: Transaction, start: int, last: int) -> Sequence[EventRow]:
    query = select(EventRow).where(EventRow.number > start, EventRow.number <= last)
    return (await tx.scalars(query.order_by(EventRow.number).limit(BATCH))).all()


def _wanted(endpoints: Sequence[Endpoint], events: Sequence[EventRow]) -> list[Wanted]:
    wishes = {endpoint.id: wishes_of(endpoint) for endpoint in endpoints}
    return [
        Wanted(endpoint, event)
        for event in events
        for endpoint in endpoints
        if event.number > endpoint.planned_to and wishes[endpoint.id].named(event.type, event.data)
    ]


async def write(tx: Transaction, wanted: Sequence[Wanted], base_url: str, *, all_wait: bool = False) -> int:
    """How many deliveries came of it: of what is named and not filtered away. By who holds the queues; when `all_wait`,
    it is they who call those that are first."""
    if not wanted:
        return 0
    objects = await payload.objects(tx, [one.event for one in wanted])
    wishes = {one.endpoint.id: wishes_of(one.endpoint) for one in wanted}
    admitted = [
        one for one in wanted if wishes[one.endpoint.id].admitted(payload.belonging(objects.get(one.event.subject_id)))
    ]
    bodies: dict[int, str] = {}
    for one in admitted:
        if one.event.number not in bodies:
            bodies[one.event.number] = payload.body_of(one.event, objects, base_url)
    rows = [(one, WAITING) for one in admitted] if all_wait else await _in_line(tx, admitted)
    columns = [
        [new_id() for _ in rows],
        [one.endpoint.id for one, _ in rows],
        [one.event.number for one, _ in rows],
        [one.event.type for one, _ in rows],
        [one.event.subject_type for one, _ in rows],
        [one.event.subject_id for one, _ in rows],
        [bodies[one.event.number] for one, _ in rows],
        [state for _, state in rows],
    ]
    await tx.driver.execute(_WRITE, *columns, clock.now())
    return len(rows)


async def _in_line(tx: Transaction, admitted: Sequence[Wanted]) -> list[tuple[Wanted, State]]:
    """The first about an object is sent at once, unless one before it is still on its way."""
    endpoints, subjects = {one.endpoint.id for one in admitted}, {one.event.subject_id for one in admitted}
    taken = await queue.occupied(tx, endpoints, subjects)
    rows: list[tuple[Wanted, State]] = []
    for one in admitted:
        line = one.endpoint.id, one.event.subject_id
        rows.append((one, WAITING if line in taken else "pending"))
        taken.add(line)
    return rows
