"""The verbs of shift notices: look at a schedule again, tell whom is to be told, and say what one wants.

The rows are the truth: a watch says when its schedule is to be looked at next. Every change of a schedule puts that to
now, in its own transaction; a job does the looking, and the sweep finds what was lost.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from pulsar.base import clock
from pulsar.base.clock import rfc3339
from pulsar.base.db import Transaction
from pulsar.base.events import edited, untold
from pulsar.base.jobs import CLOCK_SLACK, Job
from pulsar.notify import actions as notify
from pulsar.notify.rules import Letter, Occasion
from pulsar.oncall.events import ShiftNoticesUpdated
from pulsar.oncall.model import ScheduleRow, ShiftNotices, ShiftWatch
from pulsar.oncall.notices import AT_START, LATEST, Notice, Wish, notices, span_to_look_at
from pulsar.oncall.reading import Known, read, schedules_with
from pulsar.oncall.rules import NEVER
from pulsar.oncall.wording import instant_in_words, span_in_words
from pulsar.orgs.model import Membership
from pulsar.people.model import User


def watch_job(org: UUID | None, schedule_id: UUID, at: datetime) -> Job:
    return Job("tell_of_shifts", f"shifts:{schedule_id}:{rfc3339(at)}", {"org": org, "schedule": schedule_id}, at)


async def look_again(tx: Transaction, *schedule_ids: UUID) -> None:
    """After a change of who is on call, or of who is to be told. Once in a transaction, however many changes it has."""
    looked: set[UUID] = tx.info.setdefault("shift_watches", set())
    wanted = sorted(set(schedule_ids) - looked)
    if not wanted:
        return
    looked.update(wanted)
    now = clock.now()
    statement = insert(ShiftWatch).values([{"schedule_id": one, "next_at": now} for one in wanted])
    index = [ShiftWatch.org_id, ShiftWatch.schedule_id]
    await tx.execute(statement.on_conflict_do_update(index_elements=index, set_={"next_at": now}))
    tx.enqueue(*(watch_job(tx.org, one, now) for one in wanted))


async def tell(tx: Transaction, schedule_id: UUID) -> None:
    """What is due, once for each shift and person however often this runs; and asks to be woken for the next."""
    watch = await tx.get(ShiftWatch, (tx.org, schedule_id), with_for_update=True)
    now = clock.now()
    if not watch or watch.next_at > now + CLOCK_SLACK:
        return
    row = await tx.get_one(ScheduleRow, (tx.org, schedule_id))
    # A job may come a moment early, by the clock of another node.
    at = max(now, watch.next_at)
    (known,) = await read(tx, [row], *span_to_look_at(at))
    due, watch.next_at = notices(known.value, await _wishes(tx, known.people()), at)
    for notice in due:
        await _send(tx, known, notice)
    tx.enqueue(watch_job(tx.org, schedule_id, watch.next_at))


async def _wishes(tx: Transaction, ids: Iterable[UUID]) -> dict[UUID, Wish]:
    """Of the active members among them."""
    members = (
        await tx.scalars(select(Membership.user_id).where(Membership.user_id.in_(set(ids)), Membership.active))
    ).all()
    rows = await tx.scalars(select(ShiftNotices).where(ShiftNotices.user_id.in_(members)))
    said = {row.user_id: Wish(_before(row), row.updated_at) for row in rows}
    return {one: said.get(one, Wish()) for one in members}


def _before(row: ShiftNotices) -> tuple[timedelta, ...]:
    before = tuple(timedelta(minutes=minutes) for minutes in row.before_minutes)
    return (*before, AT_START) if row.at_start else before


async def _send(tx: Transaction, known: Known, notice: Notice) -> None:
    user = await tx.get_one(User, notice.user_id)
    zone = user.time_zone or known.row.time_zone
    name = known.row.name
    if notice.before == AT_START:
        title, until = f"You are on call: {name}", min(notice.start + LATEST, notice.end or NEVER)
    else:
        title, until = f"You will be on call: {name}, {instant_in_words(notice.start, zone)}", notice.start
    span = span_in_words(notice.start, notice.end, zone)
    text = span if notice.end else f"From {span} on."
    letter = Letter(title, text, f"/schedules/{known.row.id}", max(until, clock.now() + timedelta(minutes=1)))
    minutes = int(notice.before.total_seconds()) // 60
    key = f"shift:{known.row.id}:{rfc3339(notice.start)}:{minutes}"
    await notify.tell(tx, notice.user_id, Occasion(key, "shift"), letter)


async def settings_of(tx: Transaction, user_id: UUID) -> ShiftNotices:
    """As they are, or as they are for whoever has said nothing."""
    row = await tx.get(ShiftNotices, (tx.org, user_id))
    return row or ShiftNotices(user_id=user_id, before_minutes=[], at_start=True)


async def wish(tx: Transaction, user_id: UUID, before_minutes: list[int] | None, at_start: bool | None) -> None:
    """None leaves it as it is."""
    row = await settings_of(tx, user_id)
    if before_minutes is not None:
        row.before_minutes = sorted(set(before_minutes))
    if at_start is not None:
        row.at_start = at_start
    row.updated_at = clock.now()
    tx.add(row)
    tx.record(ShiftNoticesUpdated(user_id, changes=untold(edited(row).keys() - {"user_id"})))
    await tx.flush()
    await look_again(tx, *(await tx.scalars(schedules_with(user_id).with_only_columns(ScheduleRow.id))))
