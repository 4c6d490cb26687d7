"""How does the audit log come out as a file? As a stream, some hundred events at a time: never too long for memory, and
with no transaction open while a slow reader takes its time."""

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence

from sqlalchemy import select

from pulsar.audit.log import AuditView, told
from pulsar.audit.reading import Filter
from pulsar.base.events import EventRow
from pulsar.base.http import Pulsar
from pulsar.base.spreadsheet import cell
from pulsar.orgs.roles import Role
from pulsar.people.access import Anybody, entered

_BATCH = 500
_COLUMNS = (
    *("id", "at", "type", "kind", "actor_type", "actor_id", "actor_name"),
    *("subject_type", "subject_id", "subject_name", "changes", "data"),
)


async def batches(pulsar: Pulsar, caller: Anybody, filtered: Filter) -> AsyncIterator[list[AuditView]]:
    """Newest first. With each the caller's role is looked at again."""
    below: int | None = None
    while True:
        async with pulsar.slow_turns, entered(pulsar, caller, Role.ADMIN) as tx:
            query = filtered.of(select(EventRow)).order_by(EventRow.number.desc()).limit(_BATCH)
            if below is not None:
                query = query.where(EventRow.number < below)
            rows = (await tx.scalars(query)).all()
            views = await told(tx, rows)
        yield views
        if len(rows) < _BATCH:
            return
        below = rows[-1].number


async def as_json(found: AsyncIterator[list[AuditView]]) -> AsyncIterator[str]:
    """One array, an event on each line."""
    between = "["
    async for views in found:
        for view in views:
            yield f"{between}\n{view.model_dump_json()}"
            between = ","
    yield "[]\n" if between == "[" else "\n]\n"


async def as_csv(found: AsyncIterator[list[AuditView]]) -> AsyncIterator[str]:
    yield _lines([_COLUMNS])
    async for views in found:
        yield _lines([[cell(value) for value in _cells(view)] for view in views])


def _lines(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cells(view: AuditView) -> Sequence[object]:
    plain = view.model_dump(mode="json")
    who, what = plain["actor"], plain["subject"]
    return (
        view.id,
        plain["at"],
        view.type,
        view.kind,
        *(who[field] for field in ("type", "id", "name")),
        *(what[field] for field in ("type", "id", "name")),
        *(json.dumps(plain[field], ensure_ascii=False) if plain[field] else "" for field in ("changes", "data")),
    )
