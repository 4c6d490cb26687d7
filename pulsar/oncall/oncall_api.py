"""Routes over all schedules: who is on call everywhere, and a person's shifts."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import select

from pulsar.base import clock
from pulsar.base.errors import Invalid
from pulsar.base.http import Named, Page, Pages, View, page_of
from pulsar.oncall.calendar import joined, next_on_call, on_call, shifts
from pulsar.oncall.model import ScheduleRow
from pulsar.oncall.reading import read, read_around, schedules_with
from pulsar.oncall.size import MOST_SHIFTS
from pulsar.oncall.spans import At, Between, expect_few
from pulsar.oncall.views import OnCallView, ShiftView, Shown, shown
from pulsar.people.access import AsViewer, Caller
from pulsar.people.names import team_names

router = APIRouter(prefix="/oncall", tags=["On call"])


class ScheduleName(Named):
    time_zone: str


class OnCallNow(View):
    schedule: ScheduleName
    team: Named | None
    on_call: list[OnCallView]
    next: list[OnCallView]
    gap: bool
    """Nobody is on call there."""


class PersonalShift(ShiftView):
    schedule: ScheduleName


class PersonalShifts(View):
    items: list[PersonalShift]


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("This is neither an id nor `me`.", field="user_id") from None


def _name(row: ScheduleRow) -> ScheduleName:
    return ScheduleName(id=row.id, name=row.name, time_zone=row.time_zone)


def _now(parts: Shown, at: datetime, teams: dict[UUID, str]) -> OnCallNow:
    row, value = parts.known.row, parts.known.value
    here = on_call(value, at)
    return OnCallNow(
        schedule=_name(row),
        team=Named(id=row.team_id, name=teams[row.team_id]) if row.team_id else None,
        on_call=parts.on_call(here),
        next=parts.on_call(next_on_call(value, at)),
        gap=not here,
    )


@router.get("")
async def list_on_call(tx: AsViewer, paging: Pages, at: At = None, team_id: UUID | None = None) -> Page[OnCallNow]:
    """Who is on call in every schedule, now or at another instant."""
    at = at or clock.now()
    query = select(ScheduleRow)
    page = await page_of(
        tx,
        query.where(ScheduleRow.team_id == team_id) if team_id else query,
        ScheduleRow.id,
        paging,
        list,
        descending=False,
    )
    teams = await team_names(tx, (row.team_id for row in page.items))
    found = await shown(tx, await read_around(tx, page.items, at))
    items = [_now(parts, at, teams) for parts in found]
    return Page[OnCallNow](**page.model_dump(exclude={"items"}), items=items)


@router.get("/shifts")
async def list_personal_shifts(
    tx: AsViewer, caller: Caller, span: Between, user_id: Annotated[str, Query(description="An id, or `me`.")] = "me"
) -> PersonalShifts:
    """One person's shifts in all schedules, cut to the span; those that touch are one."""
    wanted = caller.user_id if user_id == "me" else _id(user_id)
    rows = (await tx.scalars(schedules_with(wanted))).all()
    found = await read(tx, rows, span.start, span.end)
    # Of all that are worked out few are shown.
    expect_few((known.value for known in found), span, most=10 * MOST_SHIFTS)
    items = []
    for parts in await shown(tx, found):
        own = [s for s in shifts(parts.known.value, span.start, span.end) if s.user_id == wanted]
        items += [PersonalShift(schedule=_name(parts.known.row), **parts.shift(one)) for one in joined(own)]
    return PersonalShifts(items=sorted(items, key=lambda one: one.starts_at))
