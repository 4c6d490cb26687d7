"""How does a calendar file become overrides? All of it or nothing, each one by the verb that makes a single one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.db import Transaction
from pulsar.base.errors import Invalid
from pulsar.oncall import overrides, schedules
from pulsar.oncall.ical_people import Named, person_meant
from pulsar.oncall.ical_reading import Entry, Reading, at_fault, read
from pulsar.oncall.model import OverrideRow
from pulsar.oncall.reading import Known
from pulsar.orgs.model import Membership
from pulsar.people.model import User

_MOST_TOLD = 20


@dataclass(frozen=True)
class Imported:
    """The events with the overrides that they became, or would become; `there` were there already."""

    made: Sequence[tuple[Entry, OverrideRow]]
    there: int
    reading: Reading


async def import_file(
    tx: Transaction, schedule_id: UUID, file: bytes, rotation_id: UUID | None, *, dry_run: bool
) -> Imported:
    """Raises UnreadableCalendar or Invalid, and then has written nothing. The same file again makes nothing twice."""
    schedule = await schedules.get(tx, schedule_id)
    # In a thread: a large file takes a second, in which nobody else should have to wait.
    reading = await asyncio.to_thread(read, file, schedule.time_zone, clock.now())
    meant = _meant(reading, await _members(tx))
    found = await schedules.known(tx, schedule_id, to_change=True)
    write = overrides.planned if dry_run else overrides.create
    made: list[tuple[Entry, OverrideRow]] = []
    there = 0
    for entry, user_id in meant:
        values: dict[str, Any] = {
            "user_id": user_id,
            "starts_at": entry.start,
            "ends_at": entry.end,
            "rotation_id": rotation_id,
            "note": entry.summary[:1000],
        }
        if _is_there(found, values):
            there += 1
            continue
        try:
            made.append((entry, await write(tx, found, values)))
        except Invalid as error:
            if any(one["field"] == "rotation_id" for one in error.errors):
                raise
            raise at_fault(entry, entry.number, error.detail.removesuffix(".")) from error
    return Imported(made, there, reading)


async def _members(tx: Transaction) -> list[Named]:
    rows = await tx.execute(
        select(User.id, User.email, User.username, User.full_name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.active)
    )
    return [Named(*row) for row in rows]


def _meant(reading: Reading, people: Sequence[Named]) -> list[tuple[Entry, UUID]]:
    """Whoever mends a file wants to know of all that is wrong in it."""
    meant, problems = [], []
    for entry in reading.entries:
        try:
            meant.append((entry, person_meant(entry, people)))
        except Invalid as problem:
            problems.append(problem)
    if problems:
        first = problems[0]
        unlike = {tuple(error.items()): error for problem in problems for error in problem.errors}
        first.errors = list(unlike.values())[:_MOST_TOLD]
        raise first
    return meant


def _is_there(found: Known, values: dict[str, Any]) -> bool:
    """Also one that was cut to the moment at which it was imported first."""
    now = clock.now()
    return any(
        (row.user_id, row.rotation_id, row.ends_at) == (values["user_id"], values["rotation_id"], values["ends_at"])
        and (row.starts_at == values["starts_at"] or max(row.starts_at, values["starts_at"]) <= now)
        for row in found.overrides
    )
